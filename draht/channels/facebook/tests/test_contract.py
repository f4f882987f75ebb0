"""The channel keeps the contract of channels on a page that behaves as Facebook's do."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from draht.channels.facebook.channel import Facebook
from draht.channels.facebook.mapper import to_change, to_told
from draht.channels.facebook.tests import double
from draht.channels.facebook.tests.conftest import settings_for
from draht.channels.facebook.tests.network import JANE, PAGE, US
from draht.contract.graph_messaging import to_direct
from draht.contract.messages import Hook, Item, Reading
from draht.contract.reading import read_each
from draht.contract.testing import ChannelContract


class TestFacebook(ChannelContract):
    channel = Facebook

    def double(self) -> double.Facebook:
        return double.Facebook()

    def connect(self, url: str, double: Any) -> Mapping[str, str]:
        return settings_for(url)

    def customer_writes(self, double: Any, text: str) -> None:
        double.net.comment(text)

    def our_answers(self, double: Any) -> list[str]:
        return [comment.text for comment in double.net.comments.values() if comment.author == US]

    def our_posts(self, double: Any) -> list[str]:
        return [post.text for post in double.net.posts.values() if post.author == US]

    def customer_edits(self, double: Any, id: str, text: str) -> None:
        double.net.edit(double.net.comments[id], text)

    def customer_deletes(self, double: Any, id: str) -> None:
        double.net.remove(id)

    def acts_on(self, double: Any, id: str) -> list[str]:
        return [act for act, of in double.net.acts if of in {id, JANE.id}]

    def forged_and_true(self, double: Any) -> tuple[Hook, Hook]:
        double.net.comment("Where is my parcel?")
        *_, true = double.hooks()
        return Hook("POST", {"x-hub-signature-256": "sha256=" + "0" * 64}, {}, true.body), true

    def item(self, **changes: Any) -> Item:
        return super().item(**({"id": "150691160110518_150691160110519", "at": datetime.now(UTC)} | changes))

    def read_sample(self, payload: Any) -> Reading:
        """A delivery of a hook, or something that was asked for."""
        return Reading(*read_each(_parts(payload), _event))


def _parts(payload: Any) -> list[Any]:
    if not (isinstance(payload, dict) and isinstance(payload.get("entry"), list)):
        return [payload]
    entries = [entry for entry in payload["entry"] if isinstance(entry, dict)]
    changes = [{"time": entry.get("time", 0)} | change for entry in entries for change in entry.get("changes", ())]
    return changes + [message for entry in entries for message in entry.get("messaging", ())]


def _event(part: Any) -> Any:
    if "field" in part:
        return to_change(part, PAGE)
    return to_direct(part, PAGE) if "sender" in part else to_told(part, PAGE)
