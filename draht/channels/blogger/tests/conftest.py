"""The desk of the tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from draht.channels.blogger.tests.desk import Desk
from draht.channels.blogger.tests.double import Double


@pytest.fixture
def desk() -> Iterator[Desk]:
    opened = Desk(Double())
    yield opened
    opened.close()
