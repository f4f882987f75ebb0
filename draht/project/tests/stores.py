"""A store of one's own in a file, beside the one of the suite: to fill it up, lock it and let it recover."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import connections

from draht.project.settings import database

HOLD = """
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
"""


@contextmanager
def store_in(file: Path) -> Iterator[dict[str, Any]]:
    """Makes ``file`` the store of every thread of this process; its settings, which hold for new connections."""
    usual, here = connections.settings["default"], connections["default"]
    settings: dict[str, Any] = connections.configure_settings({"default": database(f"sqlite:///{file}")})["default"]
    connections.settings["default"] = settings
    del connections["default"]
    try:
        yield settings
    finally:
        connections["default"].close()
        connections.settings["default"] = usual
        connections["default"] = here


@contextmanager
def held_by_another_process(file: Path) -> Iterator[None]:
    """Another program writes to the store and does not come to an end."""
    command = [sys.executable, "-c", HOLD, str(file)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        yield
        other.communicate("")
