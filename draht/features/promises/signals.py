"""Tells a message from a mere signal: a like, a share, bare emoji, somebody's name. Signals start no clock. Pure."""

from __future__ import annotations

import regex

MENTION = r"@[\w.\-]+(?:@[\w.\-]+)?"
EMOJI = r"[\p{Extended_Pictographic}\p{Emoji_Modifier}\p{Regional_Indicator}\u200d\ufe0f\u20e3]"
SIGN = regex.compile(rf"{MENTION}|{EMOJI}")
SAYS = regex.compile(r"[\p{L}\p{N}?¿]")


def is_signal(text: str, *, has_files: bool = False) -> bool:
    """Whether nothing is said. A picture says something, and so does a lone question mark or "!!!"."""
    if has_files:
        return False
    rest, signs = SIGN.subn("", text)
    return not SAYS.search(rest) and (signs > 0 or not rest.strip())
