"""What somebody sees in the terminal before and after an import."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC
from textwrap import shorten

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from draht.flows.import_archive import Imported, Seen
from draht.project.archives.columns import Mapped
from draht.project.archives.lines import Lines

SHOWN = 100  # characters of a text


def show_preview(console: Console, name: str, seen: Iterable[Seen], mapped: Mapped) -> None:
    table = Table(title=f"{name}, as it would be read (times in UTC)", title_justify="left", box=SIMPLE_HEAD)
    table.add_column("line", justify="right")
    table.add_column("when", no_wrap=True)
    table.add_column("author", max_width=24, overflow="ellipsis", no_wrap=True)
    table.add_column("text", ratio=1)
    table.add_column("belongs to", max_width=14, overflow="ellipsis", no_wrap=True)
    for one in seen:
        table.add_row(str(one.number), *_cells(one))
    console.print(table)
    console.print("  ".join(f"{what} ← {column}" for what, column in mapped.items()), style="dim", markup=False)


def _cells(one: Seen) -> list[Text]:
    message = one.message
    if message is None:
        return [Text("not readable", "red"), Text(), Text(one.reason, "red"), Text()]
    author = Text(message.author.name or message.author.id)
    return [
        Text(f"{message.at.astimezone(UTC):%Y-%m-%d %H:%M}"),
        author.append(" (we)", "green") if one.ours else author,
        Text(shorten(message.text, SHOWN, placeholder=" …")),
        Text(message.thread or message.parent),
    ]


def show_outcome(total: Imported, lines: Lines) -> None:
    console = Console(highlight=False, soft_wrap=True)
    known = total.rows - total.left - total.new - total.changed
    told = [
        f"{total.new:,} new messages",
        f"{total.changed:,} changed",
        f"{max(known, 0):,} known already or twice in the file",
        f"{total.left:,} not readable",
    ]
    console.print(", ".join(told) + ".")
    for one in total.strange:
        console.print(f"  line {one.number}: {one.reason}", style="yellow", markup=False)
    if total.left:
        more = total.left - len(total.strange)
        kept = f"  … and {more:,} more. " if more else "  "
        console.print(f"{kept}They are kept as leftovers; the health page shows them.")
    for count, what in (
        (total.cut, "were longer than 100,000 characters and were cut; the whole row is kept with the message"),
        (lines.windows, "lines were not UTF-8 and were read as Windows-1252"),
        (lines.mended, "lines had broken characters, which were replaced"),
    ):
        if count:
            console.print(f"{count:,} {what}.", style="yellow")
