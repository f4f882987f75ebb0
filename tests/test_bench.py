"""The benchmark with small numbers: whether it still works, not how fast anything is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SQLITE = ["take_in_sqlite", "hook_sqlite", "screens_live", "polling_200", "mapping", "desk_sqlite"]
POSTGRES = ["take_in_postgres", "hook_postgres", "desk_postgres"]


def measured(tmp_path: Path, rows: list[str]) -> dict[str, dict[str, object]]:
    """The rows of a small run, with the figures that it wrote."""
    file = tmp_path / "small.json"
    command = [sys.executable, "-m", "bench", "--small", "--no-peer", "--rows", ",".join(rows), "--output", str(file)]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("DRAHT_")}
    done = subprocess.run(command, cwd=ROOT, env=clean, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    written = json.loads(file.read_text())
    assert written["machine"]["python"]
    found: dict[str, dict[str, object]] = written["rows"]
    for name, row in found.items():
        assert row.get("value"), f"{name}: {row.get('note')}\n{done.stderr[-3000:]}"
    return found


@pytest.mark.slow
def test_the_embedded_store(tmp_path: Path) -> None:
    found = measured(tmp_path, SQLITE)
    assert found["take_in_sqlite"]["ratio_limit"]
    assert " 0 are lost and 0 kept twice" in str(found["hook_sqlite"]["note"])
    assert " 0 missing" in str(found["screens_live"]["note"])
    assert {"list_sqlite", "open_sqlite", "counters_sqlite", "search_newest_sqlite"} <= set(found)


@pytest.mark.real
@pytest.mark.slow
def test_postgres(tmp_path: Path) -> None:
    found = measured(tmp_path, POSTGRES)
    assert found["take_in_postgres"]["ratio_limit"]
    assert " 0 are lost and 0 kept twice" in str(found["hook_postgres"]["note"])
    assert {"list_postgres", "open_postgres", "counters_postgres", "search_newest_postgres"} <= set(found)
