"""What was measured: one row for each goal, the table, and the file that is committed."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

RESULTS = Path(__file__).parent / "results"


@dataclass
class Row:
    """One measurement; the fields that do not apply stay ``None`` and out of the file.

    ``limit`` and ``peer`` have the unit of ``value``; the ratios say how much of them was reached.
    """

    name: str
    goal: str
    value: float | None = None
    unit: str | None = None
    limit: float | None = None
    peer: float | None = None
    ratio_limit: float | None = None
    ratio_peer: float | None = None
    p50_ms: float | None = None
    p95_ms: float | None = None
    p99_ms: float | None = None
    us_per_message: float | None = None
    met: bool = False
    note: str | None = None

    def as_json(self) -> dict[str, object]:
        fields = {name: value for name, value in asdict(self).items() if name != "name" and value is not None}
        return {name: rounded(value) for name, value in fields.items()}


def rounded(value: object) -> object:
    """Three significant digits; what is behind them is noise."""
    if not isinstance(value, float) or not value:
        return value
    digits = 2 - math.floor(math.log10(abs(value)))
    return round(value, digits) if digits > 0 else round(value)


def percentile(values: Sequence[float], percent: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def print_table(rows: Sequence[Row], machine: dict[str, object], console: Console) -> None:
    table = Table(title=" · ".join(str(fact) for fact in machine.values()))
    for name in ("row", "value", "of the limit", "× the peer", "p50", "p95", "p99 ms", "goal", "met"):
        table.add_column(name, justify="left" if name in {"row", "goal"} else "right")
    for row in rows:
        value = f"{rounded(row.value)} {row.unit}" if row.value is not None else ""
        ratios = [f"{ratio:.3g}" if ratio is not None else "" for ratio in (row.ratio_limit, row.ratio_peer)]
        times = [f"{time:.3g}" if time is not None else "" for time in (row.p50_ms, row.p95_ms, row.p99_ms)]
        table.add_row(row.name, value, *ratios, *times, row.goal, "yes" if row.met else "[bold red]no[/]")
    console.print(table)
    for row in rows:
        if row.note:
            console.print(f"{row.name}: {row.note}", highlight=False)


def write(rows: Sequence[Row], machine: dict[str, object], seconds: float, file: Path) -> None:
    told = {"machine": machine, "seconds": round(seconds), "rows": {row.name: row.as_json() for row in rows}}
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n")
