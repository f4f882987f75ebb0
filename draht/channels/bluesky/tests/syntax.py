"""The formats of strings in lexicons. Source: the specification of the AT Protocol; held against its own lists."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

from draht.contract.text import graphemes

DID = r"did:[a-z]+:[a-zA-Z0-9._:%-]*[a-zA-Z0-9._-]"
LABEL = r"[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
HANDLE = rf"(?:{LABEL}\.)+[a-zA-Z](?:[a-zA-Z0-9-]{{0,61}}[a-zA-Z0-9])?"
NSID = (
    r"[a-zA-Z](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)+"
    r"\.[a-zA-Z][a-zA-Z0-9]{0,62}"
)
KEY = r"[A-Za-z0-9.\-_:~]{1,512}"
TID = r"[234567abcdefghij][234567abcdefghijklmnopqrstuvwxyz]{12}"
DATE = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)"
LANGUAGE = r"(?:i|[a-z]{2,3})(?:-[A-Za-z0-9]+)*"


def _whole(pattern: str, longest: int = 8192) -> Callable[[str], bool]:
    compiled = re.compile(pattern, re.ASCII)
    return lambda text: len(text) <= longest and compiled.fullmatch(text) is not None


def _is_date(text: str) -> bool:
    if not re.fullmatch(DATE, text, re.ASCII) or text.endswith("-00:00") or text.startswith("000"):
        return False
    try:
        datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", text))
    except ValueError:
        return False
    return True


def _is_key(text: str) -> bool:
    return text not in {".", ".."} and re.fullmatch(KEY, text, re.ASCII) is not None


_is_did = _whole(DID, 2048)
_is_handle = _whole(HANDLE, 253)
_is_nsid = _whole(NSID, 317)


def _is_identifier(text: str) -> bool:
    return _is_did(text) or _is_handle(text)


def _is_uri(text: str) -> bool:
    """``at://`` with an authority, a collection and a key; the last two may be missing."""
    parts = text.removeprefix("at://").split("/")
    if not text.startswith("at://") or len(parts) > 3 or not all(parts):
        return False
    checks = (_is_identifier, _is_nsid, _is_key)
    return all(check(part) for check, part in zip(checks, parts, strict=False))


FORMATS: dict[str, Callable[[str], bool]] = {
    "did": _is_did,
    "handle": _is_handle,
    "at-identifier": _is_identifier,
    "nsid": _is_nsid,
    "at-uri": _is_uri,
    "record-key": _is_key,
    "tid": _whole(TID),
    "datetime": _is_date,
    "cid": _whole(r"[a-zA-Z0-9+=]{8,256}"),
    "uri": _whole(r"[a-z][a-z.-]{0,80}:[^\s]+"),
    "language": _whole(LANGUAGE),
}


def too_long(text: str, schema: dict[str, int]) -> str:
    """As the network says it; empty if it is not."""
    if (most := schema.get("maxLength")) is not None and len(text.encode()) > most:
        return f"string too big (maximum {most}, got {len(text.encode())})"
    if (most := schema.get("maxGraphemes")) is not None and graphemes(text) > most:
        return f"grapheme too big (maximum {most}, got {graphemes(text)})"
    return ""
