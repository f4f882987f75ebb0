"""The desks of the tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from draht.channels.telegram.tests.desk import Desk


@pytest.fixture
def desk() -> Iterator[Desk]:
    opened = Desk()
    yield opened
    opened.close()


@pytest.fixture
def private_desk() -> Iterator[Desk]:
    """Of somebody who chose private chats only, and no channel."""
    opened = Desk(groups="no", channel="")
    yield opened
    opened.close()
