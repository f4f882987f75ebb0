"""The house keeps its shape: no file gets away, nothing from elsewhere, no names that say nothing."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

HOUSE = Path(__file__).resolve().parent.parent
CEILING = 500  # lines; the admired code bases each have two or three files that got away
EMPTY_NAMES = {"utils", "helpers", "common", "misc", "manager", "handler", "processor", "base"}


def tracked() -> list[Path]:
    told = subprocess.run(["git", "ls-files", "-z"], cwd=HOUSE, capture_output=True, text=True, check=True).stdout
    return [HOUSE / name for name in told.split("\0") if name and (HOUSE / name).is_file()]


def test_no_file_gets_away() -> None:
    sizes = {p.relative_to(HOUSE): p.read_text().count("\n") for p in tracked() if p.suffix == ".py"}
    assert {path: size for path, size in sizes.items() if size > CEILING} == {}


def test_names_say_what_a_thing_is() -> None:
    assert [p for p in tracked() if p.suffix == ".py" and p.stem.lower() in EMPTY_NAMES] == []


def test_modules_begin_with_their_purpose() -> None:
    modules = [p for p in tracked() if p.suffix == ".py" and p.stat().st_size and "migrations" not in p.parts]
    missing = [p for p in modules if not re.match(r'(#!.*\n)?(#.*\n)*\s*(r?"""|import |from .* import)', p.read_text())]
    assert missing == []


def test_nothing_of_other_peoples_code_lies_here() -> None:
    assert [p for p in tracked() if ".min." in p.name or "node_modules" in p.parts or "vendor" in p.parts] == []


def test_pages_have_no_inline_script_or_style() -> None:
    inline = re.compile(r"<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=\"|<style", re.IGNORECASE)
    pages = [p for p in tracked() if p.suffix == ".html"]
    assert [p.relative_to(HOUSE) for p in pages if inline.search(p.read_text())] == []


def test_lock_files_name_no_registry() -> None:
    for lock in (HOUSE / "requirements").glob("*.lock"):
        assert "://" not in lock.read_text()
        assert "--hash=sha256:" in lock.read_text()
