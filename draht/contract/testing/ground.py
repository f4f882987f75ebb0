"""What a channel's test has to say about its double, and the double behind loopback."""

from __future__ import annotations

import sys
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar, Protocol, cast

import pytest

from draht.contract.channel import (
    Channel,
    Fetches,
)
from draht.contract.http import Http
from draht.contract.loopback import Loopback
from draht.contract.messages import (
    Account,
    Author,
    Hook,
    IncomingMessage,
    Item,
    OutgoingReply,
    Reading,
)
from draht.contract.testing.tools import drain, item_of

ADA = Author(id="ada", name="Ada", handle="ada")


class Net(Protocol):
    """The way to a double, on which faults can be made as ``Loopback`` makes them.

    Attributes:
        app: the double.
        url: where the channel finds it.
        requests: what was asked so far.
    """

    app: Any
    url: str
    requests: list[Any]

    def fail_next(self, *faults: int | str) -> None: ...

    def close(self) -> None: ...


class Ground(ABC):
    """How to reach the double of a network, and what happens there.

    Attributes:
        channel: the class under test.
        signs_bytes: a hook's signature covers its body; ``False`` where the network sends a shared secret instead.
    """

    channel: ClassVar[type[Channel]]
    signs_bytes: ClassVar[bool] = True

    @abstractmethod
    def double(self) -> Any:
        """A fresh double of the network: it keeps state and can say no. A WSGI application, unless ``reach`` says how
        else it is reached."""

    def reach(self, double: Any) -> Net:
        """The way to the double: HTTP. A network with protocols of its own has a way of its own."""
        return Loopback(double)

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
    def net(self) -> Iterator[Net]:
        net = self.reach(self.double())
        yield net
        net.close()

    @pytest.fixture
    def opened(self, net: Net) -> Iterator[Channel]:
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

    def reply_to(self, net: Net, opened: Channel) -> OutgoingReply:
        """An answer to what a customer just wrote."""
        item = self.item()
        if isinstance(opened, Fetches):
            cursor = drain(opened, "")[1]
            self.customer_writes(net.app, "Do you deliver to Graz?")
            found = [e for e in drain(opened, cursor)[0] if isinstance(e, IncomingMessage) and "Graz" in e.text]
            item = item_of(found[-1])
        net.requests.clear()
        return OutgoingReply(key="0190c3f2-0000-7000-8000-000000000001", text="Yes, within two days.", to=item)
