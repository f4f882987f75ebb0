"""Running duties: each on a thread of its own, again at once while there is work, else after a pause."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db import Error as StoreError
from django.db import connection

from draht.core.clock import now
from draht.core.worker.models import DutyState

log = logging.getLogger("draht.worker")
TELL_EVERY = 30  # seconds between two notes that a duty is alive
PAUSE_AFTER_FAULT = 5.0  # seconds


@dataclass(frozen=True, slots=True)
class Duty:
    """Something that has to be done again and again.

    Attributes:
        name: as the health page shows it.
        run: does some of the work; true when there may be more.
        every: seconds until it looks again when there was nothing to do.
        threads: how many may run side by side (for those that wait for networks).
    """

    name: str
    run: Callable[[], object]
    every: float
    threads: int = 1


class Worker:
    """Runs duties until it is told to stop. A fault is logged, shown on the health page, and the duty goes on."""

    def __init__(self, duties: Sequence[Duty]) -> None:
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._work, args=(duty,), name=f"{duty.name}-{n}", daemon=True)
            for duty in duties
            for n in range(duty.threads)
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self, timeout: float = 10.0) -> None:
        """Lets what is under way come to its end."""
        self._stop.set()
        until = time.monotonic() + timeout
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))

    def _work(self, duty: Duty) -> None:
        told = 0.0
        faulty = False
        while not self._stop.is_set():
            try:
                more = bool(duty.run())
                if faulty or time.monotonic() - told > TELL_EVERY:
                    _tell(duty.name, "")
                    told, faulty = time.monotonic(), False
            except Exception as error:  # the last resort: a duty must not end
                log.exception("The duty %s failed.", duty.name)
                connection.close()
                faulty, more = True, False
                self._tell_fault(duty.name, error)
                self._stop.wait(PAUSE_AFTER_FAULT)
            if not more:
                self._stop.wait(duty.every)
        connection.close()

    def _tell_fault(self, name: str, error: Exception) -> None:
        try:
            _tell(name, f"{type(error).__name__}: {error}"[:1000])
        except StoreError:  # a full disk or a lost database: the log has it, and the health page sees it itself
            log.error("The store cannot be written to.")
            connection.close()


def _tell(name: str, fault: str) -> None:
    values = {"ran_at": now()} if not fault else {"fault": fault, "fault_at": now()}
    DutyState.objects.update_or_create(name=name, defaults=values)
