"""The channel keeps the contract of channels on an account that behaves as Instagram's do, through both logins."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar

from draht.channels.instagram.channel import Instagram
from draht.channels.instagram.mapper import mentioned, to_change, to_mention, to_told, with_answers
from draht.channels.instagram.tests import double
from draht.channels.instagram.tests.conftest import settings_for
from draht.channels.instagram.tests.network import ACCOUNT, US
from draht.contract.channel import Channel, Publishes
from draht.contract.graph_messaging import to_direct
from draht.contract.messages import Account, Hook, Item, Media, OutgoingPost, Reading
from draht.contract.reading import read_each
from draht.contract.testing import ChannelContract

WE = Account(ACCOUNT, US.name, US.username)
PICTURE = Media(b"\xff\xd8\xff", "image/jpeg", "boots.jpg", "Brown boots", "https://desk.example/media/1.jpg")


class TestInstagram(ChannelContract):
    channel = Instagram
    through: ClassVar[str] = "instagram"

    def double(self) -> double.Instagram:
        return double.Instagram()

    def connect(self, url: str, double: Any) -> Mapping[str, str]:
        return settings_for(url, self.through)

    def customer_writes(self, double: Any, text: str) -> None:
        double.net.comment(text)

    def our_answers(self, double: Any) -> list[str]:
        return [comment.text for comment in double.net.comments.values() if comment.author == US]

    def our_posts(self, double: Any) -> list[str]:
        return [media.caption for media in double.net.media.values() if media.author == US]

    def post(self, opened: Channel) -> OutgoingPost:
        assert isinstance(opened, Publishes)
        return OutgoingPost(key="key", text="We are open again.", media=(PICTURE,))

    def faults_before_publishing(self, post: OutgoingPost) -> list[int | str]:
        return ["fine", "fine", "fine"]  # the limit, the container, its state

    def customer_edits(self, double: Any, id: str, text: str) -> None:
        """Instagram has no edits."""

    def customer_deletes(self, double: Any, id: str) -> None:
        double.net.remove(id)

    def acts_on(self, double: Any, id: str) -> list[str]:
        return [act for act, of in double.net.acts if of == id]

    def forged_and_true(self, double: Any) -> tuple[Hook, Hook]:
        double.net.comment("Where is my parcel?")
        *_, true = double.hooks()
        return Hook("POST", {"x-hub-signature-256": "sha256=" + "0" * 64}, {}, true.body), true

    def item(self, **changes: Any) -> Item:
        return super().item(**({"id": "17867301270523379", "at": datetime.now(UTC)} | changes))

    def read_sample(self, payload: Any) -> Reading:
        """A delivery of a hook, what was read of a mention, or something else that was asked for."""
        return Reading(*read_each(_parts(payload), _event))


class TestThroughAPage(TestInstagram):
    through = "facebook"


def _parts(payload: Any) -> list[Any]:
    if not (isinstance(payload, dict) and isinstance(payload.get("entry"), list)):
        return [payload]
    entries = [entry for entry in payload["entry"] if isinstance(entry, dict)]
    changes = [{"time": entry.get("time", 0)} | change for entry in entries for change in entry.get("changes", ())]
    return changes + [message for entry in entries for message in entry.get("messaging", ())]


def _event(part: Any) -> Any:
    if "field" in part:
        return None if mentioned(part) else to_change(part, WE)
    if "mentioned_comment" in part or "mentioned_media" in part:
        return to_mention(part, WE, "18050310947722369", str(part.get("mentioned_comment", {}).get("id", "")))
    if "sender" in part:
        return to_direct(part, ACCOUNT)
    return to_told(part, WE) if "to" in part else with_answers(part, WE)
