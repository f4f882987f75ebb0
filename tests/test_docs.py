"""The documents are tested: every setting, fact, command and channel has its line, and every link leads somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from draht.connections.registry import channels, folder
from draht.core.journal.facts import Fact
from draht.project.cli import COMMANDS
from tests import channel_table

HOUSE = Path(__file__).resolve().parent.parent
DOCUMENTS = sorted(
    path
    for path in HOUSE.glob("**/*.md")
    if not {".venv", "build", "data", "tests"} & set(path.parts[len(HOUSE.parts) :])
)
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")


def test_every_setting_is_told() -> None:
    read = set(re.findall(r'"(DRAHT_\w+)"', (HOUSE / "draht/project/settings.py").read_text()))
    told = set(re.findall(r"^\| `(DRAHT_\w+)`", (HOUSE / "docs/run/settings.md").read_text(), re.MULTILINE))
    assert read == told


def test_every_fact_is_told() -> None:
    told = set(re.findall(r"^\| `(\w+)`", (HOUSE / "docs/develop/facts.md").read_text(), re.MULTILINE))
    assert {fact.value for fact in Fact} == told


def test_every_command_is_told() -> None:
    told = set(re.findall(r"^\| `draht ([\w-]+)`", (HOUSE / "docs/run/running.md").read_text(), re.MULTILINE))
    assert set(COMMANDS) == told


@pytest.mark.parametrize("name", channels())
def test_every_channel_explains_itself(name: str) -> None:
    assert (folder(name) / "README.md").read_text().startswith("# ")
    assert (folder(name) / "icon.svg").exists()
    assert f"[`{name}`]" in (HOUSE / "docs/channels/README.md").read_text()


def test_the_table_of_abilities_is_fresh() -> None:
    assert channel_table.FILE.read_text() == channel_table.table(), "make channel-table writes it anew"


def test_every_ability_is_tested() -> None:
    assert [f"{line.channel} {line.ability}" for line in channel_table.lines() if not line.tests] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(HOUSE)))
def test_links_lead_somewhere(document: Path) -> None:
    dead = [link for link in LINK.findall(document.read_text()) if not (document.parent / link).exists()]
    assert dead == []


def test_every_decision_is_listed() -> None:
    decisions = HOUSE / "docs/decisions"
    listed = (decisions / "README.md").read_text()
    assert [p.name for p in decisions.glob("[0-9]*.md") if p.name not in listed] == []


def test_every_make_target_explains_itself() -> None:
    makefile = (HOUSE / "Makefile").read_text()
    [phony] = re.findall(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)
    explained = set(re.findall(r"^([a-z-]+):.*## ", makefile, re.MULTILINE))
    assert set(phony.split()) - {"translations"} == explained
