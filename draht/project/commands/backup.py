"""Writes a copy of the database, the secret key and the sandbox, while Draht is running.

TARGET is a folder, in which each copy gets a folder of its own named by its time, or a file that ends with .tar.gz. The
copy is consistent: it holds the store as it was at one moment. Before it gets its name it is opened and checked: the
file's integrity, and the journal from its first row on. A store whose journal is broken is copied all the same; that is
said, and the exit code is 1.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from draht.project.cli import set_up

if TYPE_CHECKING:
    from draht.project.copies import Copy

RESTORING = """\
to restore SQLite:
  1. stop Draht
  2. put the files of the copy into an empty folder
  3. point DRAHT_DATA_DIR at it, and start Draht

to restore PostgreSQL:
  1. createdb NAME
  2. pg_restore --no-owner --dbname=NAME draht.dump
  3. point DRAHT_DATABASE at it, and start Draht; it sees that the
     journal comes from another cluster and takes it over by itself

The secret key belongs to the copy: without it, the logins of connected accounts cannot be decrypted. A copy is as
secret as the store itself.
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = RESTORING
    parser.add_argument("target", metavar="TARGET", type=Path, help="a folder, or a file that ends with .tar.gz")


def run(options: argparse.Namespace) -> int:
    set_up()
    from django.conf import settings
    from django.db import DatabaseError, transaction

    from draht.core.journal.actions import record
    from draht.core.journal.facts import Fact
    from draht.project.copies import KEY, NotCopied

    try:
        copy = _write(options.target)
    except NotCopied as error:
        print(f"There is no copy: {error}", file=sys.stderr)
        return 1
    print(f"Written and checked: {copy.path}")
    if not (settings.DATA_DIR / KEY).exists():
        print("The secret key is not in it: it comes from DRAHT_SECRET_KEY. Keep it elsewhere, and keep it well.")
    try:
        with transaction.atomic():
            record(Fact.BACKUP_WRITTEN, name=copy.path.name)
    except DatabaseError as error:
        print(f"The copy is good, but could not be noted in the journal: {error}", file=sys.stderr)
    if copy.fault:
        print(f"It is a faithful copy of a store that is not in order: {copy.fault}", file=sys.stderr)
    return int(bool(copy.fault))


def _write(target: Path) -> Copy:
    from rich.console import Console
    from rich.progress import Progress, TaskID

    from draht.project import copies

    with Progress(console=Console(stderr=True), disable=not sys.stderr.isatty()) as shown:
        tasks: dict[str, TaskID] = {}

        def tell(name: str, done: int, total: int) -> None:
            tasks[name] = tasks.get(name) or shown.add_task(name, total=total)
            shown.update(tasks[name], completed=done, total=total)

        return copies.write(target, tell)
