"""Reddit says no with a status of 200 and a list of errors: which of the four each is, and what it means. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from draht.contract.errors import ChannelError, LoginExpired, Refused, TryLater
from draht.contract.words import words

UNITS = {"millisecond": 0.001, "second": 1.0, "minute": 60.0, "hour": 3600.0, "day": 86_400.0}
WAIT = re.compile(r"(\d+)\s+(millisecond|second|minute|hour|day)s?")
USUAL_WAIT = 600.0  # seconds, where it does not tell
LOGGED_OUT = frozenset({"USER_REQUIRED", "BAD_TOKEN"})
LOCKED = words("This was locked: nobody can answer any more.")
TOO_OLD = words("This is too old: Reddit takes no answers to it any more.")
SAYS: Mapping[str, str] = {
    "DELETED_COMMENT": words("What you answer is gone from Reddit."),
    "DELETED_LINK": words("What you answer is gone from Reddit."),
    "THREAD_LOCKED": LOCKED,
    "COMMENT_LOCKED": LOCKED,
    "TOO_OLD": TOO_OLD,
    "TOO_LONG": words("This is longer than Reddit takes."),
    "NO_TEXT": words("Reddit wants a text."),
    "NO_SELFS": words("This subreddit takes no posts of text."),
    "SUBREDDIT_NOEXIST": words("There is no such subreddit."),
    "SUBREDDIT_NOTALLOWED": words("Our account may not write in this subreddit."),
    "BANNED_FROM_SUBREDDIT": words("Our account is banned from this subreddit."),
    "USER_BLOCKED": words("This person has blocked our account, or we have blocked them."),
    "COMMENT_UNREPLYABLE": words("This cannot be answered."),
    "SUBMIT_VALIDATION_FLAIR_REQUIRED": words("This subreddit wants a flair with each post. Post it on Reddit itself."),
}


def to_error(told: Any) -> ChannelError | None:
    """The first of ``json.errors``: a code, words, and the field that it is about."""
    inner = told.get("json") if isinstance(told, dict) else None
    errors = inner.get("errors") if isinstance(inner, dict) else None
    if not isinstance(errors, list) or not errors:
        return None
    first = errors[0] if isinstance(errors[0], list) else [errors[0]]
    code, said = str(first[0]), str(first[1]) if len(first) > 1 else ""
    if code == "RATELIMIT":
        return TryLater(said or code, after=wait_in(said))
    if code in LOGGED_OUT:
        return LoginExpired(said or code)
    return Refused(SAYS.get(code) or said or code)


def wait_in(said: str) -> float:
    """Seconds to wait by "Take a break for 3 minutes before trying again."."""
    found = WAIT.search(said)
    return int(found[1]) * UNITS[found[2]] if found else USUAL_WAIT
