"""What we send: answers and posts that come once, facets and pictures."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from draht.channels.bluesky import records
from draht.channels.bluesky.facets import facets, show_targets
from draht.channels.bluesky.tests import lexicon
from draht.channels.bluesky.tests.desk import Desk, answer, messages
from draht.channels.bluesky.tests.syntax import FORMATS
from draht.contract.errors import Refused, TryLater
from draht.contract.messages import Allowed, Item, Media, NotAllowed, OutgoingPost
from draht.contract.testing import item_of
from draht.contract.testing.publishing import PNG

PICTURE = Media(PNG, "image/png", "dot.png", "A grey dot")


def ours(desk: Desk, text: str = "Yes, within two days.") -> Item:
    """An answer of ours, as the house keeps it."""
    _, item = desk.hear("hello")
    sent = desk.channel.reply(answer(item, text))
    return Item(sent.id, item.thread, replace(item.author, id=desk.us.did), sent.at, text, item.id, ours=True)


# -- keys -------------------------------------------------------------------------------------------------


def test_a_key_of_ours_is_a_key_of_theirs() -> None:
    keys = [records.record_key(str(n)) for n in range(2000)]
    assert all(map(FORMATS["tid"], keys))
    assert len(set(keys)) == 2000
    assert records.record_key("7") == keys[7]
    assert max(keys) < "3n2ufhrai622g"  # a key that a server made in 2026: ours never meet new ones


def test_an_answer_comes_once_however_often_it_is_sent(desk: Desk) -> None:
    _, item = desk.hear("hello")
    desk.loopback.fail_next("lost")
    with pytest.raises(TryLater):
        desk.channel.reply(answer(item))
    sent = desk.channel.reply(answer(item))
    assert desk.channel.reply(answer(item, first_tried_at=datetime.now(UTC))) == sent
    assert len(desk.double.ours()) == 1


def test_a_second_attempt_takes_nothing_back(desk: Desk) -> None:
    """Between two attempts a colleague changed the answer: it stays changed."""
    mine = ours(desk)
    desk.channel.edit(mine, "Yes, within three days.")
    _, item = desk.hear("hello again")
    assert desk.channel.reply(answer(item)).id == mine.id
    assert desk.double.ours() == ["Yes, within three days."]


def test_a_server_with_a_fault_is_asked_later(desk: Desk) -> None:
    _, item = desk.hear("hello")
    desk.loopback.fail_next(500)
    with pytest.raises(TryLater):
        desk.channel.reply(answer(item))
    assert desk.double.ours() == []


def test_the_root_of_a_thread_stays_the_root(desk: Desk) -> None:
    own = desk.net.say(desk.us, "New boots!")
    red = desk.net.say(desk.jane, "In red?", to=own)
    item = item_of(next(m for m in messages(desk.fetch()) if m.id == red.uri))
    for key, asked in (("one", item), ("two", replace(item, raw={}))):
        sent = desk.channel.reply(replace(answer(asked), key=key))
        reply = desk.net.records[sent.id].value["reply"]
        assert (reply["root"]["uri"], reply["parent"]["cid"]) == (own.uri, red.cid)


def test_what_is_gone_cannot_be_answered(desk: Desk) -> None:
    kept, item = desk.hear("hello")
    desk.net.delete(kept.uri)
    with pytest.raises(Refused, match="gone"):
        desk.channel.reply(answer(replace(item, raw={})))


def test_an_answer_speaks_the_language_it_was_asked_in(desk: Desk) -> None:
    _, item = desk.hear("Hallo", langs=["de"])
    sent = desk.channel.reply(answer(item))
    assert desk.net.records[sent.id].value["langs"] == ["de"]


# -- length -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["a" * 300, "👩🏽‍🚒" * 120, "字" * 300, "ä" * 300])
def test_what_the_counter_allows_the_server_takes(desk: Desk, text: str) -> None:
    lexicon.need(lexicon.LEXICONS)
    _, item = desk.hear("hello")
    counter = desk.channel.counter(item)
    assert counter.count(text) <= counter.limit
    desk.channel.reply(answer(item, text))
    more = text + text[:8] * 200
    assert counter.count(more) > counter.limit
    with pytest.raises(Refused, match="too big"):
        desk.channel.reply(replace(answer(item, more), key="more"))


def test_a_direct_message_may_be_longer(desk: Desk) -> None:
    item = desk.letter("hello")
    assert desk.channel.counter(item).limit == 1000
    assert desk.channel.counter(replace(item, private=False)).limit == 300
    assert desk.channel.takes(item).count == 0
    desk.channel.reply(answer(item, "a" * 1000))
    with pytest.raises(Refused):
        desk.channel.reply(answer(item, "a" * 1001))


# -- facets -----------------------------------------------------------------------------------------------


def test_names_of_somebody_become_links_and_others_stay_text(desk: Desk) -> None:
    _, item = desk.hear("hello")
    sent = desk.channel.reply(answer(item, "🎉 @jane.test and @nobody.test, mail a@jane.test"))
    (facet,) = desk.net.records[sent.id].value["facets"]
    assert facet["features"][0]["did"] == desk.jane.did
    assert facet["index"] == {"byteStart": 5, "byteEnd": 15}


@pytest.mark.parametrize(
    ("text", "uri", "shown"),
    [
        ("see example.com/a...", "https://example.com/a/b?c", "see https://example.com/a/b?c"),
        ("see https://example.com/a", "https://example.com/a", "see https://example.com/a"),
        ("ä🎉 click here", "https://evil.example", "ä🎉 click here (https://evil.example)"),
        ("paypal.com", "https://evil.example/paypal.com", "paypal.com (https://evil.example/paypal.com)"),
    ],
)
def test_links_are_shown_as_they_lead(text: str, uri: str, shown: str) -> None:
    start = text.encode().index(text.removeprefix("see ").removeprefix("ä🎉 ").encode())
    index = {"byteStart": start, "byteEnd": len(text.encode())}
    features = [{"$type": "app.bsky.richtext.facet#link", "uri": uri}]
    assert show_targets(text, [{"index": index, "features": features}]) == shown


def test_facets_outside_of_the_text_change_nothing() -> None:
    feature = {"$type": "app.bsky.richtext.facet#link", "uri": "https://a.example"}
    for start, end in ((0, 99), (3, 1), (-2, 2)):
        raw = [{"index": {"byteStart": start, "byteEnd": end}, "features": [feature]}]
        assert show_targets("short", raw) == "short"


def test_facets_keep_to_the_lexicon() -> None:
    lexicon.need(lexicon.LEXICONS)
    text = "🎉 @jane.test (https://example.com/ä) #boots, #" + "ö" * 64 + " www.example.com"
    found = facets(text, lambda handle: "did:plc:jane")
    assert len(found) == 5
    assert [lexicon.faults("app.bsky.richtext.facet", facet) for facet in found] == [[]] * 5


# -- posts ------------------------------------------------------------------------------------------------


def test_a_post_with_pictures_has_its_link_in_the_text(desk: Desk) -> None:
    sent = desk.channel.publish(OutgoingPost("k", "New!", link="https://acme.example", media=(PICTURE,) * 4))
    value = desk.net.records[sent.id].value
    assert value["text"] == "New!\n\nhttps://acme.example"
    assert [image["alt"] for image in value["embed"]["images"]] == ["A grey dot"] * 4


def test_a_post_with_a_link_has_a_card(desk: Desk) -> None:
    post = OutgoingPost("k", "New!", "Boots", "https://acme.example/boots")
    value = desk.net.records[desk.channel.publish(post).id].value
    assert value["text"] == "New!"
    assert value["embed"]["external"] == {"uri": post.link, "title": "Boots", "description": ""}


def test_a_title_without_a_card_stands_in_the_text(desk: Desk) -> None:
    sent = desk.channel.publish(OutgoingPost("k", "New!", "Boots"))
    assert desk.net.records[sent.id].value["text"] == "Boots\n\nNew!"


def test_a_post_that_its_title_makes_too_long_is_not_promised(desk: Desk) -> None:
    post = OutgoingPost("k", "a" * 299, "Boots")
    assert isinstance(desk.channel.may_publish(post), NotAllowed)
    assert isinstance(desk.channel.may_publish(replace(post, title="")), Allowed)


@pytest.mark.parametrize(
    "media", [(PICTURE,) * 5, (replace(PICTURE, content=b"x" * 2_000_001),), (Media(b"%PDF", "application/pdf"),)]
)
def test_what_we_do_not_take_the_network_refuses(desk: Desk, media: tuple[Media, ...]) -> None:
    lexicon.need(lexicon.LEXICONS)
    takes = desk.channel.post_takes()
    too_many, too_large = len(media) > takes.count, any(len(each.content) > takes.most for each in media)
    assert too_many or too_large or any(each.content_type not in takes.types for each in media)
    with pytest.raises(Refused):
        desk.channel.publish(OutgoingPost("k", "New!", media=media))
    assert desk.double.ours() == []


def test_a_lost_upload_is_made_again(desk: Desk) -> None:
    post = OutgoingPost("k", "New!", media=(PICTURE,))
    desk.loopback.fail_next("lost")
    with pytest.raises(TryLater):
        desk.channel.publish(post)
    desk.channel.publish(post)
    assert len(desk.double.ours()) == 1
