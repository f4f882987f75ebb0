"""Runs everything in one process: web pages, hooks, live updates and the worker.

The first start makes the data folder and the database. With --demo a company with customers is set up, to look around.
"""

from __future__ import annotations

import argparse
import os

from draht.project.cli import set_up


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--demo", action="store_true", help="set up a demo company with its own small social network")
    parser.add_argument("--port", type=int, help="port to listen on (default: DRAHT_PORT, else 8000)")
    parser.add_argument("--host", help="address to listen on (default: DRAHT_HOST, else 127.0.0.1)")


def run(options: argparse.Namespace) -> int:
    return start(options, web=True, work=True)


def start(options: argparse.Namespace, *, web: bool, work: bool) -> int:
    """Starts the parts that are asked for and stays until it is interrupted."""
    if getattr(options, "port", None):
        os.environ["DRAHT_PORT"] = str(options.port)  # the base address follows it
    set_up()
    from draht.project import server, upkeep

    upkeep.prepare()
    if web:
        return server.serve(options.host, options.port, with_worker=work, with_demo=getattr(options, "demo", False))
    return server.work()
