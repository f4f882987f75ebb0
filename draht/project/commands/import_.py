"""Takes an archive of messages into the inbox: CSV or JSON Lines, packed with gzip or not.

Columns are guessed by their names and shown before anything happens. Rows that cannot be read are listed with their
line and never stop the others. What is there already drops out: run it twice and nothing is doubled, run it again after
an interruption and it goes on.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import closing
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING

from draht.project.cli import set_up

if TYPE_CHECKING:
    from draht.connections.models import Connection
    from draht.flows.import_archive import Row, Strange
    from draht.project.archives.lines import Lines

PREVIEWED = 8  # rows
EXAMPLES = """\
examples:
  draht import tweets.csv --preview
  draht import answers.csv.gz --connection "Old help desk" --department Service --ours "Acme,AcmeHelps"
  draht import messages.jsonl --map text=body,author=from --yes

draht/channels/archive/README.md tells which columns and times are understood.
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = EXAMPLES
    parser.add_argument("file", metavar="FILE", type=Path)
    parser.add_argument(
        "--map", default="", metavar="WHAT=COLUMN,…", help="which column is what, where a guess is wrong"
    )
    parser.add_argument(
        "--ours", default="", metavar="NAMES", help="authors who are the company: their rows are answers"
    )
    parser.add_argument(
        "--connection", default="Archive", metavar="NAME", help="the archive that it belongs to (%(default)s)"
    )
    parser.add_argument("--department", metavar="NAME", help="whose archive it is; made if missing")
    parser.add_argument(
        "--open", action="store_true", help="leave it to be worked on; else it is history: resolved and read"
    )
    parser.add_argument("--preview", action="store_true", help="only show how the first rows would be read")
    parser.add_argument("--yes", action="store_true", help="do not ask; needed where nobody can be asked")


def run(options: argparse.Namespace) -> int:
    set_up()
    from django.db import DatabaseError

    from draht.project import upkeep
    from draht.project.archives.columns import WrongMap
    from draht.project.archives.lines import Unreadable

    try:
        upkeep.prepare()
        return import_file(options)
    except (OSError, Unreadable, WrongMap, ValueError) as error:
        print(error, file=sys.stderr)
    except DatabaseError as error:
        print(f"The store does not take it just now: {error}", file=sys.stderr)
        print("Nothing is half done. Run the same command again; it goes on where it stopped.", file=sys.stderr)
    except KeyboardInterrupt:
        print("Stopped. Run the same command again; it goes on where it stopped.", file=sys.stderr)
        return 130
    return 1


def import_file(options: argparse.Namespace) -> int:
    """Everything but the set-up. Raises what ``run`` puts into words."""
    from draht.flows.import_archive import find_archive
    from draht.project.archives.lines import Lines

    find_archive(options.connection)  # a wrong name is said before anybody looks at rows
    with closing(Lines(options.file)) as lines:
        return _import(options, lines)


def _import(options: argparse.Namespace, lines: Lines) -> int:
    from rich.console import Console

    from draht.flows.import_archive import Row, kind_of_archives, preview
    from draht.project.archives.columns import authors, guess, read_map, rename
    from draht.project.archives.showing import show_preview
    from draht.project.archives.tables import read_table

    _, kind = kind_of_archives()
    table = read_table(lines)
    mapped = guess(table.columns, kind.columns, read_map(options.map, table.columns, kind.columns))
    missing = [what for what in kind.needed if what not in mapped]
    if missing:
        print(f"Which column is {' and which is '.join(missing)}? Say it with --map {missing[0]}=COLUMN.")
        print(f"The file has: {', '.join(table.columns)}")
        return 1
    ours = authors(options.ours)
    rows = (rename(row, mapped, ours) if isinstance(row, Row) else row for row in table.rows)
    first = list(islice(rows, PREVIEWED))
    show_preview(Console(), options.file.name, preview(first), mapped)
    if options.preview or not _confirmed(options):
        return 0
    return _take_in(_archive(options), chain(first, rows), lines, options.open)


def _confirmed(options: argparse.Namespace) -> bool:
    if options.yes:
        return True
    if not sys.stdin.isatty():
        raise ValueError("Nobody can be asked here: look at the rows above and add --yes.")
    return input(f"Take {options.file.name} into {options.connection!r}? [y/N] ").strip().lower() in {"y", "yes", "j"}


def _archive(options: argparse.Namespace) -> Connection:
    """The archive, made if it is missing. Raises ``ValueError`` if it is not clear whose it is."""
    from django.db import transaction

    from draht.core.people.actions import department
    from draht.core.people.models import Department
    from draht.flows.import_archive import find_archive, make_archive

    found = find_archive(options.connection)
    name: str = options.department or ""
    if found:
        if name and found.department.name.lower() != name.lower():
            raise ValueError(f"{found.name!r} belongs to {found.department.name}. Choose another --connection.")
        return found
    there = list(Department.objects.values_list("name", flat=True)[:2])
    if not name and len(there) > 1:
        raise ValueError("There are several departments. Say whose archive it is with --department NAME.")
    with transaction.atomic():
        return make_archive(options.connection, department(name or (there[0] if there else "Service")).pk)


def _take_in(connection: Connection, rows: Iterator[Row | Strange], lines: Lines, leave_open: bool) -> int:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    from draht.flows.import_archive import Imported, import_rows
    from draht.project.archives.lines import Unreadable
    from draht.project.archives.showing import show_outcome

    total, broken = Imported(), None
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[rows]:,} rows"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(f"Importing into {connection.name}", total=lines.size, rows=0)
        try:
            for total in import_rows(connection, rows, leave_open=leave_open):
                progress.update(task, completed=lines.position, rows=total.rows)
        except Unreadable as error:
            broken = error
        else:
            progress.update(task, completed=lines.size)
    show_outcome(total, lines)
    if broken:
        print(broken, file=sys.stderr)
    return 1 if broken or total.left == total.rows else 0
