"""What comes in: fetches, hooks, and reading again."""

from __future__ import annotations

import threading
import time

import pytest

from draht.contract.channel import (
    Channel,
    Fetches,
    Hears,
    Waits,
)
from draht.contract.errors import ChannelError, Forged, LoginExpired, TryLater
from draht.contract.messages import (
    Hook,
    IncomingMessage,
)
from draht.contract.testing.ground import Ground, Net
from draht.contract.testing.tools import drain


class Incoming(Ground):
    def test_it_fetches_what_a_customer_wrote_once(self, net: Net, opened: Channel) -> None:
        if not isinstance(opened, Fetches):
            return
        cursor = drain(opened, "")[1]
        self.customer_writes(net.app, "Where is my parcel? äöü 🎉")
        events, cursor = drain(opened, cursor)
        texts = [e.text for e in events if isinstance(e, IncomingMessage)]
        assert any("Where is my parcel? äöü 🎉" in text for text in texts)
        again = {e.id for e in drain(opened, cursor)[0]}
        assert again <= {e.id for e in events}, "a cursor may overlap, it may not go back"

    @pytest.mark.parametrize(
        ("fault", "error"),
        [
            (401, LoginExpired),
            (429, TryLater),
            (500, TryLater),
            (503, TryLater),
            ("garbage", TryLater),
            ("hang up", TryLater),
        ],
    )
    def test_a_fault_while_fetching_is_one_of_the_four(
        self, net: Net, opened: Channel, fault: int | str, error: type[ChannelError]
    ) -> None:
        if not isinstance(opened, Fetches):
            return
        net.fail_next(fault)
        with pytest.raises(error) as raised:
            opened.fetch("")
        assert raised.value.reason

    def test_it_is_told_at_once(self, net: Net, opened: Channel) -> None:
        if not (isinstance(opened, Waits) and isinstance(opened, Fetches)):
            return
        cursor = drain(opened, "")[1]
        assert not opened.wait(cursor, 0.5)
        writing = threading.Timer(0.3, self.customer_writes, (net.app, "Are you there?"))
        writing.start()
        begun = time.monotonic()
        assert opened.wait(cursor, 20)
        assert time.monotonic() - begun < 10
        assert opened.wait(cursor, 20), "waiting takes nothing away"
        writing.join()

    def test_a_forged_hook_is_turned_away(self, net: Net, opened: Channel) -> None:
        if not isinstance(opened, Hears):
            return
        forged, true = self.forged_and_true(net.app)
        opened.verify(true)
        for bad in (forged, _changed(true)) if self.signs_bytes else (forged,):
            with pytest.raises(Forged):
                opened.verify(bad)
        assert opened.read_hook(true).events


def _changed(hook: Hook) -> Hook:
    return Hook(hook.method, hook.headers, hook.query, hook.body + b" ")
