"""Measuring in a process of its own, on a store of its own: settings are read once for each process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
Tell = Callable[[str], None]
QUIET = {"DJANGO_SETTINGS_MODULE": "draht.project.settings", "DRAHT_LOG_LEVEL": "WARNING"}


def environment(data_dir: Path, database: str = "", **more: str) -> dict[str, str]:
    """The settings of a Draht whose data lie in ``data_dir``; no other ``DRAHT_*`` leaks in."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DRAHT_")}
    data_dir.mkdir(parents=True, exist_ok=True)
    store = {"DRAHT_DATABASE": database or f"sqlite:///{data_dir / 'draht.sqlite3'}"}
    return kept | QUIET | store | {"DRAHT_DATA_DIR": str(data_dir)} | more


def measure(module: str, env: Mapping[str, str], tell: Tell, **options: object) -> Any:
    """Runs ``python -m bench.<module>`` with ``options``; what it reports. Its progress goes to ``tell``."""
    command = [sys.executable, "-m", f"bench.{module}", json.dumps(options)]
    with subprocess.Popen(command, cwd=ROOT, env=dict(env), stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        found: Any = None
        for line in child.stdout:
            said = json.loads(line)
            if "progress" in said:
                tell(said["progress"])
            else:
                found = said["result"]
    if child.returncode or found is None:
        raise RuntimeError(f"bench.{module} ended with {child.returncode}.")
    return found


def report(result: object) -> None:
    print(json.dumps({"result": result}), flush=True)


def progress(words: str) -> None:
    print(json.dumps({"progress": words}), flush=True)


def options() -> dict[str, Any]:
    told: dict[str, Any] = json.loads(sys.argv[1])
    return told
