"""Mastodon and the servers that speak its API: mentions, private mentions, answers, posts."""
