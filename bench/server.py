"""The real ``draht`` as a process beside us."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from bench.child import ROOT
from bench.postgres import free_port

DRAHT = Path(sys.executable).with_name("draht")


@contextmanager
def draht(command: str, env: Mapping[str, str]) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """``draht <command>`` on a free port, ready to answer; it is stopped at the end."""
    port = free_port()
    with (Path(env["DRAHT_DATA_DIR"]) / f"{command}.log").open("wb") as log:
        words = [sys.executable, "-m", "draht.project.cli", command, "--port", str(port)]
        process = subprocess.Popen(words, cwd=ROOT, env=dict(env), stdout=log, stderr=log, start_new_session=True)
        try:
            wait(process, port)
            yield process, port
        finally:
            stop(process)


def wait(process: subprocess.Popen[bytes], port: int, seconds: float = 60.0) -> float:
    """Until the first page can be read; how long that took in seconds."""
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/accounts/login/", timeout=5) as answer:
                if answer.status == 200:
                    return time.monotonic() - began
        except (urllib.error.URLError, OSError):
            if process.poll() is not None:
                break
            time.sleep(0.02)
    raise RuntimeError("draht does not answer.")


def stop(process: subprocess.Popen[bytes]) -> None:
    """The whole group: make starts a shell, and that starts Draht."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGINT)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def memory(process: subprocess.Popen[bytes]) -> int:
    """Resident memory in bytes."""
    told = Path(f"/proc/{process.pid}/status").read_text()
    return next(int(line.split()[1]) * 1024 for line in told.splitlines() if line.startswith("VmRSS"))
