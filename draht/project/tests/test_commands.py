"""The commands as somebody types them, each in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from draht.project.cli import COMMANDS

ROWS = "id,text,at,author\n1,Where is it?,2024-01-05 10:00,Ada\n2,Hello,soon,Ada\n"


def draht(data: Path, *told: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"DRAHT_DATA_DIR": str(data), "DRAHT_DATABASE": "", "COLUMNS": "100"}
    command = [sys.executable, "-m", "draht.project.cli", *told]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_explains_itself(name: str, tmp_path: Path) -> None:
    done = draht(tmp_path, name, "--help")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"usage: draht {name}")
    assert done.stdout.count(". ") + done.stdout.count(".\n") >= 1, "a sentence says what it does"
    assert max(map(len, done.stdout.splitlines())) <= 120
    assert not list(tmp_path.iterdir()), "asking for help makes nothing"


def test_a_day_with_the_commands(tmp_path: Path) -> None:
    data, file, out = tmp_path / "data", tmp_path / "old.csv", tmp_path / "all.jsonl"
    file.write_text(ROWS)
    asked = draht(data, "import", str(file))
    assert (asked.returncode, "--yes" in asked.stderr) == (1, True)
    taken = draht(data, "import", str(file), "--yes")
    assert taken.returncode == 0, taken.stderr
    assert "1 new messages, 0 changed" in taken.stdout
    assert "line 3: soon is not a time" in taken.stdout

    assert draht(data, "export", "--out", str(out)).returncode == 0
    [message] = map(json.loads, out.read_text().splitlines())
    assert (message["text"], message["author"]) == ("Where is it?", "Ada")
    assert draht(data, "export").stdout == out.read_text()

    checked = draht(data, "check", "--json")
    levels = {one["look"]: one["level"] for one in json.loads(checked.stdout)}
    assert checked.returncode == 1
    assert [name for name, level in levels.items() if level != "ok"] == ["duties", "leftovers"]

    written = draht(data, "backup", str(tmp_path / "copies"))
    assert written.returncode == 0, written.stderr
    [copy] = (tmp_path / "copies").iterdir()
    assert draht(copy, "export").stdout == out.read_text(), "a copy is a data folder"
    assert (copy / "secret-key").read_text() == (data / "secret-key").read_text()


def test_a_file_that_is_not_there_is_said_calmly(tmp_path: Path) -> None:
    done = draht(tmp_path, "import", str(tmp_path / "nothing.csv"), "--yes")
    assert done.returncode == 1
    assert "No such file" in done.stderr
    assert "Traceback" not in done.stderr
