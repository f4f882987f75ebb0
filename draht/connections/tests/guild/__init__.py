"""A channel for the tests of signing in, renewing and money: its network is a strict double behind real HTTP."""
