"""``make new-channel NAME=lemmy``: begins a channel from the files in ``channel_template``. It runs at once."""

from __future__ import annotations

import argparse
import keyword
import re
import sys
from pathlib import Path
from string import Template

TEMPLATE = Path(__file__).parent / "channel_template"
CHANNELS = Path(__file__).resolve().parent.parent / "channels"
NEXT = """\
{folder} is there, and its tests run:

    .venv/bin/python -m pytest {folder}

One of them fails until a payload of the real network lies in samples/. The rest of the way: CONTRIBUTING.md.
"""


class NotPossible(ValueError):
    """The channel cannot be begun; the words say why."""


def begin(name: str, channels: Path = CHANNELS) -> Path:
    """Writes the folder of a new channel and returns it. Raises ``NotPossible``."""
    if not re.fullmatch(r"[a-z][a-z0-9]{1,19}", name) or keyword.iskeyword(name):
        raise NotPossible(f"A channel's name is one word of small letters and digits, like lemmy; not {name!r}.")
    folder = channels / name
    if folder.exists():
        raise NotPossible(f"{folder} is there already.")
    words = {"name": name, "Class": name.capitalize(), "label": name.capitalize(), "letter": name[0].upper()}
    for file in sorted(TEMPLATE.rglob("*.txt")):
        target = folder / file.relative_to(TEMPLATE).with_suffix("")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(Template(file.read_text()).substitute(words))
    (folder / "samples").mkdir()
    return folder


def main() -> None:
    parser = argparse.ArgumentParser(prog="make new-channel", description=__doc__)
    parser.add_argument("name", help="one word, for example lemmy")
    try:
        folder = begin(parser.parse_args().name)
    except NotPossible as error:
        sys.exit(str(error))
    sys.stdout.write(NEXT.format(folder=folder.relative_to(CHANNELS.parent.parent)))


if __name__ == "__main__":
    main()
