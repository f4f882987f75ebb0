"""Workers side by side."""

from __future__ import annotations

import threading
from collections.abc import Callable

from django.db import connection


def at_once(*calls: Callable[[], object]) -> None:
    """Calls each on a thread of its own, and raises what went wrong."""
    faults: list[Exception] = []
    begin = threading.Barrier(len(calls))

    def run(call: Callable[[], object]) -> None:
        try:
            begin.wait(20)
            call()
        except Exception as fault:
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
    if faults:
        raise faults[0]
