"""A PostgreSQL of our own, started in a folder and stopped again; loopback only."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# Durable as it comes; memory as one would give it on a machine of some gigabytes.
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "shared_buffers": "6GB",
    "effective_cache_size": "16GB",
    "maintenance_work_mem": "1GB",
    "work_mem": "32MB",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "log_min_messages": "fatal",
}


class NoPostgres(RuntimeError):
    """It is not installed, or does not start."""


@contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """Starts the server over ``folder`` (made if it is missing); its address as ``postgres://…/``."""
    bin = _binaries()
    folder.mkdir(parents=True, exist_ok=True)
    data, port = folder / "data", free_port()
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    if not (data / "PG_VERSION").exists():
        _run([bin / "initdb", "-D", data, "-U", "draht", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"], folder)
    options = " ".join(f"-c {name}={value}" for name, value in SETTINGS.items())
    with tempfile.TemporaryDirectory() as sockets:  # a path of a socket may have 107 characters only
        Path(sockets).chmod(0o777)
        start = f"-p {port} -k {sockets} {options}"
        _run([bin / "pg_ctl", "-D", data, "-w", "-t", "60", "-l", folder / "log", "-o", start, "start"], folder)
        try:
            yield f"postgres://draht@127.0.0.1:{port}/"
        finally:
            _run([bin / "pg_ctl", "-D", data, "-w", "-m", "fast", "stop"], folder)


def _binaries() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    if there := shutil.which("initdb"):
        return Path(there).resolve().parent
    raise NoPostgres("PostgreSQL is not installed (Debian: postgresql), and --postgres names none.")


def _run(command: list[str | Path], folder: Path) -> None:
    """As the user postgres when we are root, because the server refuses to run as root."""
    words = [str(word) for word in command]
    if os.geteuid() == 0:
        pwd.getpwnam("postgres")
        words = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--", *words]
    done = subprocess.run(words, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        raise NoPostgres(f"{Path(words[-1]).name}: {done.stdout.strip()[-500:]}")


def free_port() -> int:
    """Below the range from which the system gives ports to clients."""
    for port in range(20000 + os.getpid() % 5000, 32000):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise NoPostgres("No free port.")


def recreate(address: str, name: str) -> str:
    """A database without anything in it; its address."""
    import psycopg

    with psycopg.connect(f"{address}postgres", autocommit=True) as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        admin.execute(f"CREATE DATABASE {name}")
    return f"{address}{name}"


def version(address: str) -> str:
    import psycopg

    with psycopg.connect(f"{address}postgres") as look:
        [told] = look.execute("SHOW server_version").fetchone() or [""]
        return str(told).split()[0]


def settle(address: str, seconds: float = 60.0) -> None:
    """Lets autovacuum come to its end, so that it does not run in somebody else's measurement."""
    import psycopg

    busy = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'autovacuum worker'"
    until = time.monotonic() + seconds
    with psycopg.connect(address, autocommit=True) as look:
        while time.monotonic() < until and look.execute(busy).fetchone() != (0,):
            time.sleep(0.5)
