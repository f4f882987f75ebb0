"""Brings the database up to date. Safe to run twice; serve, web and work do it by themselves."""

from __future__ import annotations

import argparse

from draht.project.cli import set_up


def arguments(parser: argparse.ArgumentParser) -> None:
    """It has no options."""


def run(options: argparse.Namespace) -> int:
    set_up()
    from draht.project import upkeep

    upkeep.prepare()
    return 0
