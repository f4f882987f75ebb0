"""``python -m bench``: measures everything in one go, prints the table, and writes ``bench/results/latest.json``."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from bench.child import Tell
from bench.machine import machine
from bench.measurements import MEASUREMENTS, Run, Sizes
from bench.postgres import NoPostgres, postgres, version
from bench.rows import RESULTS, Row, print_table, write

BUILD = Path(__file__).resolve().parent.parent / "build" / "bench"
console = Console(stderr=True)


def main() -> int:
    options = _options()
    wanted = options.rows.split(",") if options.rows else list(MEASUREMENTS)
    unknown = [name for name in wanted if name not in MEASUREMENTS]
    if unknown:
        console.print(f"There is no row {', '.join(unknown)}. Rows: {', '.join(MEASUREMENTS)}")
        return 2
    began = time.monotonic()
    rows: list[Row] = []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="draht-bench-")))
        folder.chmod(0o711)  # PostgreSQL runs as another user
        kept = folder if options.small else BUILD  # the million conversations are made once
        server = _server(stack, options.postgres, wanted, kept)
        facts = machine(version(server) if server else "")
        run = Run(folder, kept, server, Sizes.small() if options.small else Sizes(), not options.no_peer)
        for name in wanted:
            with _shown(name) as run.tell:
                rows += measured(name, run)
            shutil.rmtree(folder / name, ignore_errors=True)
    file = Path(options.output)
    write(rows, facts, time.monotonic() - began, file)
    print_table(rows, facts, Console(width=None if console.is_terminal else 150))
    console.print(f"Written to {file}. It took {(time.monotonic() - began) / 60:.1f} minutes.")
    return 0


def measured(name: str, run: Run) -> list[Row]:
    """The rows of one measurement. One that cannot be taken says why, and the others go on."""
    measurement = MEASUREMENTS[name]
    try:
        return measurement(run, name)
    except Exception as error:
        console.print_exception()
        return [Row(name, "", note=f"could not be measured: {type(error).__name__}: {error}")]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--rows", help="only these, with commas between them")
    parser.add_argument("--small", action="store_true", help="small numbers: whether it works, not how fast")
    parser.add_argument("--postgres", help="postgres://user@host:port/ of a server where databases may be made")
    parser.add_argument("--no-peer", action="store_true", help="do not install and measure django-helpdesk")
    parser.add_argument("--output", default=str(RESULTS / "latest.json"))
    options = parser.parse_args()
    if options.small and options.output == parser.get_default("output"):
        options.output = str(BUILD / "small.json")
    return options


def _server(stack: ExitStack, address: str | None, wanted: list[str], kept: Path) -> str:
    if address or not any("postgres" in name for name in wanted):
        return address or ""
    try:
        return stack.enter_context(postgres(kept / "postgres"))
    except NoPostgres as error:
        console.print(f"PostgreSQL: {error}")
        return ""


@contextmanager
def _shown(name: str) -> Iterator[Tell]:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    if not console.is_terminal:
        console.print(name)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as shown:
        task = shown.add_task(name)
        yield lambda words: shown.update(task, description=f"{name}: {words}")


if __name__ == "__main__":
    sys.exit(main())
