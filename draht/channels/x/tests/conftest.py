"""The desks of the tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from draht.channels.x.tests.desk import Desk
from draht.channels.x.tests.double import Double


@pytest.fixture
def desk() -> Iterator[Desk]:
    opened = Desk()
    yield opened
    opened.close()


@pytest.fixture
def enterprise() -> Iterator[Desk]:
    """Of a company that has a contract with X."""
    opened = Desk(Double(enterprise=True), access="Enterprise ")
    yield opened
    opened.close()
