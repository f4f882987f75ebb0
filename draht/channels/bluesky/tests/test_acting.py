"""What we do to posts: change and delete our own, hide, like and block what others wrote, and what may not be done."""

from __future__ import annotations

from dataclasses import replace

import pytest

from draht.channels.bluesky import records
from draht.channels.bluesky.tests.desk import Desk, answer, messages
from draht.channels.bluesky.tests.network import BLOCK, GATE, LIKE, POST, iso
from draht.contract.channel import Act
from draht.contract.errors import Refused
from draht.contract.messages import Allowed, Item, Media, NotAllowed
from draht.contract.testing import item_of
from draht.contract.testing.publishing import PNG

PICTURE = Media(PNG, "image/png", "dot.png", "A grey dot")


def ours(desk: Desk, text: str = "Yes, within two days.") -> Item:
    """An answer of ours, as the house keeps it."""
    _, item = desk.hear("hello")
    sent = desk.channel.reply(answer(item, text))
    return Item(sent.id, item.thread, replace(item.author, id=desk.us.did), sent.at, text, item.id, ours=True)


def test_an_edit_keeps_the_date_and_recounts_the_links(desk: Desk) -> None:
    mine = ours(desk, "See https://acme.example")
    before = desk.net.records[mine.id].value
    desk.channel.edit(mine, "No link any more")
    after = desk.net.records[mine.id].value
    assert "facets" not in after
    assert (after["createdAt"], after["reply"]) == (before["createdAt"], before["reply"])


def test_an_edit_that_meets_another_one_is_made_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = ours(desk)
    put = desk.channel.client.put
    turns = iter(["a colleague was here", ""])

    def late(collection: str, rkey: str, record: object, swap: str | None) -> bool:
        if other := next(turns):
            desk.net.write(desk.us.did, POST, desk.net.records[mine.id].value | {"text": other}, rkey)
        return put(collection, rkey, record, swap)

    monkeypatch.setattr(desk.channel.client, "put", late)
    desk.channel.edit(mine, "Final words")
    assert desk.double.ours() == ["Final words"]


def test_our_own_can_be_deleted_and_others_cannot(desk: Desk) -> None:
    mine = ours(desk)
    _, theirs = desk.hear("hello")
    assert isinstance(desk.channel.may(Act.DELETE, mine), Allowed)
    assert isinstance(desk.channel.may(Act.DELETE, theirs), NotAllowed)
    desk.channel.moderate(Act.DELETE, mine)
    desk.channel.moderate(Act.DELETE, mine)
    assert desk.double.ours() == []


def test_hiding_keeps_the_other_rules_of_the_thread(desk: Desk) -> None:
    own = desk.net.say(desk.us, "New boots!")
    rule = {"$type": "app.bsky.feed.threadgate#followerRule"}
    gate = {"$type": GATE, "post": own.uri, "allow": [rule], "createdAt": iso(desk.net.now())}
    desk.net.write(desk.us.did, GATE, gate, own.uri.rpartition("/")[2])
    desk.net.say(desk.jane, "They stink", to=own)
    item = item_of(messages(desk.fetch())[-1])
    assert isinstance(desk.channel.may(Act.HIDE, item), Allowed)
    desk.channel.moderate(Act.HIDE, item)
    (kept,) = desk.net.of(desk.us.did, GATE)
    assert (kept.value["allow"], kept.value["hiddenReplies"]) == ([rule], [item.id])
    desk.channel.moderate(Act.UNHIDE, item)
    desk.channel.moderate(Act.UNHIDE, item)
    assert desk.net.of(desk.us.did, GATE)[0].value["hiddenReplies"] == []


def test_only_300_can_be_hidden(desk: Desk) -> None:
    own = desk.net.say(desk.us, "New boots!")
    hidden = [f"at://{desk.jane.did}/{POST}/{records.record_key(str(n))}" for n in range(300)]
    gate = {"$type": GATE, "post": own.uri, "hiddenReplies": hidden, "createdAt": iso(desk.net.now())}
    desk.net.write(desk.us.did, GATE, gate, own.uri.rpartition("/")[2])
    desk.net.say(desk.jane, "They stink", to=own)
    item = item_of(messages(desk.fetch())[-1])
    with pytest.raises(Refused, match="300"):
        desk.channel.moderate(Act.HIDE, item)


def test_in_others_threads_nothing_can_be_hidden(desk: Desk) -> None:
    _, item = desk.hear("hello")
    refused = desk.channel.may(Act.HIDE, item)
    assert isinstance(refused, NotAllowed)
    assert refused.by_hand.startswith("https://bsky.app/profile/did:plc:")


def test_liking_and_blocking_twice_is_once(desk: Desk) -> None:
    _, item = desk.hear("hello")
    for _ in range(2):
        desk.channel.moderate(Act.LIKE, item)
        desk.channel.moderate(Act.BAN, item)
    assert len(desk.net.of(desk.us.did, LIKE)) == len(desk.net.of(desk.us.did, BLOCK)) == 1


def test_a_closed_thread_says_so(desk: Desk) -> None:
    started = desk.net.say(desk.jane, "Only my friends", mentions=desk.us)
    gate = {"$type": GATE, "post": started.uri, "allow": [], "createdAt": iso(desk.net.now())}
    desk.net.write(desk.jane.did, GATE, gate, started.uri.rpartition("/")[2])
    (message,) = messages(desk.fetch())
    refused = desk.channel.may(Act.REPLY, item_of(message))
    assert isinstance(refused, NotAllowed)
    assert "only some people" in refused.why


@pytest.mark.parametrize("act", [Act.APPROVE, Act.HOLD, Act.SPAM])
def test_what_the_network_does_not_have(desk: Desk, act: Act) -> None:
    _, item = desk.hear("hello")
    assert isinstance(desk.channel.may(act, item), NotAllowed)
    with pytest.raises(Refused):
        desk.channel.moderate(act, item)


def test_every_act_on_our_own_and_on_direct_messages(desk: Desk) -> None:
    mine, letter = ours(desk), desk.letter("hello")
    allowed = {act for act in Act if isinstance(desk.channel.may(act, mine), Allowed)}
    assert allowed == {Act.REPLY, Act.DELETE, Act.EDIT}
    assert {act for act in Act if isinstance(desk.channel.may(act, letter), Allowed)} == {Act.REPLY}
