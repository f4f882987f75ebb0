"""Our hook at X: the address of the app, the events of one account, and what was missed while X did not call.

Source: docs.x.com/x-api/webhooks and /x-api/activity. A webhook whose handshake failed is off until X is asked to
try it again; what it missed meanwhile X tells again, of the last 24 hours at most.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlsplit

from draht.channels.x.client import Client
from draht.contract.errors import Refused, TryLater
from draht.contract.words import words

EVENTS = (
    "post.mention.create",
    "post.reply.create",
    "post.quote.create",
    "post.create",
    "post.delete",
    "dm.received",
    "dm.sent",
)
TAG = "draht"
PAGE = 100
MOST_PAGES = 20  # 1,500 subscriptions are the most of an ordinary app
REPLAYED = timedelta(hours=23, minutes=55)  # a little less than X keeps, as the clocks differ
LONGEST = 200  # characters of an address; the specification


SLOW = words("New messages come once a minute. Add the API Key Secret and the Bearer Token to get them at once.")
NOT_CALLED = words(
    "X does not call Draht yet. Draht asks it to within minutes. If this stays, compare the API Key Secret, and see "
    "whether Draht can be reached from the internet."
)
NO_ANSWER = words(
    "X has asked this address for the app's secret and was not answered rightly. "
    "Is the API Key Secret the right one, and can Draht be reached from the internet?"
)


class NotYet(Exception):
    """The house does not answer with the secret that we have: it does not know it yet."""


class Subscription:
    """An ordinary app has few webhooks, often one: one of ours serves all accounts of the app."""

    def __init__(self, client: Client, us: str, address: str) -> None:
        self.client = client
        self.us = us
        self.address = address

    def holds(self) -> bool:
        """Whether X still calls us for every event of the account."""
        webhook = self._webhook()
        return webhook is not None and webhook["valid"] is True and not self._missing(webhook["id"])

    def make(self) -> None:
        """Does nothing while the house does not know the account yet; it comes back, as ``holds`` then says no."""
        self._check()
        with suppress(NotYet):
            webhook = self._webhook()
            was_off = webhook is not None and webhook["valid"] is not True
            if webhook is not None and was_off:
                webhook = self._tried_again(webhook)
            webhook = webhook or self._registered()
            for event in self._missing(webhook["id"]):
                asked = {"event_type": event, "filter": {"user_id": self.us}, "tag": TAG, "webhook_id": webhook["id"]}
                self.client.subscribe(asked)
            if was_off:
                self._ask_for_what_was_missed(webhook["id"])

    def _webhook(self) -> dict[str, Any] | None:
        """Our own one, else the one of another account of ours: their addresses differ in the last part only."""
        told = self.client.as_app("GET", "/2/webhooks").get("data") or ()
        there = {each["url"]: each for each in told if _is_webhook(each)}
        beside = [each for url, each in there.items() if url.rpartition("/")[0] == self.address.rpartition("/")[0]]
        return there.get(self.address) or next(iter(beside), None)

    def _tried_again(self, webhook: dict[str, Any]) -> dict[str, Any] | None:
        """A webhook that X had switched off, if it answers by now; ``None`` for that of an account that is gone."""
        path = f"/2/webhooks/{quote(webhook['id'], safe='')}"
        self.client.as_app("PUT", path)
        tried = self._webhook()
        if tried is not None and tried["valid"] is True:
            return tried
        if webhook["url"] != self.address:
            self.client.as_app("DELETE", path)
            return None
        raise self._unanswered(TryLater(NO_ANSWER))

    def _registered(self) -> dict[str, Any]:
        """X asks the address at once whether it knows the app's secret."""
        try:
            told = self.client.as_app("POST", "/2/webhooks", json={"url": self.address})
        except Refused as error:
            if "CrcValidationFailed" in error.reason:
                raise self._unanswered(Refused(NO_ANSWER)) from error
            raise
        webhook = told.get("data", told)  # the guide shows it in an envelope, the specification without
        if not _is_webhook(webhook):
            raise Refused(words("X took the address of our hook, but did not say under which name."))
        found: dict[str, Any] = webhook
        return found

    def _unanswered(self, otherwise: Exception) -> Exception:
        """X was not answered rightly. No wonder while an account is being connected, or gets a new secret."""
        return NotYet() if self.client.house_knows_us(self.address) is False else otherwise

    def _missing(self, webhook: str) -> list[str]:
        there: set[str] = set()
        token: dict[str, str] = {}
        for _ in range(MOST_PAGES):
            told = self.client.as_app("GET", "/2/activity/subscriptions", params={"max_results": str(PAGE), **token})
            there |= {each["event_type"] for each in told.get("data") or () if self._is_ours(each, webhook)}
            if not (next_token := (told.get("meta") or {}).get("next_token")):
                break
            token = {"pagination_token": next_token}
        return [event for event in EVENTS if event not in there]

    def _is_ours(self, subscription: dict[str, Any], webhook: str) -> bool:
        about = (subscription.get("filter") or {}).get("user_id")
        return about == self.us and str(subscription.get("webhook_id")) == webhook

    def _ask_for_what_was_missed(self, webhook: str) -> None:
        now = datetime.now(UTC)
        first, last = (moment.strftime("%Y%m%d%H%M") for moment in (now - REPLAYED, now))
        asked = {"webhook_id": webhook, "from_date": first, "to_date": last}
        self.client.as_app("POST", "/2/webhooks/replay", json=asked)

    def _check(self) -> None:
        parts = urlsplit(self.address)
        if parts.scheme != "https" or parts.port is not None or len(self.address) > LONGEST:
            told = words("X calls only addresses that begin with https:// and name no port, not {address}.")
            raise Refused(told.format(address=self.address))


def _is_webhook(told: Any) -> bool:
    return (
        isinstance(told, dict)
        and isinstance(told.get("id"), str)
        and isinstance(told.get("url"), str)
        and "valid" in told
    )


def lacks(client: Client) -> tuple[str, ...]:
    """Whether X calls at least one of the app's addresses."""
    told = client.as_app("GET", "/2/webhooks").get("data") or ()
    return () if any(_is_webhook(each) and each["valid"] is True for each in told) else (NOT_CALLED,)
