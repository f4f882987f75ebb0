"""The second ``make run``: everything is set up, the data are there; how long until the first page?"""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

from bench.child import ROOT, Tell, environment
from bench.postgres import free_port
from bench.server import stop, wait

TIMES = 3


def second_start(folder: Path, tell: Tell) -> list[float]:
    """Seconds of each start after the first one."""
    tell("the first start, with the demo company")
    _start(folder, settle=8.0)
    seconds = []
    for number in range(TIMES):
        tell(f"start {number + 2}")
        seconds.append(_start(folder, settle=1.0))
    return seconds


def _start(folder: Path, settle: float) -> float:
    port = free_port()
    env = environment(folder, DRAHT_PORT=str(port))
    del env["DRAHT_DATABASE"], env["DRAHT_LOG_LEVEL"]
    with (folder / "start.log").open("ab") as log:
        process = subprocess.Popen(["make", "run"], cwd=ROOT, env=env, stdout=log, stderr=log, start_new_session=True)
        try:
            seconds = wait(process, port, 240)
            time.sleep(settle)
        finally:
            stop(process)
    return seconds
