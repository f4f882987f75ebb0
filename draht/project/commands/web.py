"""Runs the web part only: pages, hooks and live updates. Start any number on one PostgreSQL, with a worker beside."""

from __future__ import annotations

import argparse

from draht.project.commands import serve


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=int, help="port to listen on (default: DRAHT_PORT, else 8000)")
    parser.add_argument("--host", help="address to listen on (default: DRAHT_HOST, else 127.0.0.1)")


def run(options: argparse.Namespace) -> int:
    return serve.start(options, web=True, work=False)
