"""A PostgreSQL of our own for the length of one command: ``python -m tests.servers pytest …``.

Where DRAHT_DATABASE names a server, that one is used. Else Debian's ``postgresql`` (or ``initdb`` in the PATH) has
to be there; the server listens on loopback, lives in a folder of its own, and leaves nothing behind. There is one for
each core, so that each worker of pytest has its own: the journal tells nothing newer than the oldest transaction of a
server, and that must not be one of a test beside it.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from draht.contract.loopback import free_port

# What a test's server must promise is that it keeps running; nobody pulls its plug.
FAST = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=200 -c shared_buffers=256MB"


@contextmanager
def postgres() -> Iterator[str]:
    """The address of a fresh, empty server, as DRAHT_DATABASE takes it."""
    programs = _programs()
    folder = Path(tempfile.mkdtemp(prefix="draht-postgres-"))
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        shutil.chown(folder, "postgres", "postgres")
    data, port = str(folder / "data"), free_port()
    options = ("-D", data, "-U", "draht", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
    try:
        _run(programs / "initdb", *options)
        listen = f"-p {port} -h 127.0.0.1 -k {folder} {FAST}"
        _run(programs / "pg_ctl", "-D", data, "-o", listen, "-l", str(folder / "log"), "-w", "start")
        try:
            yield f"postgres://draht@127.0.0.1:{port}/postgres"
        finally:
            _run(programs / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder)


def _programs() -> Path:
    """Where ``initdb`` and ``pg_ctl`` are; Debian keeps them beside the PATH, the newest version last."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    there = shutil.which("initdb") or (str(found[-1]) if found else "")
    if not there:
        raise SystemExit("There is no PostgreSQL here. Install Debian's package postgresql, or set DRAHT_DATABASE.")
    return Path(there).parent


def _run(*command: object) -> None:
    words = [str(word) for word in command]
    if os.geteuid() == 0:
        words = ["runuser", "-u", "postgres", "--", *words]
    done = subprocess.run(words, cwd="/", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(words)} failed:\n{done.stdout}")


def main(command: list[str]) -> int:
    """Runs the command beside the servers; its exit code."""
    if os.environ.get("DRAHT_DATABASE", "").startswith("postgres"):
        return subprocess.run(command, check=False).returncode
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the servers are stopped
    with ExitStack() as stack:
        addresses = [stack.enter_context(postgres()) for _ in range(os.cpu_count() or 1)]
        told = {"DRAHT_DATABASE": addresses[0], "DRAHT_TEST_DATABASES": " ".join(addresses)}
        return subprocess.run(command, env=os.environ | told, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
