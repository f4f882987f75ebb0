"""Doubles of all networks behind HTTP, and one house that is pointed to them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from draht.connections.registry import channels
from draht.contract.channel import Setting
from draht.contract.messages import Hook, HookAnswer
from draht.contract.testing import Net
from tests.channel_table import contracts
from tests.house import House

Internet = Callable[[str, Hook], HookAnswer | None]


@dataclass(frozen=True)
class Peculiar:
    """What the test class of a channel does not say.

    Attributes:
        begins: what the test class does before it has a double.
        settles: brings a fresh double up to date, and tells it how to reach us.
        writes: a customer writes, where nobody asks for it.
        typed: settings that are filled in otherwise than in its test.
        told: the hooks that the network sends for what happened.
        calls: the address that it calls, where it was told that by itself; empty: it does not.
        private: the texts of private answers that stand there.
        silent: why nothing can be published from an installation that is not reached by https.
        by_hand: a colleague pastes an answer on the network's own page.
        peeks: a second reader does not disturb the first; else what the network says is read from its hooks.
    """

    begins: Callable[[Any], None] = lambda case: None
    settles: Callable[[Any, Internet], None] = lambda double, internet: None
    writes: Callable[[Any, str], None] | None = None
    typed: Mapping[str, str] = field(default_factory=dict)
    told: Callable[[Any], Sequence[Hook]] = lambda double: ()
    calls: Callable[[Any], str] | None = None
    silent: str = ""
    private: Callable[[Any], list[str]] = lambda double: []
    by_hand: Callable[[Any, str], object] | None = None
    peeks: bool = True


class Place:
    """A network to walk on: its test class, its double, and what an administrator fills in."""

    def __init__(self, name: str, peculiar: Peculiar) -> None:
        self.name = name
        self.peculiar = peculiar
        self.kind = channels()[name]
        self.case = next(one for one in contracts(name) if ".real." not in one.__module__)()
        peculiar.begins(self.case)
        self.double = self.case.double()
        self.net: Net = self.case.reach(self.double)
        self.config = dict(self.case.connect(self.net.url, self.double)) | dict(peculiar.typed)
        peculiar.settles(self.double, internet)

    @property
    def typed(self) -> list[tuple[Setting, str]]:
        """The fields of the connect page, with what is filled in."""
        return [(one, self.config.get(one.key, one.default)) for one in self.kind.settings]

    @property
    def addresses(self) -> dict[str, str]:
        """The settings that no page asks for and that lead to the double."""
        shown = {one.key for one in self.kind.settings}
        return {key: value for key, value in self.config.items() if key not in shown and self.net.url in value}


def internet(address: str, hook: Hook) -> HookAnswer | None:
    """The way from a network to us."""
    query = f"?{urlencode(hook.query)}" if hook.query else ""
    asked = Request(address + query, hook.body or None, dict(hook.headers), method=hook.method)
    try:
        with urlopen(asked, timeout=10) as answer:
            return HookAnswer(answer.status, answer.read())
    except HTTPError as error:
        return HookAnswer(error.code, error.read())


def house_among(places: Sequence[Place], data: Path) -> House:
    """A house for which these networks are where the doubles are."""
    networks = [f"{one.name}.{key}={value}" for one in places for key, value in one.addresses.items()]
    off = [name for name, kind in channels().items() if kind.off]
    return House(
        data, "127.0.0.1", DRAHT_NETWORKS=",".join(networks), DRAHT_CHANNELS_ON=",".join(off), DRAHT_UNDO_SECONDS="0"
    )
