"""Fair turns: the threads of a duty never work for one network alone, so a slow one does not delay the others."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from urllib.parse import urlsplit

from draht.connections.models import Connection

OF_A_CHANNEL = 4  # a quarter of the threads; the networks of one company may hang together
OF_A_HOST = 8  # an eighth: one channel may lead to many hosts


class Turns:
    """Whom the threads of one duty in this process work for just now."""

    def __init__(self, threads: int) -> None:
        self._lock = threading.Lock()
        self._busy: Counter[str] = Counter()
        self._of_a_channel = max(1, threads // OF_A_CHANNEL)
        self._of_a_host = max(1, threads // OF_A_HOST)

    def take(self, connection: Connection, work: Callable[[], object]) -> Callable[[], None]:
        """``work`` for a connection, as something that is counted from now on until it is done."""
        lines = _lines(connection.channel, connection.account_url)
        with self._lock:
            self._busy.update(lines)

        def done() -> None:
            try:
                work()
            finally:
                with self._lock:
                    self._busy.subtract(lines)

        return done

    def must_wait(self) -> list[int]:
        """Connections whose networks have their share already. Nobody is asked while there is none."""
        with self._lock:
            full = {line for line, count in self._busy.items() if count >= self._most(line)}
        if not full:
            return []
        there = Connection.objects.filter(removed_at=None).values_list("id", "channel", "account_url")
        return [id for id, channel, url in there if not full.isdisjoint(_lines(channel, url))]

    def _most(self, line: str) -> int:
        return self._of_a_host if "/" in line else self._of_a_channel


def _lines(channel: str, account_url: str) -> list[str]:
    """What a network may be slow as: a channel as a whole, and one host of it."""
    try:
        host = urlsplit(account_url).hostname
    except ValueError:
        host = None
    return [channel, f"{channel}/{host}"] if host else [channel]
