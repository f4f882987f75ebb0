"""Hooks at a thousand a second into the real ``draht web``, and once more with the process killed in the middle."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Any

from bench.child import Tell, environment, measure
from bench.server import draht

PACE = 1000  # hooks a second


def hooks(folder: Path, database: str, seconds: float, tell: Tell) -> dict[str, Any]:
    env = environment(folder, database)
    made = measure("account", env, tell, what="make")
    load = {"path": made["paths"][0], "secret": made["secret"]}
    with draht("web", env) as (_, port):
        tell("warming up")
        measure("load", env, tell, port=port, pace=200, seconds=1, prefix="warm", **load)
        tell(f"{PACE} hooks a second for {seconds:g} s")
        calm = measure("load", env, tell, port=port, pace=PACE, seconds=seconds, prefix="calm", **load)
    tell("again, and kill -9 in the middle")
    with draht("web", env) as (process, port):
        load |= {"kill": process.pid}
        killed = measure("load", env, tell, port=port, pace=PACE, seconds=seconds, prefix="killed", **load)
        if process.wait(5) != -signal.SIGKILL:
            raise RuntimeError("The process was not killed while hooks came in.")
    there = measure("account", env, tell, what="kept")["ids"]
    acknowledged = calm["acknowledged"] + killed["acknowledged"]
    return {
        "times": calm["times"],
        "refused": calm["refused"],
        "sent": calm["sent"],
        "before_the_kill": len(killed["acknowledged"]),
        "lost": len(set(acknowledged) - set(there)),
        "doubled": len(there) - len(set(there)),
    }
