"""``draht``: the commands that run it. Each one explains itself: ``draht serve --help``."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from importlib import import_module
from keyword import iskeyword

COMMANDS = {
    "serve": "run everything in one process: web pages, hooks, live updates and the worker",
    "web": "run only the web part (pages, hooks, live updates); start any number",
    "work": "run only the worker (fetching, reading hooks, sending replies); start any number",
    "import": "take an archive of messages (CSV or JSON Lines) into the inbox",
    "export": "write every message as JSON Lines, to a file or to standard output",
    "backup": "write a copy of the database and the sandbox while Draht is running",
    "check": "look whether everything is in order: store, journal, connections, disk, clock",
    "add-user": "add a colleague who can log in, for instance the first administrator",
    "migrate": "bring the database up to date (serve does it by itself)",
}


class Paragraphs(argparse.HelpFormatter):
    """Wraps each paragraph on its own; one with lines that stand further in stays as it is."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        paragraphs = text.strip().split("\n\n")
        wrap = super()._fill_text
        return "\n\n".join(one if "\n  " in one else wrap(one, width, indent) for one in paragraphs)


def main() -> None:
    """Runs one command; its exit code is the process's."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "draht.project.settings")
    parser = argparse.ArgumentParser(
        prog="draht",
        description="The direct line to your customers on the social web.",
        epilog="Settings come from environment variables that begin with DRAHT_; see docs/run/settings.md.",
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, explanation in COMMANDS.items():
        sub = commands.add_parser(name, help=explanation, formatter_class=Paragraphs)
        if sys.argv[1:2] == [name]:  # only the chosen command is loaded
            module = import_module(f"draht.project.commands.{name.replace('-', '_')}{'_' * iskeyword(name)}")
            sub.description = module.__doc__
            module.arguments(sub)
            sub.set_defaults(run=module.run)
    options = parser.parse_args()
    run: Callable[[argparse.Namespace], int] = options.run
    sys.exit(run(options))


def set_up() -> None:
    """Django, once, for the commands that need the store."""
    import gc

    import django

    django.setup()
    gc.freeze()  # what is loaded by now stays: no need to look through it again and again


if __name__ == "__main__":
    main()
