"""Words of channels for people: plain English, marked here so that the house can say them in other languages."""

from __future__ import annotations


def words(text: str) -> str:
    """Marks a text that people read, and gives it back.

    Variables are filled in afterwards: ``words("{host} cannot be found.").format(host=host)``. The house knows the text
    again by its fixed parts. What ``{reason}`` or ``{unit}`` stands for is marked itself.
    """
    return text
