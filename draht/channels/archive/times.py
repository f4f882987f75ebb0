"""Times as archives write them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from draht.contract.words import words

_ZONE = re.compile(r"\s+([+-]\d\d:?\d\d)$")
_NUMBER = re.compile(r"\d{8,19}(\.\d+)?")
_DAY = re.compile(r"(19|20)\d\d[01]\d[0-3]\d")
_PATTERNS = (
    "%a %b %d %H:%M:%S %z %Y",  # Twitter
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%d.%m.%Y",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%Y/%m/%d",
)
EARLIEST, LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


def to_moment(told: object) -> datetime:
    """An aware time. Without a zone it is UTC. ``ValueError`` says what cannot be understood."""
    text = str(told).strip() if isinstance(told, str | int | float) and not isinstance(told, bool) else ""
    if not text:
        raise ValueError(words("it has no time"))
    number = _NUMBER.fullmatch(text) and not _DAY.fullmatch(text)
    found = _since_1970(float(text)) if number else _written(text)
    found = found.replace(tzinfo=UTC) if found.tzinfo is None else found
    if not EARLIEST < found < LATEST:
        raise ValueError(words("the time {time} lies before 1970 or after 2100").format(time=text))
    return found


def _since_1970(number: float) -> datetime:
    """Seconds, or milliseconds, microseconds, nanoseconds: whichever gives a year of our days."""
    while number >= 1e11:  # as seconds: the year 5138
        number /= 1000
    return datetime.fromtimestamp(number, UTC)


def _written(text: str) -> datetime:
    if re.match(r"\d{1,2}/\d{1,2}/\d", text):
        told = words("the time {time} can be read in two ways; write it like 2015-02-24 11:35")
        raise ValueError(told.format(time=text[:40]))
    found = _iso(text) or next(filter(None, (_by(text, pattern) for pattern in _PATTERNS)), None) or _mail(text)
    if found is None:
        raise ValueError(words("{time} is not a time that is understood").format(time=text[:40]))
    return found


def _iso(text: str) -> datetime | None:
    if text.upper().endswith((" UTC", " GMT")):
        text = text[:-4] + "+00:00"
    try:
        return datetime.fromisoformat(_ZONE.sub(r"\1", text))
    except ValueError:
        return None


def _by(text: str, pattern: str) -> datetime | None:
    try:
        return datetime.strptime(text, pattern)
    except ValueError:
        return None


def _mail(text: str) -> datetime | None:
    """As in e-mails: RFC 5322."""
    try:
        return parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
