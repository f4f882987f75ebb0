"""The purse says no before a limit is passed."""

from __future__ import annotations

import time

import pytest

from draht.contract.errors import TryLater
from draht.contract.purse import WHOLE_APP, Limit, Purse


def test_the_limit_of_an_app_stops_every_call() -> None:
    purse = Purse()
    purse.told(Limit(0, time.time() + 60), WHOLE_APP)
    with pytest.raises(TryLater) as told:
        purse.spend(bucket="posts")
    assert told.value.after == pytest.approx(60, abs=2)
    purse.told(Limit(1, time.time() + 60), WHOLE_APP)
    purse.spend(bucket="posts")
    purse.told(Limit(0, time.time() - 1), WHOLE_APP)
    purse.spend()
