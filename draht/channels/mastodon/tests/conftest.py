"""The test against a live server exists only for who has one, and everybody else is told so."""

from __future__ import annotations

import os

import pytest

NEEDED = ("DRAHT_TEST_MASTODON_URL", "DRAHT_TEST_MASTODON_TOKEN")
collect_ignore = [] if all(map(os.environ.get, NEEDED)) else ["test_live.py"]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if collect_ignore:
        told = f"mastodon: not held against a live server (set {' and '.join(NEEDED)})"
        terminalreporter.write_line(told)
