"""How far a list that the network gives newest first has been read.

Posts are listed by the date that their author claims, if that is the earlier one: what comes later may stand further
down. So each time a stretch before the newest is read again, and what was seen there is remembered.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from hashlib import blake2b
from typing import Any

import msgspec

OVERLAP = 3_600_000  # ms that an author's clock may be behind


class Window(msgspec.Struct, omit_defaults=True):
    """``newest``: up to where all was read, ms since 1970. ``top``: the newest of a reading under way.

    ``seen``: what was seen since an hour before that.
    """

    newest: int = 0
    top: int = 0
    seen: dict[str, int] = {}

    def stop(self, since: int) -> int:
        """Everything before this moment was read; at first nothing before ``since`` is."""
        return self.newest - OVERLAP if self.newest else since

    def take(self, page: Iterable[Any], since: int) -> list[Any]:
        """What is new in a page, each once; from now on it is known."""
        stop = self.stop(since)
        return [raw for raw in page if self._is_new(raw, stop)]

    def close(self) -> None:
        """The list was read to its end, or to where it is known."""
        self.newest = self.top = max(self.newest, self.top)
        kept = {key: at for key, at in self.seen.items() if self.newest - OVERLAP <= at < STRANGE}
        strange = [key for key, at in self.seen.items() if at >= STRANGE]
        self.seen = kept | dict.fromkeys(strange[-MOST_STRANGE:], STRANGE)

    def _is_new(self, raw: Any, stop: int) -> bool:
        at, key = moment(raw), digest(raw)
        if at < stop or key in self.seen:
            return False
        if at < STRANGE:
            self.top = max(self.top, at)
        if at >= self.top - OVERLAP:  # of what is older, nobody asks again
            self.seen[key] = at
        return True


STRANGE = 1 << 62  # the date of what has none
MOST_STRANGE = 200  # of these are kept as seen


def moment(raw: Any) -> int:
    """When the network lists something, ms since 1970."""
    told = raw.get("indexedAt") if isinstance(raw, dict) else None
    try:
        return int(datetime.fromisoformat(told).timestamp() * 1000) if isinstance(told, str) else STRANGE
    except (ValueError, OverflowError):
        return STRANGE


def digest(raw: Any) -> str:
    """Tells versions of posts apart; of what is strange, everything counts."""
    known = isinstance(raw, dict) and isinstance(raw.get("uri"), str) and isinstance(raw.get("cid"), str)
    named = f"{raw['uri']} {raw['cid']}" if known else repr(raw)
    return blake2b(named.encode("utf-8", "replace"), digest_size=6).hexdigest()
