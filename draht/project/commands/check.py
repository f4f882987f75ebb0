"""Looks whether everything is in order: store, disk, clock, worker, accounts, journal, search, conversations.

Each finding says what to do about it. The exit code is 1 if something fails. The deep looks read everything: the
journal from its first row on (the first broken one is named), the search index, every conversation. On a large store
that takes minutes; looking at SQLite's search index makes writers wait about 1.5 seconds per million messages.
"""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from draht.project.cli import set_up

if TYPE_CHECKING:
    from draht.project.findings.looks import Found

STYLES = {"ok": "green", "warn": "yellow", "fail": "bold red"}


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--fast", action="store_true", help="leave the deep looks out")
    parser.add_argument(
        "--only", action="append", default=[], metavar="LOOK", help="only this look; may be given several times"
    )
    parser.add_argument("--json", action="store_true", help="write a JSON list instead of a table")
    parser.add_argument("--mend", action="store_true", help="first make anew what follows from the messages")


def run(options: argparse.Namespace) -> int:
    set_up()
    from draht.project.findings.finding import Level
    from draht.project.findings.looks import LOOKS, look

    names = [one.name for one in LOOKS]
    if not set(options.only) <= set(names):
        print(f"--only takes: {', '.join(names)}", file=sys.stderr)
        return 2
    if options.mend:
        from draht.features.inbox import checks

        checks.mend()
    found = []
    for one in look(options.only, deep=not options.fast):
        found.append(one)
        if sys.stderr.isatty() and not options.json:
            print(f"{one.look.label} …", end="\033[K\r", file=sys.stderr)
    (_show_json if options.json else _show)(found)
    return int(any(one.finding.level == Level.FAIL for one in found))


def _show_json(found: list[Found]) -> None:
    import msgspec

    told = [
        {"look": one.look.name, "level": one.finding.level.value, "says": one.finding.says, "todo": one.finding.todo}
        for one in found
    ]
    print(msgspec.json.format(msgspec.json.encode(told)).decode())


def _show(found: list[Found]) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD)
    table.add_column("")
    table.add_column("looked at", no_wrap=True)
    table.add_column("found")
    for one in found:
        says = Text(one.finding.says)
        if one.finding.todo:
            says.append(f"\n→ {one.finding.todo}", "dim")
        level = one.finding.level.value
        table.add_row(Text(level, STYLES[level]), str(one.look.label), says)
    Console().print(table)
