"""A conversation with people on the real network: what they see, and what we see."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from draht.channels.bluesky import client, facets, records
from draht.channels.bluesky.channel import Bluesky
from draht.channels.bluesky.tests.network import GATE, LIKE, POST
from draht.channels.bluesky.tests.real.world import World
from draht.contract.channel import Act
from draht.contract.errors import LoginExpired, Refused
from draht.contract.messages import (
    Allowed,
    Deletion,
    IncomingMessage,
    Item,
    Media,
    NotAllowed,
    OutgoingPost,
    OutgoingReply,
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


def messages(events: list[Any]) -> list[IncomingMessage]:
    return [event for event in events if isinstance(event, IncomingMessage)]


def hear(world: World, bluesky: Bluesky, text: str = "Do you deliver?") -> Item:
    world.jane.say(text, mentions=world.us)
    return next(item_of(m) for m in messages(drain(bluesky, "")[0]) if text in m.text)


def answer(to: Item, text: str = "Yes, within two days.", **more: Any) -> OutgoingReply:
    return OutgoingReply(key="0190c3f2-0000-7000-8000-000000000001", text=text, to=to, **more)


def bare(world: World, **more: str) -> Bluesky:
    """The channel as the connect page opens it: without a session, or with what ``more`` says."""
    return Bluesky(world.settings(**more), world.http)


# -- in ---------------------------------------------------------------------------------------------------


def test_mentions_replies_and_quotes_arrive_with_what_they_answer(world: World, bluesky: Bluesky) -> None:
    own = world.us.say("New boots!")
    world.jane.say("In red?", to=own)
    world.jane.say("Look", embed={"$type": "app.bsky.embed.record", "record": own})
    world.jane.say("hello", mentions=world.us)
    found = {m.text.partition("\n")[0].split()[-1]: m for m in messages(drain(bluesky, "")[0])}
    assert set(found) == {"boots!", "red?", "Look", "hello"}
    assert found["boots!"].author.id == world.us.did
    assert (found["red?"].thread, found["red?"].parent) == (own["uri"], own["uri"])
    assert (found["Look"].parent, found["Look"].thread) == (own["uri"], found["Look"].id)
    assert found["Look"].text.endswith(found["boots!"].url)
    assert found["hello"].author.handle == world.jane.handle


def test_pages_are_walked_back_to_what_is_known(
    world: World, bluesky: Bluesky, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "PAGE", 3)
    for n in range(11):
        world.jane.say(f"number {n}", mentions=world.us)
    events, cursor = drain(bluesky, "")
    assert sorted(int(m.text.split()[-1]) for m in messages(events)) == list(range(11))
    world.jane.say("number 11", mentions=world.us)
    assert [m.text.split()[-1] for m in messages(drain(bluesky, cursor)[0])] == ["11"]


def test_what_a_slow_clock_dates_back_is_not_missed(world: World, bluesky: Bluesky) -> None:
    world.jane.say("first", mentions=world.us)
    cursor = drain(bluesky, "")[1]
    at = messages(drain(bluesky, "")[0])[0].at.replace(microsecond=0)
    earlier = at.replace(minute=(at.minute - 20) % 60, hour=at.hour if at.minute >= 20 else (at.hour - 1) % 24)
    world.jane.say("dated back", mentions=world.us, createdAt=earlier.isoformat().replace("+00:00", "Z"))
    if earlier < at:  # not in the first twenty minutes of a day
        assert [m.text.split()[-1] for m in messages(drain(bluesky, cursor)[0])] == ["back"]


def test_what_others_say_about_us_is_found(world: World) -> None:
    word = f"stiefel{world.us.did[-8:]}"
    world.jane.say(f"My {word} are broken")
    channel = world.opened(search=f"{word}\n")
    world.us.say(f"New {word}!")
    events, cursor = drain(channel, "")
    assert [m.text for m in messages(events)] == [f"My {word} are broken"]
    world.jane.say(f"Still my {word}", mentions=world.us)
    assert len(messages(drain(channel, cursor)[0])) == 1


def test_an_answer_from_an_app_comes_in(world: World, bluesky: Bluesky) -> None:
    item = hear(world, bluesky)
    cursor = drain(bluesky, "")[1]
    world.us.say("By hand: yes", to={"uri": item.id, "cid": item.raw["cid"]})
    (own,) = messages(drain(bluesky, cursor)[0])
    assert (own.text, own.parent, own.author.id) == ("By hand: yes", item.id, world.us.did)


def test_deleted_edited_and_blocked_are_told_apart(world: World, bluesky: Bluesky) -> None:
    gone, edited = hear(world, bluesky, "one"), hear(world, bluesky, "two")
    world.jane.delete(gone.id)
    world.jane.edit(edited.id, "other words")
    events = bluesky.look_again([gone, edited]).events
    assert [e.id for e in events if isinstance(e, Deletion)] == [gone.id]
    assert [m.text for m in messages(list(events))] == ["other words"]
    world.jane.block(world.us)
    assert bluesky.look_again([edited]).events == ()


# -- out --------------------------------------------------------------------------------------------------


def test_our_answer_stands_below_the_post_once(world: World, bluesky: Bluesky) -> None:
    item = hear(world, bluesky)
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
    item = hear(world, bluesky)
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
    item = hear(world, bluesky)
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
    item = hear(world, bluesky)
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
    item = hear(world, bluesky)
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


# -- direct messages: the real server sends us on to the chat service, which is ours ---------------------------


def test_direct_messages_go_through_the_server(world: World, bluesky: Bluesky) -> None:
    convo = world.chat.open(world.jane.did, world.us.did)
    world.chat.say(convo, world.jane.did, "Before we connected")
    events, cursor = drain(bluesky, "")
    assert [m.text for m in messages(events)] == ["Before we connected"]
    world.chat.say(convo, world.jane.did, "Where is order 4711?")
    (message,) = messages(drain(bluesky, cursor)[0])
    assert (message.private, message.author.id, message.thread) == (True, world.jane.did, convo.id)
    sent = bluesky.reply(answer(item_of(message), "On its way"))
    assert convo.messages[-1]["text"] == "On its way"
    assert convo.messages[-1]["sender"]["did"] == world.us.did
    found = bluesky.find_reply(answer(item_of(message), "On its way"))
    assert found is not None
    assert found.id == sent.id


def test_a_public_post_is_answered_privately(world: World, bluesky: Bluesky) -> None:
    item = hear(world, bluesky)
    assert bluesky.find_reply(answer(item, private=True)) is None
    sent = bluesky.reply(answer(item, private=True))
    convo = world.chat.open(world.us.did, world.jane.did)
    assert [m["text"] for m in convo.messages] == ["Yes, within two days."]
    assert sent.id.startswith(convo.id)
    assert world.us.records() == []


def test_an_app_password_without_direct_messages(world: World) -> None:
    world.password = world.us.app_password(privileged=False)
    channel = bare(world)
    assert len(channel.lacks()) == 1
    world.jane.say("hello", mentions=world.us)
    assert len(messages(drain(channel, "")[0])) == 1
    with pytest.raises(Refused, match="Bad token method"):
        channel.chat.log("")


# -- the login --------------------------------------------------------------------------------------------


def test_a_session_is_kept_and_renewed(world: World, bluesky: Bluesky) -> None:
    first = dict(bluesky.config)
    renewed = Bluesky(first, world.http).renew()
    assert renewed["refresh_token"] != first["refresh_token"]
    channel = Bluesky(first | dict(renewed), world.http, bluesky.account)
    assert channel.whoami().id == world.us.did
    assert channel.renew_at() is not None


def test_a_token_that_nobody_knows_is_replaced(world: World, bluesky: Bluesky) -> None:
    header, body, _ = bluesky.config["access_token"].split(".")
    broken = f"{header}.{body}.{'x' * 43}"
    channel = bare(world, access_token=broken, refresh_token="nothing")
    with pytest.raises(LoginExpired):
        channel.fetch("")
    assert bare(world, **channel.renew()).whoami().id == world.us.did


def test_an_app_password_that_was_taken_back(world: World, bluesky: Bluesky) -> None:
    world.us.revoke()
    with pytest.raises(LoginExpired):
        Bluesky(bluesky.config, world.http).renew()
    with pytest.raises(LoginExpired):
        bare(world).whoami()


def test_a_server_that_is_none(world: World) -> None:
    with pytest.raises(Refused, match="does not answer like a server"):
        bare(world, server=world.network.control).whoami()


def test_posts_of_ours_are_our_own_collection(world: World, bluesky: Bluesky) -> None:
    sent = bluesky.publish(OutgoingPost("one", "Hello"))
    assert sent.id == f"at://{world.us.did}/{POST}/{records.record_key('one')}"
    assert bluesky.find_post(OutgoingPost("one", "Hello")) is not None
    assert bluesky.find_post(OutgoingPost("two", "Hello")) is None
