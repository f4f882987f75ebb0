"""Webhooks in and out, by the Standard Webhooks specification, for everything that has no channel of its own."""
