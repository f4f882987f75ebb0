"""Telegram: people who write to a bot, groups and comments below a channel's posts, posts in the channel."""
