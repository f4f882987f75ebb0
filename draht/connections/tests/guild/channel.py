"""Channels that sign in at the guild: one account, several accounts, and one that is billed and switched off."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from draht.connections.tests.guild.double import SCOPES
from draht.contract.channel import Act, Channel, Fetches, Setting
from draht.contract.errors import Refused
from draht.contract.login import OAuth2, Offer, OffersAccounts, Scope, SignsIn
from draht.contract.messages import Account, Item, NotAllowed, Reading
from draht.contract.purse import Budget


class Guild(SignsIn, Channel, Fetches, OffersAccounts):
    """The pages of whoever signs in."""

    label = "Guild"
    settings = (
        Setting("server", "Server"),
        Setting("client_id", "Client ID"),
        Setting("client_secret", "Client secret", secret=True),
    )
    oauth: ClassVar[OAuth2] = OAuth2(
        authorize="{server}/authorize",
        token="{server}/token",
        scopes=tuple(Scope(name, f"To {name} messages.") for name in SCOPES),
        margin=600,
    )
    budget = Budget(units=20, unit="calls", shared_by="client_id")
    cost: ClassVar[float] = 0.0

    def whoami(self) -> Account:
        wanted = self.config.get("page")
        for offer in self.accounts():
            if wanted in {None, offer.account.id}:
                return offer.account
        raise Refused("This page is gone.")

    def accounts(self) -> Sequence[Offer]:
        headers = {"Authorization": f"Bearer {self.config['access_token']}"}
        found = self.http.get(f"{self.config['server']}/pages", headers=headers, cents=self.cost).json()["pages"]
        return [Offer(Account(one["id"], one["name"], f"@{one['id']}"), {"page": one["id"]}) for one in found]

    def lacks(self) -> tuple[str, ...]:
        return self.lacking_scopes(self.config.get("scope", ""))

    def may(self, act: Act, item: Item) -> NotAllowed:
        return NotAllowed("It is only a guild.")

    def fetch(self, cursor: str) -> Reading:
        self.whoami()
        return Reading(cursor="1")


class Costly(Guild):
    """Each call costs 10 US cents."""

    label = "Costly"
    budget = Budget(costs_money=True, shared_by="client_id")
    cost = 10.0


class Off(Guild):
    label = "Off"
    off = "Its terms forbid most of what a desk does. Read them first."
