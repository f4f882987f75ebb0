"""Copies of everything that must not be lost, written while Draht runs, and looked at before anybody relies on them."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tarfile
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from django.conf import settings
from django.db import connection

from draht.core.journal import seals
from draht.core.sql import is_postgres

PAGES = 2000  # of one step, after which progress is told
MAIN, KEY, FILES = "draht.sqlite3", "secret-key", "files"
Progress = Callable[[str, int, int], None]  # what, done, of


class NotCopied(Exception):
    """There is no copy that can be relied on. The words say why."""


@dataclass(frozen=True, slots=True)
class Copy:
    """Where it is, and what is wrong with the store that it is a faithful copy of; empty if nothing is."""

    path: Path
    fault: str = ""


def write(target: Path, progress: Progress) -> Copy:
    """Writes a checked copy to ``target``: one packed file if it ends with .tar.gz, else a new folder within it.

    What is being written has a name of its own until it was checked. Raises ``NotCopied``.
    """
    packed = target.name.endswith(".tar.gz")
    parent = target.parent if packed else target
    name = target.name.removesuffix(".tar.gz") if packed else f"draht-{datetime.now(UTC):%Y-%m-%d-%H%M%S}"
    folder = parent / f"{name}.partial"
    try:
        folder.mkdir(parents=True, mode=0o700)
    except FileExistsError as error:
        raise NotCopied(f"Another backup is being written, or was interrupted: remove {folder}") from error
    except OSError as error:
        raise NotCopied(str(error)) from error
    try:
        _copy_all(folder, progress)
        fault = _fault_of(folder)
        return Copy(_pack(folder, target) if packed else folder.rename(parent / name), fault)
    except (OSError, sqlite3.Error) as error:
        raise NotCopied(str(error)) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _copy_all(folder: Path, progress: Progress) -> None:
    main = Path(connection.settings_dict["NAME"]).resolve()
    if is_postgres():
        _dump(folder / "draht.dump", progress)
    else:
        copy_sqlite(main, folder / MAIN, progress)
    for other in sorted(settings.DATA_DIR.glob("*.sqlite3")):  # networks that run inside the process
        if other.resolve() != main:
            copy_sqlite(other, folder / other.name, progress)
    if (settings.DATA_DIR / KEY).exists():
        shutil.copy2(settings.DATA_DIR / KEY, folder / KEY)
    _copy_files(settings.DATA_DIR / FILES, folder / FILES, progress)


def _copy_files(source: Path, target: Path, progress: Progress) -> None:
    """Pictures and other files of messages, after the store that names them. They never change, only come and go; where
    the disk is the same, both are one."""
    found = [file for file in source.rglob("*") if file.is_file() and not file.name.startswith(".")]
    for count, file in enumerate(found, 1):
        copy = target / file.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with suppress(FileNotFoundError):  # forgotten meanwhile, because nothing points to it
            _link_or_copy(file, copy)
        if count % 500 == 0 or count == len(found):
            progress(FILES, count, len(found))


def _link_or_copy(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except FileNotFoundError:
        raise
    except OSError:  # another disk, or one without links
        shutil.copy2(source, target)


def copy_sqlite(source: Path, target: Path, progress: Progress) -> None:
    """SQLite's online backup within one read transaction: writers go on, and what they write is not in it."""
    old, new = sqlite3.connect(source, timeout=60, isolation_level=None), sqlite3.connect(target)
    with closing(old), closing(new):
        old.execute("BEGIN")
        old.execute("SELECT count(*) FROM sqlite_master").fetchone()  # now the transaction has its view

        def tell(status: int, remaining: int, total: int) -> None:
            progress(target.name, total - remaining, total)

        old.backup(new, pages=PAGES, progress=tell)
        new.execute("PRAGMA journal_mode=DELETE")  # one file, without companions
        faults = [words for (words,) in new.execute("PRAGMA integrity_check(5)") if words != "ok"]
    if faults:
        raise NotCopied(f"{source} is damaged: {'; '.join(faults)}")
    with target.open("rb") as file:
        os.fsync(file.fileno())


def _dump(target: Path, progress: Progress) -> None:
    """PostgreSQL's own tools: a consistent dump, and a look whether it can be read."""
    if not shutil.which("pg_dump"):
        raise NotCopied("pg_dump is not here. Install PostgreSQL's client programs, or back the server up itself.")
    values = connection.settings_dict
    told = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD", "PGDATABASE": "NAME"}
    given = {name: str(values[key]) for name, key in told.items() if values[key]}
    progress(target.name, 0, 1)
    _run(["pg_dump", "--format=custom", "--no-owner", f"--file={target}"], given)
    _run(["pg_restore", "--list", str(target)], {})
    progress(target.name, 1, 1)


def _run(command: list[str], environment: dict[str, str]) -> str:
    done = subprocess.run(command, env=os.environ | environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotCopied(f"{command[0]}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


def _fault_of(folder: Path) -> str:
    """Opens the copy as Draht would after restoring it, and walks its journal; a dump's journal is walked at home."""
    if not (folder / MAIN).exists():
        broken = seals.check()
        return f"Row {broken.entry_id} of the journal is broken: {broken.why}." if broken else ""
    environment = os.environ | {"DRAHT_DATA_DIR": str(folder), "DRAHT_DATABASE": ""}
    command = [sys.executable, "-m", "draht.project.cli", "check", "--json", "--only", "journal", "--only", "integrity"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    try:
        found = msgspec.json.decode(done.stdout, type=list[dict[str, str]])
    except msgspec.DecodeError as error:
        raise NotCopied(f"The copy could not be opened: {done.stderr.strip()[-500:]}") from error
    return " ".join(one["says"] for one in found if one["level"] == "fail")


def _pack(folder: Path, target: Path) -> Path:
    partial = target.with_name(target.name + ".partial")
    with tarfile.open(partial, "w:gz") as tar:
        tar.add(folder, arcname=target.name.removesuffix(".tar.gz"))
    partial.chmod(0o600)
    return partial.rename(target)
