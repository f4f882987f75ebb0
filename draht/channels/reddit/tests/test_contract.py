"""The channel keeps the contract of channels on a double that behaves as Reddit does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from draht.channels.reddit.channel import Reddit
from draht.channels.reddit.mapper import children_of, to_event
from draht.channels.reddit.tests import double
from draht.channels.reddit.tests.conftest import fresh, settings_for
from draht.channels.reddit.tests.double import LINK
from draht.contract.messages import Reading
from draht.contract.reading import read_each
from draht.contract.testing import ChannelContract


class TestReddit(ChannelContract):
    channel = Reddit

    def double(self) -> double.Reddit:
        return fresh()

    def connect(self, url: str, double: Any) -> Mapping[str, str]:
        return settings_for(url)

    def customer_writes(self, double: Any, text: str) -> None:
        double.comment(text)

    def our_answers(self, double: Any) -> list[str]:
        return [*double.texts("t1"), *double.texts("t4")]

    def our_posts(self, double: Any) -> list[str]:
        return [one["selftext"] for name, one in double.things.items() if name.startswith("t3_") and name != LINK]

    def customer_edits(self, double: Any, id: str, text: str) -> None:
        double.edit(id, text)

    def customer_deletes(self, double: Any, id: str) -> None:
        double.delete(id)

    def acts_on(self, double: Any, id: str) -> list[str]:
        return [act for act, of in double.acts if of == id]

    def read_sample(self, payload: Any) -> Reading:
        """A listing, or one thing of it."""
        try:
            things = children_of(payload)
        except (LookupError, TypeError):
            things = [payload]
        return Reading(*read_each(things, to_event))
