"""Measures the mappers: how long a captured payload takes to become messages, for every channel that has samples."""

from __future__ import annotations

import json
import os
import time
from statistics import median
from typing import Any

import django

from bench.child import options, progress, report

SHORTEST = 0.05  # seconds for which one payload is read again and again


def main(rounds: int) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "draht.project.settings")
    django.setup()
    from draht.connections.registry import channels, folder
    from tests.channel_table import contracts

    found: dict[str, float] = {}
    for name in channels():
        progress(name)
        tests = next((test for test in contracts(name) if ".real." not in test.__module__), None)
        times = _times(tests(), folder(name) / "samples", rounds) if tests else []
        if times:
            found[name] = median(times)
    report(found)


def _times(test: Any, samples: Any, rounds: int) -> list[float]:
    """Microseconds a message, of each sample that holds some."""
    times = []
    for file in sorted(samples.glob("*.json")):
        if file.name.endswith(".message.json"):
            continue
        payload = json.loads(file.read_text())
        events = len(test.read_sample(payload).events)
        if events:
            times += [_once(test.read_sample, payload) / events for _ in range(rounds)]
    return times


def _once(read: Any, payload: Any) -> float:
    count, began = 0, time.perf_counter()
    while (spent := time.perf_counter() - began) < SHORTEST:
        read(payload)
        count += 1
    return spent / count * 1e6


if __name__ == "__main__":
    main(**options())
