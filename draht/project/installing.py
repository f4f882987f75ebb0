"""Installs a lock file with pip and shows how far it is. Needs only Python: it runs before anything is installed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

WIDTH = 30


def install(lock: Path) -> int:
    """pip's exit code; its own words only if it failed."""
    total = sum("==" in line for line in lock.read_text().splitlines())
    command = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--require-hashes"]
    said: list[str] = []
    seen = 0
    with subprocess.Popen(
        [*command, "-r", str(lock)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as pip:
        for line in pip.stdout or ():
            said.append(line)
            seen += line.startswith(("Collecting", "Requirement already satisfied"))
            _show(lock.stem, min(seen, total), total)
    _show(lock.stem, total, total, end="\n")
    if pip.returncode:
        sys.stderr.write("".join(said[-15:]))
    return pip.returncode


def _show(name: str, done: int, total: int, end: str = "") -> None:
    if sys.stderr.isatty() or end:
        bar = "━" * (WIDTH * done // max(total, 1))
        sys.stderr.write(f"\r  {name:<4} {bar:<{WIDTH}} {done}/{total} packages{end}")
        sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(install(Path(sys.argv[1])))
