"""Sandbox: a whole small social network inside the process, and the channel on it."""
