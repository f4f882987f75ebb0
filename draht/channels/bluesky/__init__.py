"""Bluesky and other servers of the AT Protocol: mentions, replies, quotes, direct messages, posts."""
