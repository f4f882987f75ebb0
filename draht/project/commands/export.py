"""Writes every message as JSON Lines: with its conversation, person, state, tags, our author and earlier versions.

draht import reads it back. The messages are streamed, so memory stays the same however many there are; progress is
shown on standard error. What arrives while it runs is included or not; nothing is torn.
"""

from __future__ import annotations

import argparse
import gzip
import sys
from pathlib import Path
from typing import IO

from draht.project.cli import set_up

SHOWN_EVERY = 1000  # messages


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="file to write, packed if it ends with .gz (default: standard output)"
    )


def run(options: argparse.Namespace) -> int:
    set_up()
    out: Path | None = options.out
    try:
        if out is None:
            return write(sys.stdout.buffer)
        partial = out.with_name(out.name + ".partial")  # half a file never carries the name of a whole one
        with gzip.open(partial, "wb", 6) if out.suffix == ".gz" else partial.open("wb") as file:
            write(file)
        partial.rename(out)
    except BrokenPipeError:  # for instance | head
        sys.stderr.close()
        return 1
    except OSError as error:
        print(f"It cannot be written: {error}", file=sys.stderr)
        return 1
    return 0


def write(file: IO[bytes] | gzip.GzipFile) -> int:
    """Writes all messages, a line each."""
    import msgspec
    from django.db import transaction
    from rich.console import Console
    from rich.progress import Progress

    from draht.core.journal.actions import record
    from draht.core.journal.facts import Fact
    from draht.features.inbox.export import count, messages

    encoder, number = msgspec.json.Encoder(), 0
    with Progress(console=Console(stderr=True), disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task("Exporting messages", total=count())
        for number, message in enumerate(messages(), 1):
            file.write(encoder.encode(message) + b"\n")
            if number % SHOWN_EVERY == 0:
                progress.update(task, completed=number)
        progress.update(task, completed=number)
    file.flush()
    with transaction.atomic():
        record(Fact.ARCHIVE_EXPORTED, count=number)
    print(f"{number:,} messages.", file=sys.stderr)
    return 0
