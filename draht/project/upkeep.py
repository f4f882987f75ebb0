"""What has to be in place before anything runs: data folder, database, cache table."""

from __future__ import annotations

import sys

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from draht.core.journal import restored

console = Console(stderr=True)


def prepare() -> None:
    """Brings the database up to date, showing how far it is. Nothing to do takes milliseconds."""
    settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total}"))
        with Progress(*columns, console=console, disable=not sys.stderr.isatty()) as progress:
            task = progress.add_task("Preparing the database", total=len(plan))

            def step(action: str, *_: object, **__: object) -> None:
                if action == "apply_success":
                    progress.advance(task)

            executor.progress_callback = step
            executor.migrate(executor.loader.graph.leaf_nodes(), plan)
    call_command("createcachetable", verbosity=0)
    restored.settle()
    connection.close()
