"""A new channel runs at once: every test of the contract passes but the one that asks for captured payloads."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from draht.project.new_channel import CHANNELS, TEMPLATE, NotPossible, begin

HOUSE = CHANNELS.parent.parent
# the channel lies elsewhere, but is imported by the name that it would have in the house
RUN = """
import sys, pytest, draht.channels
draht.channels.__path__.append(sys.argv[1])
sys.exit(pytest.main([*sys.argv[2:], "-p", "conftest", "-p", "no:cacheprovider", "-q"]))
"""
FIRST_PARTY = "lint.isort.known-first-party = ['draht']"  # ruff looks for the folder, and it is elsewhere
SAMPLE = {
    "id": "7",
    "author": {"id": "ada", "name": "Ada"},
    "text": "Where is my parcel?",
    "parent": None,
    "at": "2026-11-20T10:00:00+00:00",
}


def outcome(folder: Path, *options: str) -> dict[str, str]:
    """Runs the channel's own tests in a process of their own: the name of each test, with why it failed, or nothing."""
    report = folder.parent / "report.xml"
    command = [sys.executable, "-c", RUN, str(folder.parent), str(folder), f"--junitxml={report}", *options]
    told = subprocess.run(command, cwd=HOUSE, capture_output=True, text=True, check=False)
    assert report.exists(), told.stdout + told.stderr
    cases = ElementTree.parse(report).iter("testcase")
    return {str(case.get("name")): " ".join(str(bad.get("message")) for bad in case) for case in cases}


@pytest.mark.parametrize("name", ["lemmy", "x2", "abcdefghijklmnopqrst"])
def test_it_runs_at_once_and_asks_only_for_samples(name: str, tmp_path: Path) -> None:
    folder = begin(name, tmp_path)
    found = outcome(folder)
    failed = {test: why for test, why in found.items() if why}
    assert list(failed) == ["test_its_samples_are_read_as_written_down"]
    assert f"{name} has no samples" in failed["test_its_samples_are_read_as_written_down"]
    assert len(found) > 20


def test_with_a_captured_payload_everything_passes(tmp_path: Path) -> None:
    folder = begin("lemmy", tmp_path)
    (folder / "samples" / "message.json").write_text(json.dumps(SAMPLE))
    assert not any(outcome(folder, "--write-samples").values())
    golden = json.loads((folder / "samples" / "message.message.json").read_text())
    assert golden["events"][0]["text"] == "Where is my parcel?"
    assert not any(outcome(folder).values())


@pytest.mark.parametrize("name", ["lemmy", "abcdefghijklmnopqrst"])
def test_it_is_written_as_the_house_writes(name: str, tmp_path: Path) -> None:
    folder = begin(name, tmp_path)
    for file in folder.rglob("*.py"):
        there = CHANNELS / file.relative_to(tmp_path)
        for command in (["check", "--config", FIRST_PARTY], ["format", "--check"]):
            done = subprocess.run(
                [sys.executable, "-m", "ruff", *command, "--no-cache", "--stdin-filename", str(there), "-"],
                cwd=HOUSE,
                input=file.read_text(),
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", ["", "Lemmy", "a", "2x", "../x", "x_y", "x-y", "class", "x" * 21, "lemmy\n"])
def test_strange_names_are_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(NotPossible, match="one word of small letters"):
        begin(name, tmp_path)
    assert not list(tmp_path.iterdir())


def test_nothing_is_written_over(tmp_path: Path) -> None:
    folder = begin("lemmy", tmp_path)
    (folder / "mapper.py").write_text("mine")
    with pytest.raises(NotPossible, match="there already"):
        begin("lemmy", tmp_path)
    assert (folder / "mapper.py").read_text() == "mine"


def test_the_command_says_what_comes_next() -> None:
    told = subprocess.run(
        [sys.executable, "-m", "draht.project.new_channel", "sandbox"], capture_output=True, text=True, check=False
    )
    assert told.returncode == 1
    assert "there already" in told.stderr
    assert "Traceback" not in told.stderr


def test_templates_are_packed() -> None:
    """``with_suffix`` takes ``.txt`` away: what has another ending would be left behind."""
    assert {file.suffix for file in TEMPLATE.rglob("*") if file.is_file()} == {".txt"}
