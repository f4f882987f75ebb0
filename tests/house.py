"""A running Draht for browser tests."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from draht.contract.loopback import free_port


class House:
    """``draht serve --demo`` with a data folder of its own. ``environment``: further settings."""

    def __init__(self, data: Path, host: str = "localhost", **environment: str) -> None:
        self.port = free_port()
        self.url = f"http://{host}:{self.port}"
        self._log = data / "log.txt"
        self._environment = os.environ | {
            "DRAHT_DATA_DIR": str(data), "DRAHT_BASE_URL": self.url, "DRAHT_UNDO_SECONDS": "3",
        } | environment  # fmt: skip
        self._environment.pop("DRAHT_DATABASE", None)
        self.seconds = self.start()

    def start(self) -> float:
        """Seconds until the demo is ready."""
        began = time.monotonic()
        draht = Path(sys.executable).parent / "draht"
        with self._log.open("w") as log:
            command: list[str | Path] = [draht, "serve", "--demo", "--port", str(self.port)]
            self._process = subprocess.Popen(command, env=self._environment, stderr=log)
        while "Log in as" not in self._log.read_text():
            assert self._process.poll() is None, self._log.read_text()
            assert time.monotonic() - began < 60, self._log.read_text()
            time.sleep(0.05)
        return time.monotonic() - began

    def stop(self, number: int = signal.SIGTERM) -> None:
        self._process.send_signal(number)
        self._process.wait(20)
