"""What we see of people on the real network: posts, direct messages, deletions; and our login there."""

from __future__ import annotations

import pytest

from draht.channels.bluesky import client
from draht.channels.bluesky.channel import Bluesky
from draht.channels.bluesky.tests.desk import answer, messages
from draht.channels.bluesky.tests.real.world import World
from draht.contract.errors import LoginExpired, Refused
from draht.contract.messages import (
    Deletion,
)
from draht.contract.testing import drain, item_of

pytestmark = pytest.mark.real


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
    item = world.hear(bluesky)
    cursor = drain(bluesky, "")[1]
    world.us.say("By hand: yes", to={"uri": item.id, "cid": item.raw["cid"]})
    (own,) = messages(drain(bluesky, cursor)[0])
    assert (own.text, own.parent, own.author.id) == ("By hand: yes", item.id, world.us.did)


def test_deleted_edited_and_blocked_are_told_apart(world: World, bluesky: Bluesky) -> None:
    gone, edited = world.hear(bluesky, "one"), world.hear(bluesky, "two")
    world.jane.delete(gone.id)
    world.jane.edit(edited.id, "other words")
    events = bluesky.look_again([gone, edited]).events
    assert [e.id for e in events if isinstance(e, Deletion)] == [gone.id]
    assert [m.text for m in messages(list(events))] == ["other words"]
    world.jane.block(world.us)
    assert bluesky.look_again([edited]).events == ()


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
    item = world.hear(bluesky)
    assert bluesky.find_reply(answer(item, private=True)) is None
    sent = bluesky.reply(answer(item, private=True))
    convo = world.chat.open(world.us.did, world.jane.did)
    assert [m["text"] for m in convo.messages] == ["Yes, within two days."]
    assert sent.id.startswith(convo.id)
    assert world.us.records() == []


def test_an_app_password_without_direct_messages(world: World) -> None:
    world.password = world.us.app_password(privileged=False)
    channel = world.bare()
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
    channel = world.bare(access_token=broken, refresh_token="nothing")
    with pytest.raises(LoginExpired):
        channel.fetch("")
    assert world.bare(**channel.renew()).whoami().id == world.us.did


def test_an_app_password_that_was_taken_back(world: World, bluesky: Bluesky) -> None:
    world.us.revoke()
    with pytest.raises(LoginExpired):
        Bluesky(bluesky.config, world.http).renew()
    with pytest.raises(LoginExpired):
        world.bare().whoami()


def test_a_server_that_is_none(world: World) -> None:
    with pytest.raises(Refused, match="does not answer like a server"):
        world.bare(server=world.network.control).whoami()
