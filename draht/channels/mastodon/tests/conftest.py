"""The desks of the tests. The test against a live server exists only for who has one; others are told so."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from draht.channels.mastodon.tests.desk import Desk
from draht.channels.mastodon.tests.double import Double

NEEDED = ("DRAHT_TEST_MASTODON_URL", "DRAHT_TEST_MASTODON_TOKEN")
collect_ignore = [] if all(map(os.environ.get, NEEDED)) else ["test_live.py"]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if collect_ignore:
        told = f"mastodon: not held against a live server (set {' and '.join(NEEDED)})"
        terminalreporter.write_line(told)


@pytest.fixture
def desk() -> Iterator[Desk]:
    opened = Desk(Double())
    yield opened
    opened.close()


@pytest.fixture
def old_desk() -> Iterator[Desk]:
    """On a server without batches of statuses, which knows no idempotency keys either."""
    opened = Desk(Double(batch=False, honours_keys=False))
    yield opened
    opened.close()
