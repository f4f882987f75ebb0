"""Runs the worker only: fetching, reading hooks, sending replies, sealing the journal. Several workers share the work."""

from __future__ import annotations

import argparse

from draht.project.commands import serve


def arguments(parser: argparse.ArgumentParser) -> None:
    """It has no options."""


def run(options: argparse.Namespace) -> int:
    return serve.start(options, web=False, work=True)
