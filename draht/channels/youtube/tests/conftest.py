"""A desk for the tests: the double, the channel opened on it, and a cursor that is carried on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from draht.channels.youtube.tests.desk import Desk
from draht.channels.youtube.tests.double import Double


@pytest.fixture
def desk() -> Iterator[Desk]:
    opened = Desk(Double())
    yield opened
    opened.close()
