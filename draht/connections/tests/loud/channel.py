"""A channel whose network lives in the test: it keeps accounts and hooks, and can say no in each of the four ways."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from draht.contract.channel import Act, Channel, Fetches, Hears, Setting, Subscribes
from draht.contract.errors import ChannelError, Forged, LoginExpired
from draht.contract.messages import Account, Hook, Item, NotAllowed, Reading


@dataclass
class Network:
    """Accounts by their token, hooks by account; ``trouble`` is what it says instead of answering."""

    accounts: dict[str, Account] = field(default_factory=dict)
    hooks: dict[str, str] = field(default_factory=dict)
    trouble: ChannelError | None = None
    asked: int = 0

    def account(self, token: str) -> Account:
        self.asked += 1
        if self.trouble:
            raise self.trouble
        if token not in self.accounts:
            raise LoginExpired("Who are <b>you</b>?")
        return self.accounts[token]


class Loud(Channel, Fetches, Hears):
    """Somebody has to tell this network our address."""

    label = "Loud & <evil>"
    settings = (
        Setting("server", "Server", help="Like loud.example"),
        Setting("token", "Token", secret=True),
        Setting("notes", "Notes", required=False, default="line", lines=True),
        Setting("hook_secret", "Hook secret", secret=True, required=False),
    )
    network: ClassVar[Network] = Network()

    def whoami(self) -> Account:
        return self.network.account(self.config["token"])

    def may(self, act: Act, item: Item) -> NotAllowed:
        return NotAllowed("It is only loud.")

    def fetch(self, cursor: str) -> Reading:
        self.network.account(self.config["token"])
        return Reading(cursor="1")

    def verify(self, hook: Hook) -> None:
        raise Forged("Nobody signs here.")

    def read_hook(self, hook: Hook) -> Reading:
        return Reading()


class Told(Loud, Subscribes):
    """This one takes our address itself."""

    label = "Told"

    def subscribe(self, address: str) -> None:
        account = self.network.account(self.config["token"])
        self.network.hooks[account.id] = address
