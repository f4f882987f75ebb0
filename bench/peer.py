"""The peer: django-helpdesk 2.6, installed into an environment of its own, fed with the same messages."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
from pathlib import Path

from bench.child import ROOT, Tell
from bench.messages import stream

PACKAGE = "django-helpdesk==2.6.0"
ENVIRONMENT = ROOT / "build" / "bench" / "helpdesk"
SCRIPT = Path(__file__).parent / "peers" / "django_helpdesk.py"


class NoPeer(RuntimeError):
    """It could not be installed or does not run."""


def helpdesk(folder: Path, messages: int, tell: Tell) -> dict[str, float]:
    """Messages a second through its REST views and through the functions behind them."""
    python = install(tell)
    file = folder / "messages.jsonl"
    told = stream(messages, messages * 3 // 10, messages // 5)
    lines = ({"thread": m.thread, "text": m.text, "email": f"{m.author.handle}@example.org"} for m in told)
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return {road: _run(python, file, folder, road, tell) for road in ("rest", "python")}


def install(tell: Tell) -> Path:
    python = ENVIRONMENT / "bin" / "python"
    if not (ENVIRONMENT / "ready").exists():
        tell(f"installing {PACKAGE}")
        venv.create(ENVIRONMENT, with_pip=True, clear=True)
        _call([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", PACKAGE])
        (ENVIRONMENT / "ready").touch()
    return python


def _run(python: Path, file: Path, folder: Path, road: str, tell: Tell) -> float:
    tell(f"django-helpdesk, {road}")
    said = json.loads(_call([str(python), str(SCRIPT), str(file), str(folder), road]).splitlines()[-1])
    return float(said["messages"] / said["seconds"])


def _call(command: list[str]) -> str:
    clean = {name: value for name, value in os.environ.items() if name not in {"DJANGO_SETTINGS_MODULE", "PYTHONPATH"}}
    done = subprocess.run(command, env=clean, capture_output=True, text=True, timeout=900)
    if done.returncode:
        raise NoPeer(f"{Path(command[0]).name} {' '.join(command[1:3])}: {done.stderr.strip()[-400:]}")
    return done.stdout


if __name__ == "__main__":
    install(lambda words: print(words, file=sys.stderr))
