"""The postman: a thread that brings events to the hooks, and comes back until they are taken."""

from __future__ import annotations

import logging
import sqlite3
import threading

from draht.channels.sandbox.network import Network
from draht.contract.errors import ChannelError
from draht.contract.http import Http

log = logging.getLogger("draht.sandbox")
ROUND = 0.5  # seconds between two looks; another process may have written


class Postman:
    """Delivers what is due. Postmen of several processes do not bring the same event at the same time."""

    def __init__(self, network: Network, http: Http | None = None) -> None:
        self._network = network
        self._http = http or Http(timeout=10)
        self._bell = threading.Event()
        self._stopped = False
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begins to work in a thread of this process; a second call does nothing."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="sandbox-postman", daemon=True)
            self._thread.start()

    def ring(self) -> None:
        """There may be something to bring."""
        self._bell.set()

    def stop(self) -> None:
        self._stopped = True
        self._bell.set()
        if self._thread is not None:
            self._thread.join(timeout=15)
        self._http.close()

    def deliver_due(self) -> int:
        """Brings everything that is due; returns how much of it was taken."""
        taken = 0
        while not self._stopped and (delivery := self._network.hooks.claim()) is not None:
            try:
                self._http.post(delivery.url, content=delivery.body, headers=delivery.headers, repeatable=True)
            except ChannelError as error:
                self._network.hooks.not_taken(delivery, error.reason)
            else:
                self._network.hooks.taken(delivery)
                taken += 1
        return taken

    def _work(self) -> None:
        while not self._stopped:
            self._bell.wait(ROUND)
            self._bell.clear()
            try:
                self.deliver_due()
            except sqlite3.Error:
                log.exception("The sandbox's file cannot be read; the postman comes back.")
                self._bell.wait(5)
