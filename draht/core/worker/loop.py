"""Running duties: each on threads of its own, again at once while there is work, else after a pause."""

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
PATIENCE = 0.5  # seconds for what can be left in the middle


@dataclass(frozen=True, slots=True)
class Duty:
    """Something that has to be done again and again.

    Attributes:
        name: as the health page shows it.
        run: does some of the work, and says whether there may be more. Or only finds it and returns it as something to
            call: one thread of the duty looks for work, while the others are at theirs.
        every: seconds until it looks again when there was nothing to do.
        threads: how many may work side by side (for those that wait for networks). They begin when they are needed.
        waits: stopping waits for it; false where nothing is lost when it is left in the middle.
    """

    name: str
    run: Callable[[], object]
    every: float
    threads: int = 1
    waits: bool = True


class _Look:
    """The right to look for a duty's work, and the wish that it is looked again before its time.

    ``threads`` have begun, of which ``waiting`` wait for the look.
    """

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.again = threading.Event()
        self.threads: list[threading.Thread] = []
        self.waiting = 0
        self._count = threading.Lock()

    def take(self) -> None:
        """Whoever has to wait for it keeps no store open meanwhile."""
        if self.lock.acquire(blocking=False):
            return
        connection.close()
        self._change(1)
        self.lock.acquire()
        self._change(-1)

    def _change(self, by: int) -> None:
        with self._count:
            self.waiting += by


class Worker:
    """Runs duties until it is told to stop. A fault is logged, shown on the health page, and the duty goes on."""

    def __init__(self, duties: Sequence[Duty]) -> None:
        self._stop = threading.Event()
        self._looks = [(duty, _Look()) for duty in duties]

    def start(self) -> None:
        for duty, look in self._looks:
            self._begin_thread(duty, look)

    def stop(self, timeout: float = 10.0) -> None:
        """Lets what is under way come to its end."""
        self._stop.set()
        for _, look in self._looks:
            look.again.set()
        until = time.monotonic() + timeout
        self._join(until, waits=True)
        self._join(min(until, time.monotonic() + PATIENCE), waits=False)

    def _join(self, until: float, *, waits: bool) -> None:
        for duty, look in self._looks:
            for thread in look.threads if duty.waits == waits else ():
                thread.join(max(0.0, until - time.monotonic()))

    def _begin_thread(self, duty: Duty, look: _Look) -> None:
        name = f"{duty.name}-{len(look.threads)}"
        thread = threading.Thread(target=self._work, args=(duty, look), name=name, daemon=True)
        look.threads.append(thread)
        thread.start()

    def _work(self, duty: Duty, look: _Look) -> None:
        told = 0.0
        faulty = False
        while not self._stop.is_set():
            try:
                self._once(duty, look)
                if faulty or time.monotonic() - told > TELL_EVERY:
                    _tell(duty.name, "")
                    told, faulty = time.monotonic(), False
            except Exception as error:  # the last resort: a duty must not end
                log.exception("The duty %s failed.", duty.name)
                connection.close()
                faulty = True
                self._tell_fault(duty.name, error)
                self._stop.wait(PAUSE_AFTER_FAULT)
        connection.close()

    def _once(self, duty: Duty, look: _Look) -> None:
        """Looks for work, and does what it found while another thread looks."""
        look.take()
        try:
            look.again.clear()
            found = None if self._stop.is_set() else duty.run()
            if not found and not self._stop.is_set():
                look.again.wait(duty.every)
            if callable(found) and not look.waiting and len(look.threads) < duty.threads:
                self._begin_thread(duty, look)
        finally:
            look.lock.release()
        if callable(found):
            try:
                found()
            finally:
                look.again.set()  # what was done may have left more to do

    def _tell_fault(self, name: str, error: Exception) -> None:
        try:
            _tell(name, f"{type(error).__name__}: {error}"[:1000])
        except StoreError:  # a full disk or a lost database: the log has it, and the health page sees it itself
            log.error("The store cannot be written to.")
            connection.close()


def _tell(name: str, fault: str) -> None:
    values = {"ran_at": now()} if not fault else {"fault": fault, "fault_at": now()}
    DutyState.objects.update_or_create(name=name, defaults=values)
