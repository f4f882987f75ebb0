"""Draht: the direct line to customers on the social web."""

__version__ = "0.1.0"
