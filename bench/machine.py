"""The machine at hand: no figure means anything without it."""

from __future__ import annotations

import os
import platform
import sqlite3
from pathlib import Path


def machine(postgres_version: str) -> dict[str, object]:
    return {
        "cpu": _cpu(),
        "cores": os.cpu_count(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "postgres": postgres_version,
        "load_before": round(os.getloadavg()[0], 1),
    }


def _cpu() -> str:
    told = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else ""
    found = [line.partition(":")[2].strip() for line in told.splitlines() if line.startswith("model name")]
    return found[0] if found else platform.processor() or platform.machine()
