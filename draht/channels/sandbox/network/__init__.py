"""The sandbox network: its members, their messages and the hooks, in one file."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from draht.channels.sandbox.network.hooks import Hooks
from draht.channels.sandbox.network.members import Members
from draht.channels.sandbox.network.messages import Messages
from draht.channels.sandbox.network.store import FILE, Store


def now_ms() -> int:
    return time.time_ns() // 1_000_000


class Network:
    """The whole network. Opening it is cheap; any number of threads and processes may have it open.

    Args:
        data_dir: the folder of its file.
        clock: milliseconds since 1970.
    """

    def __init__(self, data_dir: str | Path, clock: Callable[[], int] = now_ms) -> None:
        self.clock = clock
        self._store = Store(Path(data_dir) / FILE)
        self.members = Members(self._store, clock)
        self.messages = Messages(self._store, clock)
        self.hooks = Hooks(self._store, clock)

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Everything read inside is of one moment."""
        with self._store.read():
            yield

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """Everything written inside is kept together or not at all."""
        with self._store.write():
            yield

    def close(self) -> None:
        self._store.close()


def open_account(data_dir: str | Path, name: str, handle: str) -> str:
    """Opens a company's account, or finds it by its handle, and returns a new token for the API."""
    network = Network(data_dir)
    try:
        return network.members.new_token(network.members.open_company(name, handle))
    finally:
        network.close()


def subscribe_hook(data_dir: str | Path, handle: str, url: str, secret: str) -> None:
    """Lets the network call ``url`` with every event on the company's wall from now on."""
    network = Network(data_dir)
    try:
        network.hooks.subscribe(network.members.company(handle), url, secret)
    finally:
        network.close()
