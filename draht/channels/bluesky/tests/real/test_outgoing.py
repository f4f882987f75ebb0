"""What people on the real network see of us: answers, posts, edits, and what we hide, like and block."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from draht.channels.bluesky import facets, records
from draht.channels.bluesky.channel import Bluesky
from draht.channels.bluesky.tests.desk import answer, messages
from draht.channels.bluesky.tests.network import GATE, LIKE, POST
from draht.channels.bluesky.tests.real.world import World
from draht.contract.channel import Act
from draht.contract.errors import Refused
from draht.contract.messages import (
    Allowed,
    Item,
    Media,
    NotAllowed,
    OutgoingPost,
)
from draht.contract.testing import drain, item_of
from draht.contract.testing.publishing import PNG
from draht.contract.text import graphemes

pytestmark = pytest.mark.real

TEXTS = [
    "plain",
    "see https://example.com/a(b)?x=1#y, please",
    "(https://example.com) and www.example.com/x.",
    "👩🏽‍🚒 @jane.test äöü #boots #zwölf! #2026 #a2026 ##x",
    "x@jane.test @jane.test. (@acme.test) https://例え.jp/パス",
    "#tag\u200bmore ＃full #🎉 end#no #trailing... #" + "x" * 65,
    "line one #one\nhttps://a.example/\n@jane.test",
    "http:// https://x http://a.b:80/c?d=e&f=g!?",
]


def test_our_answer_stands_below_the_post_once(world: World, bluesky: Bluesky) -> None:
    item = world.hear(bluesky)
    text = f"Yes, @{world.jane.handle} 🎉 see https://example.com/x and #boots"
    sent = bluesky.reply(answer(item, text))
    assert bluesky.reply(answer(item, text)).id == sent.id
    assert bluesky.reply(answer(item, text, first_tried_at=sent.at)).id == sent.id
    view = world.jane.post(sent.id)
    assert view is not None
    assert view["record"]["reply"]["parent"]["uri"] == item.id
    raw = text.encode()
    marked = {
        raw[f["index"]["byteStart"] : f["index"]["byteEnd"]].decode(): f["features"][0]
        for f in view["record"]["facets"]
    }
    assert marked[f"@{world.jane.handle}"]["did"] == world.jane.did
    assert marked["https://example.com/x"]["uri"] == "https://example.com/x"
    assert marked["#boots"]["tag"] == "boots"
    told = world.jane.see("app.bsky.notification.listNotifications")["notifications"]
    assert [each["uri"] for each in told].count(sent.id) == 1
    assert len(world.us.records()) == 1


def test_deeper_down_the_root_stays(world: World, bluesky: Bluesky) -> None:
    item = world.hear(bluesky)
    sent = bluesky.reply(answer(item))
    ours = world.us.post(sent.id)
    assert ours is not None
    root = {"uri": item.id, "cid": item.raw["cid"]}
    world.jane.say("Thanks, and red?", to={"uri": sent.id, "cid": ours["cid"], "root": root})
    deeper = next(item_of(m) for m in messages(drain(bluesky, "")[0]) if "red?" in m.text)
    assert (deeper.thread, deeper.parent) == (item.id, sent.id)
    again = bluesky.reply(replace(answer(replace(deeper, raw={}), "Yes."), key="another"))
    view = world.jane.post(again.id)
    assert view is not None
    assert view["record"]["reply"]["root"]["uri"] == item.id


@pytest.mark.parametrize(
    ("fits", "too_long"), [("👩🏽‍🚒" * 120, "👩🏽‍🚒" * 250), ("a" * 300, "a" * 301), ("字" * 300, "字" * 301)]
)
def test_the_counter_counts_as_the_network(world: World, bluesky: Bluesky, fits: str, too_long: str) -> None:
    item = world.hear(bluesky)
    counter = bluesky.counter(item)
    assert counter.count(fits) <= counter.limit < counter.count(too_long)
    bluesky.reply(answer(item, fits))
    with pytest.raises(Refused, match="too big"):
        bluesky.reply(replace(answer(item, too_long), key="another"))
    assert [record["value"]["text"] for record in world.us.records()] == [fits]


@pytest.mark.parametrize("text", TEXTS)
def test_facets_are_those_of_the_networks_own_library(world: World, text: str) -> None:
    theirs = world.library(text)
    ours = facets.facets(text, lambda handle: handle)
    assert [(f["index"], _plain(f)) for f in ours] == [(f["index"], _plain(f)) for f in _sorted(theirs["facets"])]
    assert graphemes(text) == theirs["graphemes"]
    assert len(text.encode()) == theirs["bytes"]


def _sorted(found: list[Any]) -> list[Any]:
    return sorted(found, key=lambda facet: facet["index"]["byteStart"])


def _plain(facet: Any) -> list[Any]:
    return [{key: value for key, value in feature.items() if key != "$type"} for feature in facet["features"]]


def test_an_edit_keeps_everything_but_the_words(world: World, bluesky: Bluesky) -> None:
    item = world.hear(bluesky)
    sent = bluesky.reply(answer(item, "See https://example.com", media=(Media(PNG, "image/png", "", "A dot"),)))
    ours = Item(id=sent.id, thread=item.id, author=item.author, at=sent.at, parent=item.id, ours=True)
    bluesky.edit(ours, "See #elsewhere")
    bluesky.edit(ours, "See #elsewhere")
    view = world.jane.post(sent.id)
    assert view is not None
    assert view["record"]["text"] == "See #elsewhere"
    assert view["record"]["facets"][0]["features"][0]["tag"] == "elsewhere"
    assert view["embed"]["images"][0]["alt"] == "A dot"
    assert view["record"]["reply"]["root"]["uri"] == item.id
    bluesky.moderate(Act.DELETE, ours)
    bluesky.moderate(Act.DELETE, ours)
    assert world.jane.post(sent.id) is None
    with pytest.raises(Refused, match="gone"):
        bluesky.edit(ours, "too late")


def test_a_post_with_pictures_and_one_with_a_card(world: World, bluesky: Bluesky) -> None:
    dots = tuple(Media(PNG, "image/png", f"{n}.png", f"Dot {n}") for n in range(4))
    sent = bluesky.publish(OutgoingPost("one", "Four dots", media=dots, link="https://example.com/dots"))
    view = world.jane.post(sent.id)
    assert view is not None
    assert [image["alt"] for image in view["embed"]["images"]] == ["Dot 0", "Dot 1", "Dot 2", "Dot 3"]
    assert view["embed"]["images"][0]["aspectRatio"] == {"width": 1, "height": 1}
    assert view["record"]["text"] == "Four dots\n\nhttps://example.com/dots"
    sent = bluesky.publish(OutgoingPost("two", "Read this", title="Boots", link="https://example.com/boots"))
    assert (
        bluesky.publish(OutgoingPost("two", "Read this", title="Boots", link="https://example.com/boots")).id == sent.id
    )
    view = world.jane.post(sent.id)
    assert view is not None
    assert (
        view["embed"]["external"] | {"title": "Boots", "uri": "https://example.com/boots"} == view["embed"]["external"]
    )
    assert len(world.us.records()) == 2


def test_too_large_a_picture_is_refused(world: World, bluesky: Bluesky) -> None:
    large = Media(PNG + b"\0" * records.IMAGE_BYTES, "image/png", "large.png", "Large")
    with pytest.raises(Refused, match=r"too large|too big"):
        bluesky.publish(OutgoingPost("one", "Large", media=(large,)))
    assert world.us.records() == []


def test_posts_of_ours_are_our_own_collection(world: World, bluesky: Bluesky) -> None:
    sent = bluesky.publish(OutgoingPost("one", "Hello"))
    assert sent.id == f"at://{world.us.did}/{POST}/{records.record_key('one')}"
    assert bluesky.find_post(OutgoingPost("one", "Hello")) is not None
    assert bluesky.find_post(OutgoingPost("two", "Hello")) is None


# -- moderation -------------------------------------------------------------------------------------------


def test_hiding_in_our_own_thread(world: World, bluesky: Bluesky) -> None:
    own = world.us.say("New boots!")
    world.jane.say("They stink", to=own)
    world.jane.say("Really", to=own)
    items = [item_of(m) for m in messages(drain(bluesky, "")[0]) if m.author.id == world.jane.did]
    assert all(isinstance(bluesky.may(Act.HIDE, item), Allowed) for item in items)
    for item in [*items, items[0]]:
        bluesky.moderate(Act.HIDE, item)
    (gate,) = world.us.records(GATE)
    assert set(gate["value"]["hiddenReplies"]) == {item.id for item in items}
    world.us.settle()
    assert world.us.see("app.bsky.notification.listNotifications")["notifications"] == []
    bluesky.moderate(Act.UNHIDE, items[0])
    bluesky.moderate(Act.UNHIDE, items[0])
    (gate,) = world.us.records(GATE)
    assert gate["value"]["hiddenReplies"] == [items[1].id]


def test_liking_and_blocking(world: World, bluesky: Bluesky) -> None:
    item = world.hear(bluesky)
    bluesky.moderate(Act.LIKE, item)
    bluesky.moderate(Act.LIKE, replace(item, raw={}))
    view = world.jane.post(item.id)
    assert view is not None
    assert view["likeCount"] == len(world.us.records(LIKE)) == 1
    bluesky.moderate(Act.BAN, item)
    bluesky.moderate(Act.BAN, item)
    world.us.settle()
    assert world.jane.see("app.bsky.actor.getProfile", actor=world.us.did)["viewer"]["blockedBy"]
    assert bluesky.look_again([item]).events == ()


def test_a_closed_thread_says_so_before_anyone_types(world: World, bluesky: Bluesky) -> None:
    started = world.jane.say("Only my friends", mentions=world.us)
    gate = {"$type": GATE, "post": started["uri"], "allow": [], "createdAt": "2026-11-22T00:00:00.000Z"}
    rkey = started["uri"].rpartition("/")[2]
    body = {"repo": world.jane.did, "collection": GATE, "rkey": rkey, "record": gate}
    world.jane.call("com.atproto.repo.createRecord", body)
    world.jane.settle()
    (message,) = messages(drain(bluesky, "")[0])
    assert isinstance(bluesky.may(Act.REPLY, item_of(message)), NotAllowed)
