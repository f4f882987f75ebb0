"""Finds personal data that somebody wrote where all can read it (GL-11), and covers it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

MOST = 4000  # characters that are looked at, at the beginning and at the end of a long text
COVER = "•••"
LEAST_DIGITS = {"iban": 10, "card": 13, "mail": 0, "birth": 4, "phone": 7, "address": 1}  # spare us a look


@dataclass(frozen=True, slots=True)
class Found:
    """Where personal data stand in a text, and what they are."""

    kind: str
    start: int
    end: int


def personal_data(text: str) -> list[Found]:
    """All that was found, in the order of the text, without overlaps."""
    if len(text) <= 2 * MOST:
        return _found(text, 0)
    return _found(text[:MOST], 0) + _found(text[-MOST:], len(text) - MOST)


def masked(text: str) -> str:
    """The text with each piece of personal data covered."""
    for found in reversed(personal_data(text)):
        text = text[: found.start] + COVER + text[found.end :]
    return text


def _found(text: str, offset: int) -> list[Found]:
    digits = len(_DIGIT.findall(text))
    if not digits and "@" not in text:
        return []
    taken: list[tuple[int, int, str]] = []
    for kind, pattern, holds in _PATTERNS:
        if digits < LEAST_DIGITS[kind] or (kind == "mail" and not _MAIL.search(text)):
            continue
        for match in pattern.finditer(text):
            start, end = match.span()
            if holds(match.group()) and not any(start < e and s < end for s, e, _ in taken):
                taken.append((start, end, kind))
    return [Found(kind, start + offset, end + offset) for start, end, kind in sorted(taken)]


def is_iban(text: str) -> bool:
    """ISO 13616: the number, moved round and read in base 36 digits, leaves 1 when divided by 97."""
    packed = "".join(text.split()).upper()
    if not 15 <= len(packed) <= 34 or not packed.isascii():
        return False
    return int("".join(str(int(sign, 36)) for sign in packed[4:] + packed[:4])) % 97 == 1


def is_card(text: str) -> bool:
    """ISO/IEC 7812: 13 to 19 digits whose last one fits the others (Luhn)."""
    digits = [int(sign) for sign in text if sign.isdigit()]
    if not 13 <= len(digits) <= 19 or len(set(digits)) == 1:
        return False
    doubled = (2 * digit - 9 * (digit > 4) for digit in digits[-2::-2])
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def is_phone(text: str) -> bool:
    """Seven to fifteen digits (ITU-T E.164); no date, no time."""
    return 7 <= sum(sign.isdigit() for sign in text) <= 15 and not _DATE.fullmatch(text.strip())


def _always(_: str) -> bool:
    return True


_DIGIT = re.compile(r"\d")
_MAIL = re.compile(r"[\w+-]@\w")
_DATE = re.compile(r"\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{4}-\d{2}-\d{2}")
_STREET = (
    r"(?:[^\W\d_][\w.-]{0,30}(?:straße|strasse|str\.|weg|gasse|allee|platz|straat|laan|caddesi|sokak)"
    r"|(?:calle|avenida|avda\.|plaza|rue|avenue|boulevard|via|viale|piazza|rua|travessa|ulica|ul\.)"
    r" [^\W\d_][\w. -]{1,30}?),?"
)
_PATTERNS: tuple[tuple[str, re.Pattern[str], Callable[[str], bool]], ...] = (
    ("iban", re.compile(r"\b[A-Za-z]{2}\d{2}(?: ?[A-Za-z0-9]{4}){2,7}(?: ?[A-Za-z0-9]{1,3})?\b"), is_iban),
    (
        "card",
        re.compile(r"(?<![\d-])[2-6](?:\d{12,18}|\d{3}([ -])\d{4}\1\d{4}\1\d{1,7}|\d{3}([ -])\d{6}\2\d{4,5})(?![\d-])"),
        is_card,
    ),
    ("mail", re.compile(r"[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,4}[a-zA-Z]{2,24}\b"), _always),
    (
        "birth",
        re.compile(
            r"\b(?:geb\.?|geboren(?: am)?|born(?: on)?|date of birth|dob|nac[ií]d[oa](?: el)?|né(?:e)? le|nat[oa] il)"
            r":? ?\d{1,2}[./-]\d{1,2}[./-]\d{2,4}",
            re.IGNORECASE,
        ),
        _always,
    ),
    (
        "phone",
        re.compile(
            r"(?<!\d )(?<![\w.,/-])(?:\+|00)\d{1,3}[ /.-]?(?:\(0?\)[ ]?)?\(?\d(?:[ /.()-]{0,2}\d){5,12}(?![\w-])"
        ),
        is_phone,
    ),
    ("phone", re.compile(r"(?<!\d )(?<![\w.,/-])0\d{1,4}[ /-]{0,2}\d(?:[ -]?\d){4,9}(?![\w-]|\.\d)"), is_phone),
    ("phone", re.compile(r"(?<![\w.,/-])\(?[2-9]\d{2}\)?[ .-]\d{3}[ .-]\d{4}(?![\w-])"), is_phone),
    (
        "phone",
        re.compile(
            r"(?:tel(?:efon|\.)?|phone|call me at|handy|móvil|tlf\.?|numéro):? ?\d(?:[ -]?\d){6,12}",
            re.IGNORECASE,
        ),
        is_phone,
    ),
    ("address", re.compile(rf"\b{_STREET} ?\d{{1,4}} ?[a-z]?\b(?:,? \d{{4,5}} [^\W\d_]\w+)?", re.IGNORECASE), _always),
    (
        "address",
        re.compile(
            r"\b\d{1,5} (?:[A-Z]\w+ ){1,3}(?:street|st\.|avenue|ave\.?|road|rd\.?|lane|drive|dr\.|boulevard|blvd\.?)\b",
            re.IGNORECASE,
        ),
        _always,
    ),
)


def kinds(found: list[Found]) -> Iterator[str]:
    """What was found, each once, in the order of the text."""
    return iter(dict.fromkeys(one.kind for one in found))
