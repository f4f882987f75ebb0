"""A forum's refusals as the four errors. Pure.

Source: docs.discourse.org (``errors``, ``error_type``, ``extras``). Their words are in the language of the forum.
"""

from __future__ import annotations

from typing import Any

import msgspec

from draht.contract.errors import ChannelError, LoginExpired, Refused, TryLater
from draht.contract.http import NO_JSON, Answer, error_of
from draht.contract.words import words

SAID = words("The forum says: {words}")
BAD_KEY = words("The forum does not accept this API key for this username (any more). Make a new one.")
SIGN_OF_BAD_KEY = "API username or key is invalid"


class NotThere(Refused):
    """There is no such post or topic, or none for us."""


class Forbidden(Refused):
    """It is there, and not for us."""


def refusal_of(answer: Answer, repeatable: bool) -> ChannelError:
    told = _body(answer)
    said = SAID.format(words=_words(told) or f"{answer.status}")
    if not told:
        return error_of(answer, repeatable)
    match answer.status:
        case 429:
            return TryLater(said, _seconds(told))
        case 403 if SIGN_OF_BAD_KEY in said:
            return LoginExpired(BAD_KEY)
        case 403:
            return Forbidden(said)
        case 404 | 410:
            return NotThere(said)
    return Refused(said)


def _body(answer: Answer) -> dict[str, Any]:
    """Empty where it is not Discourse's: a proxy before it has its own pages."""
    try:
        told = msgspec.json.decode(answer.body)
    except NO_JSON:
        return {}
    return told if isinstance(told, dict) and ("errors" in told or "error_type" in told) else {}


def _words(told: dict[str, Any]) -> str:
    errors = told.get("errors")
    return "; ".join(str(each) for each in errors)[:500] if isinstance(errors, list) else ""


def _seconds(told: dict[str, Any]) -> float | None:
    extras = told.get("extras")
    wait = extras.get("wait_seconds") if isinstance(extras, dict) else None
    return float(wait) if isinstance(wait, int | float) and not isinstance(wait, bool) else None
