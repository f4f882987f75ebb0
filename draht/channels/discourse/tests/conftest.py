"""The desk of the tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from draht.channels.discourse.tests.desk import Desk


@pytest.fixture
def desk() -> Iterator[Desk]:
    opened = Desk()
    yield opened
    opened.close()
