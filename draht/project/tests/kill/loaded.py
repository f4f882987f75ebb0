"""A process that has loaded the house already, so that two hundred starts do not import it two hundred times.

``python -m draht.project.tests.kill.loaded LOG MODULE ARGUMENTS…``: each line of standard input starts ``MODULE`` in a
child of its own, whose number it tells; then, when the child is gone, it says so. What a kill hits is a whole process.
"""

from __future__ import annotations

import os
import runpy
import sys
import traceback
from contextlib import suppress
from typing import NoReturn

from django.db.migrations.loader import MigrationLoader

from draht.project.cli import set_up


def main(log: str, module: str, arguments: list[str]) -> None:
    set_up()
    from draht.project import asgi, server, upkeep  # noqa: F401

    MigrationLoader(None)  # imports them
    for _ in sys.stdin:
        child = os.fork()
        if not child:
            become(log, module, arguments)
        print(child, flush=True)  # noqa: T201
        os.waitpid(child, 0)
        print("gone", flush=True)  # noqa: T201


def become(log: str, module: str, arguments: list[str]) -> NoReturn:
    """Runs the module as Python's ``-m`` does; all that it says goes to the end of the log."""
    nothing, end = os.open(os.devnull, os.O_RDONLY), os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for theirs, ours in ((nothing, 0), (end, 1), (end, 2)):
        os.dup2(theirs, ours)
    sys.argv = [module, *arguments]
    try:
        with suppress(SystemExit):
            runpy.run_module(module, run_name="__main__", alter_sys=True)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
