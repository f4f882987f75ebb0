"""Runs the worker only: it fetches, reads hooks, sends replies, seals the journal. Several workers share the work."""

from __future__ import annotations

import argparse

from draht.project.commands import serve


def arguments(parser: argparse.ArgumentParser) -> None:
    """It has no options."""


def run(options: argparse.Namespace) -> int:
    return serve.start(options, web=False, work=True)
