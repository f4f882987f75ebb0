"""``ChannelContract``: what every channel must keep to, as tests that a channel inherits.

A channel's own test says how to reach its double; everything else comes from here. The double runs behind real HTTP on
loopback, and ``Loopback`` can make any request fail in the ways in which networks fail.
"""

from __future__ import annotations

import json
import sys
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from draht.contract.channel import (
    Act,
    Channel,
    Fetches,
    Hears,
    LooksBack,
    Replies,
    RereadsItems,
    WSGIApp,
)
from draht.contract.errors import ChannelError, Forged, LoginExpired, Refused, TryLater, Unsure
from draht.contract.http import Http
from draht.contract.loopback import Loopback
from draht.contract.messages import (
    Account,
    Allowed,
    Author,
    Hook,
    IncomingMessage,
    Item,
    NotAllowed,
    OutgoingReply,
    Reading,
)
from draht.contract.text import clean

ADA = Author(id="ada", name="Ada", handle="ada")


class ChannelContract(ABC):
    """Inherit, fill in the four abstract methods, and every promise of a channel is tested.

    Attributes:
        channel: the class under test.
    """

    channel: ClassVar[type[Channel]]

    @abstractmethod
    def double(self) -> WSGIApp:
        """A fresh double of the network: it keeps state and can say no."""

    @abstractmethod
    def connect(self, url: str, double: Any) -> Mapping[str, str]:
        """The settings that log in to the double at ``url``."""

    @abstractmethod
    def customer_writes(self, double: Any, text: str) -> None:
        """A customer writes to us on the double."""

    @abstractmethod
    def our_answers(self, double: Any) -> list[str]:
        """The texts that stand there under our name."""

    @abstractmethod
    def read_sample(self, payload: Any) -> Reading:
        """What the mapper makes of one captured payload."""

    def forged_and_true(self, double: Any) -> tuple[Hook, Hook]:
        """For a channel that ``Hears``: the same hook with a wrong and with the right signature."""
        raise AssertionError("A channel with hooks must show one forged and one true hook.")

    def item(self, **changes: Any) -> Item:
        """An item to ask questions about; a channel with peculiar ids overrides it."""
        when = datetime.fromisoformat("2026-11-20T10:00:00+00:00")
        values: dict[str, Any] = {"id": "1", "thread": "1", "author": ADA, "at": when, "text": "Hello"}
        return Item(**(values | changes))

    # -- set-up ---------------------------------------------------------------------------------------------------

    @pytest.fixture
    def net(self) -> Iterator[Loopback]:
        loopback = Loopback(self.double())
        yield loopback
        loopback.close()

    @pytest.fixture
    def opened(self, net: Loopback) -> Iterator[Channel]:
        http = Http(timeout=5)
        config = self.connect(net.url, net.app)
        channel = self.channel(config, http)
        net.requests.clear()
        yield self.channel(config, http, self.account_of(channel))
        http.close()

    def account_of(self, channel: Channel) -> Account:
        return channel.whoami()

    @property
    def folder(self) -> Path:
        module = sys.modules[self.channel.__module__]
        return Path(cast(str, module.__file__)).parent

    # -- the folder -----------------------------------------------------------------------------------------------

    def test_it_explains_itself(self) -> None:
        assert (self.folder / "README.md").read_text().startswith("# ")
        assert "<svg" in (self.folder / "icon.svg").read_text()
        assert self.channel.label
        assert all(field.label for field in self.channel.settings)

    def test_its_samples_are_read_as_written_down(self, request: pytest.FixtureRequest) -> None:
        samples = sorted(p for p in (self.folder / "samples").glob("*.*") if not p.name.endswith(".message.json"))
        samples = [p for p in samples if p.suffix in {".json", ".xml"}]
        assert samples, f"{self.folder.name} has no samples; a channel without captured payloads proves nothing"
        for sample in samples:
            payload: Any = json.loads(sample.read_text()) if sample.suffix == ".json" else sample.read_bytes()
            found = reading_as_json(self.read_sample(payload))
            golden = sample.with_suffix(".message.json")
            if request.config.getoption("--write-samples"):
                golden.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n")
            assert golden.exists(), f"{golden.name} is missing; write it with: pytest --write-samples"
            assert found == json.loads(golden.read_text()), sample.name

    def test_what_it_reads_is_well_formed(self) -> None:
        for sample in (self.folder / "samples").glob("*.json"):
            if sample.name.endswith(".message.json"):
                continue
            for event in self.read_sample(json.loads(sample.read_text())).events:
                assert isinstance(event.id, str)
                assert event.id
                assert event.at is None or event.at.tzinfo is not None
                if isinstance(event, IncomingMessage):
                    assert event.author.id
                    assert event.text == clean(event.text)

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        payload=st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
            lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=5),
            max_leaves=12,
        )
    )
    def test_garbage_becomes_a_leftover(self, payload: Any) -> None:
        reading = self.read_sample(payload)
        assert all(left.reason for left in reading.unread)

    # -- talking --------------------------------------------------------------------------------------------------

    def test_it_knows_who_it_is(self, opened: Channel) -> None:
        assert opened.account is not None
        assert opened.account.id
        assert opened.account.name

    def test_every_act_gets_an_answer_with_a_reason(self, opened: Channel) -> None:
        for act in Act:
            answer = opened.may(act, self.item())
            assert isinstance(answer, Allowed | NotAllowed)
            assert isinstance(answer, Allowed) or answer.why

    def test_nothing_can_be_done_with_what_is_gone(self, opened: Channel) -> None:
        for act in Act:
            assert isinstance(opened.may(act, self.item(deleted=True)), NotAllowed)

    @pytest.mark.parametrize("raw", ["", "{", "[1]", "\x00", "null"])
    def test_a_leftover_read_again_may_stay_one(self, opened: Channel, raw: str) -> None:
        if not isinstance(opened, RereadsItems):
            return
        reading = opened.read_item(raw)
        assert not reading.events
        assert all(left.raw == raw and left.reason for left in reading.unread)
        assert reading.unread

    def test_it_fetches_what_a_customer_wrote_once(self, net: Loopback, opened: Channel) -> None:
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
        self, net: Loopback, opened: Channel, fault: int | str, error: type[ChannelError]
    ) -> None:
        if not isinstance(opened, Fetches):
            return
        net.fail_next(fault)
        with pytest.raises(error) as raised:
            opened.fetch("")
        assert raised.value.reason

    def test_it_answers(self, net: Loopback, opened: Channel) -> None:
        if not isinstance(opened, Replies):
            return
        reply = self.reply_to(net, opened)
        sent = opened.reply(reply)
        assert sent.id
        assert sent.at.tzinfo is not None
        assert any(reply.text in text for text in self.our_answers(net.app))

    def test_its_own_answer_comes_back_as_ours(self, net: Loopback, opened: Channel) -> None:
        if not (isinstance(opened, Replies) and isinstance(opened, Fetches)):
            return
        assert opened.account is not None
        sent = opened.reply(self.reply_to(net, opened))
        echoes = [e for e in drain(opened, "")[0] if e.id == sent.id]
        assert all(isinstance(e, IncomingMessage) and e.author.id == opened.account.id for e in echoes)

    @pytest.mark.parametrize(("fault", "error"), [(401, LoginExpired), (429, TryLater), (403, Refused), (422, Refused)])
    def test_a_no_while_answering_sends_nothing(
        self, net: Loopback, opened: Channel, fault: int, error: type[ChannelError]
    ) -> None:
        if not isinstance(opened, Replies):
            return
        reply = self.reply_to(net, opened)
        net.fail_next(fault)
        with pytest.raises(error):
            opened.reply(reply)
        assert self.our_answers(net.app) == []

    def test_a_lost_answer_never_becomes_a_second_copy(self, net: Loopback, opened: Channel) -> None:
        if not isinstance(opened, Replies):
            return
        reply = self.reply_to(net, opened)
        net.fail_next("lost")
        try:
            opened.reply(reply)
        except TryLater:
            assert opened.repeats_for, "only a network that recognises our key may be asked again"
        except Unsure:
            pass  # the worker looks before it acts
        if opened.repeats_for:
            opened.reply(reply)
        elif isinstance(opened, LooksBack):
            assert opened.find_reply(reply) is not None
        assert len(self.our_answers(net.app)) == 1

    def test_it_finds_only_what_is_there(self, net: Loopback, opened: Channel) -> None:
        if not (isinstance(opened, LooksBack) and isinstance(opened, Replies)):
            return
        reply = self.reply_to(net, opened)
        assert opened.find_reply(reply) is None
        sent = opened.reply(reply)
        found = opened.find_reply(reply)
        assert found is not None
        assert found.id == sent.id

    def test_it_counts_text(self, opened: Channel) -> None:
        if not isinstance(opened, Replies):
            return
        counter = opened.counter(self.item())
        assert counter.limit > 0
        assert counter.unit
        assert counter.count("") == 0 or counter.count("") < counter.limit
        assert counter.count("a" * 10) > counter.count("a")

    def test_a_forged_hook_is_turned_away(self, net: Loopback, opened: Channel) -> None:
        if not isinstance(opened, Hears):
            return
        forged, true = self.forged_and_true(net.app)
        opened.verify(true)
        for bad in (forged, _changed(true)):
            with pytest.raises(Forged):
                opened.verify(bad)
        assert opened.read_hook(true).events

    def reply_to(self, net: Loopback, opened: Channel) -> OutgoingReply:
        """An answer to what a customer just wrote."""
        item = self.item()
        if isinstance(opened, Fetches):
            cursor = drain(opened, "")[1]
            self.customer_writes(net.app, "Do you deliver to Graz?")
            found = [e for e in drain(opened, cursor)[0] if isinstance(e, IncomingMessage) and "Graz" in e.text]
            item = item_of(found[-1])
        net.requests.clear()
        return OutgoingReply(key="0190c3f2-0000-7000-8000-000000000001", text="Yes, within two days.", to=item)


