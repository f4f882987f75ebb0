"""From hook to screen: a thousand open screens in one ``draht serve``, hooks that its worker reads."""

from __future__ import annotations

import resource
from pathlib import Path
from typing import Any

from bench.child import Tell, environment, measure
from bench.server import draht

DEPARTMENTS = 5
AGENTS = 10  # of each department; the screens are spread among them
PACE = 5.0  # hooks a second


def screens(folder: Path, count: int, hooks: int, tell: Tell) -> dict[str, Any]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, 2 * count + 500)), hard))
    env = environment(folder)
    made = measure("account", env, tell, what="make", departments=DEPARTMENTS, agents=AGENTS)
    with draht("serve", env) as (process, port):
        found: dict[str, Any] = measure(
            "watchers", env, tell, port=port, screens=count, hooks=hooks, pace=PACE, pid=process.pid, **made
        )
        return found
