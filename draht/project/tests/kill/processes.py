"""The real processes of a house, which can be killed and come back, and the network that they talk to."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.db import connection

from draht.contract.loopback import free_port

PATIENCE = 60.0  # seconds
CHANNELS = """[draht.channels]
keyed = draht.flows.tests.networks:Keyed
keyless = draht.flows.tests.networks:Keyless
"""
HOUSE = Path(__file__).resolve().parents[4]


class Process:
    """One process, started again as often as it is killed. ``log`` keeps what all of them said."""

    def __init__(self, name: str, arguments: list[str], says: str, environment: dict[str, str], folder: Path) -> None:
        self.log = folder / f"{name}.log"
        self.log.touch()
        self._says = says
        command = [sys.executable, "-m", "draht.project.tests.kill.loaded", str(self.log), *arguments]
        self._parent = subprocess.Popen(
            command, env=environment, cwd="/", stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._child = 0

    def start(self) -> None:
        self._from = self.log.stat().st_size
        assert self._parent.stdin is not None
        self._parent.stdin.write("start\n")
        self._parent.stdin.flush()
        self._child = int(self._answer())

    def wait(self) -> str:
        """Waits until it says that it runs; what it said so far."""
        until = time.monotonic() + PATIENCE
        while self._says not in self.said():
            assert self._lives(), self.said()
            assert time.monotonic() < until, self.said()
            time.sleep(0.01)
        return self.said()

    def said(self) -> str:
        return self.log.read_bytes()[self._from :].decode("utf-8", "replace")

    def end(self, how: int = signal.SIGKILL) -> None:
        """It is really gone afterwards. Not before this is known may its leases be given away."""
        with suppress(ProcessLookupError):
            os.kill(self._child, how)
        assert self._answer() == "gone"

    def close(self) -> None:
        """For good: the process that starts it ends, too."""
        self.end()
        self._parent.communicate(timeout=PATIENCE)

    def _lives(self) -> bool:
        try:
            os.kill(self._child, 0)
        except ProcessLookupError:
            return False
        return True

    def _answer(self) -> str:
        assert self._parent.stdout is not None
        return self._parent.stdout.readline().strip()


def web(folder: Path) -> tuple[Process, str]:
    """The web process, and where it can be reached."""
    port = free_port()
    arguments = ["draht.project.cli", "web", "--port", str(port)]
    environment = _environment(folder) | {"DRAHT_PORT": str(port)}
    return Process("web", arguments, "Draht is running", environment, folder), f"http://127.0.0.1:{port}"


def worker(folder: Path) -> Process:
    return Process("work", ["draht.project.cli", "work"], "The worker is running", _environment(folder), folder)


def network(folder: Path) -> tuple[Process, str]:
    """The sandbox in a process of its own, which nobody kills, and its address."""
    port = free_port()
    arguments = ["draht.channels.sandbox", "--empty", "--token", "--port", str(port), "--data", str(folder / "network")]
    return Process("network", arguments, "The sandbox is at", _environment(folder), folder), f"http://127.0.0.1:{port}"


def _environment(folder: Path) -> dict[str, str]:
    """On the store of the test; with a package of channels that somebody else has written."""
    package = folder / "packages" / "others-1.dist-info"
    package.mkdir(parents=True, exist_ok=True)
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: others\nVersion: 1\n")
    (package / "entry_points.txt").write_text(CHANNELS)
    return os.environ | {
        "PYTHONPATH": f"{package.parent}{os.pathsep}{HOUSE}",
        "DRAHT_DATA_DIR": str(folder / "house"),
        "DJANGO_SETTINGS_MODULE": "draht.project.settings",
        "DRAHT_DATABASE": _database(),
        "DRAHT_SECRET_KEY": settings.SECRET_KEY,
        "DRAHT_UNDO_SECONDS": "0",
    }


def _database() -> str:
    told = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{told['NAME']}"
    login = f"{quote(told['USER'])}:{quote(told['PASSWORD'])}" if told["PASSWORD"] else quote(told["USER"])
    return f"postgres://{login}@{told['HOST']}:{told['PORT']}/{told['NAME']}"