def item_of(message: IncomingMessage) -> Item:
    """The item that the house would keep for a message."""
    return Item(
        id=message.id,
        thread=message.thread or message.parent or message.id,
        author=message.author,
        at=message.at,
        text=message.text,
        parent=message.parent,
        private=message.private,
        held=message.held,
        raw=message.raw,
    )


def drain(channel: Fetches, cursor: str, most: int = 50) -> tuple[list[Any], str]:
    """Fetches until nothing more is announced: all events, and the last cursor."""
    events: list[Any] = []
    for _ in range(most):
        reading = channel.fetch(cursor)
        events += reading.events
        cursor = cursor if reading.cursor is None else reading.cursor
        if not reading.more:
            return events, cursor
    raise AssertionError("fetching never ends")


def reading_as_json(reading: Reading) -> dict[str, Any]:
    """A reading as plain JSON values without ``raw``, as golden samples are written down."""
    events = []
    for event in reading.events:
        values = asdict(event)
        values.pop("raw", None)
        events.append({"event": type(event).__name__} | values)
    told = {"events": events, "unread": [left.reason for left in reading.unread], "cursor": reading.cursor}
    return cast("dict[str, Any]", json.loads(json.dumps(told, default=_plain)))


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _changed(hook: Hook) -> Hook:
    return Hook(hook.method, hook.headers, hook.query, hook.body + b" ")
