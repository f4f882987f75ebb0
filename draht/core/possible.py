"""What cannot be done, said in words."""

from __future__ import annotations


class NotPossible(ValueError):
    """It cannot be done, or makes no sense any more; the words say why, and what to do instead."""
