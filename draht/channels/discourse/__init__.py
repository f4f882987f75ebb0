"""Discourse forums: posts, private messages, answers, topics of our own."""
