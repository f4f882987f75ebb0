"""A channel for the tests of the pages: its network keeps accounts and can say no."""
