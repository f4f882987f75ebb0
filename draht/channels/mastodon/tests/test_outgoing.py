"""What goes out: answers, posts, looking back, and what may be done at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from draht.channels.mastodon.tests.desk import JANE, Desk, answer, messages
from draht.channels.mastodon.tests.double import Double
from draht.contract.channel import Act
from draht.contract.errors import Refused, TryLater, Unsure
from draht.contract.messages import (
    Allowed,
    Author,
    NotAllowed,
    OutgoingPost,
)
from draht.contract.testing import drain, item_of


@pytest.mark.parametrize("visibility", ["public", "unlisted", "private", "direct"])
def test_an_answer_is_as_public_as_what_it_answers(desk: Desk, visibility: str) -> None:
    written, item = desk.hear("hello", visibility=visibility)
    sent = desk.channel.reply(answer(item))
    ours = desk.net.statuses[sent.id]
    assert (ours.visibility, ours.parent) == (visibility, written.id)
    assert ours.text == f"@{JANE} Yes, within two days."


def test_a_private_answer_to_a_public_item(desk: Desk) -> None:
    _, item = desk.hear("hello")
    sent = desk.channel.reply(answer(item, private=True))
    assert desk.net.statuses[sent.id].visibility == "direct"


def test_without_its_payload_an_item_never_becomes_more_public(desk: Desk) -> None:
    for how, expected in [("direct", "direct"), ("public", "unlisted")]:
        _, item = desk.hear("hello", visibility=how)
        sent = desk.channel.reply(answer(replace(item, raw={}), f"Hello {how}"))
        assert desk.net.statuses[sent.id].visibility == expected
        desk.double.keys.clear()


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        (f"Yes, @{JANE}!", f"Yes, @{JANE}!"),
        ("Yes, @jane!", f"@{JANE} Yes, @jane!"),  # another Jane: one of our own server
        (f"mail to x@{JANE}", f"@{JANE} mail to x@{JANE}"),
    ],
)
def test_the_author_is_mentioned_once(desk: Desk, text: str, sent: str) -> None:
    _, item = desk.hear("hello")
    assert desk.net.statuses[desk.channel.reply(answer(item, text)).id].text == sent


def test_a_second_answer_goes_to_whom_the_first_one_went(desk: Desk) -> None:
    written, _ = desk.hear("hello", visibility="direct")
    desk.net.write("brand", f"@{JANE} Hello", parent=written.id, visibility="direct")
    (ours,) = desk.fetch()
    by_agent = replace(item_of(ours), ours=True, author=Author(id="7", name="Bea"))
    for item in (item_of(ours), by_agent):
        sent = desk.channel.reply(replace(answer(item, "One more thing"), key=item.author.id))
        assert desk.net.statuses[sent.id].text == f"@{JANE} One more thing"


def test_a_private_answer_to_nobody_is_not_sent(desk: Desk) -> None:
    _, item = desk.hear("hello", visibility="direct")
    with pytest.raises(Refused, match="Nobody"):
        desk.channel.reply(answer(replace(item, ours=True, raw={}), "One more thing"))
    assert desk.net.of_brand() == []


def test_an_answer_under_a_warning_keeps_it(desk: Desk) -> None:
    _, item = desk.hear("look", spoiler="broken boots")
    sent = desk.channel.reply(answer(item))
    assert desk.net.statuses[sent.id].spoiler == "broken boots"


def test_the_networks_own_words_are_shown(desk: Desk) -> None:
    written, item = desk.hear("hello")
    with pytest.raises(Refused, match="länger als 500 Zeichen"):
        desk.channel.reply(answer(item, "a" * 501))
    desk.net.delete(written.id)
    with pytest.raises(Refused, match="scheint nicht zu existieren"):
        desk.channel.reply(answer(item))


def test_the_key_makes_one_answer_of_two_attempts(desk: Desk) -> None:
    _, item = desk.hear("hello")
    assert desk.channel.reply(answer(item)).id == desk.channel.reply(answer(item)).id
    assert len(desk.net.of_brand()) == 1


@pytest.mark.parametrize("hours", [0.1, 5])
def test_a_later_attempt_looks_first(hours: float) -> None:
    """After the hour of the key, and on servers that know no keys."""
    desk = Desk(Double(honours_keys=False))
    _, item = desk.hear("hello")
    tried = desk.net.now
    desk.loopback.fail_next("lost")
    with pytest.raises(TryLater):
        desk.channel.reply(answer(item))
    for n in range(60):
        desk.net.write("brand", f"other post {n}")
    desk.net.pass_time(hours * 3600)
    desk.channel.reply(answer(item, first_tried_at=tried))
    assert sum("two days" in status.text for status in desk.net.of_brand()) == 1
    desk.close()


def test_looking_back_is_not_fooled_by_an_older_same_answer(desk: Desk) -> None:
    _, item = desk.hear("hello")
    desk.channel.reply(answer(item))
    desk.net.pass_time(3600)
    assert desk.channel.find_reply(answer(item, first_tried_at=desk.net.now)) is None
    other = desk.hear("and me?")[1]
    assert desk.channel.find_reply(answer(other)) is None


def test_looking_back_finds_the_answer_to_what_was_deleted_since(desk: Desk) -> None:
    written, item = desk.hear("hello")
    sent = desk.channel.reply(answer(item, "See https://brand.example/delivery/a/very/long/way?x=1&y=2 #boots"))
    desk.net.delete(written.id)
    found = desk.channel.find_reply(replace(answer(item), text=(
        "See https://brand.example/delivery/a/very/long/way?x=1&y=2 #boots")))  # fmt: skip
    assert found is not None
    assert found.id == sent.id


def test_a_server_that_only_says_done_already_is_looked_at(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    _, item = desk.hear("hello")
    sent = desk.channel.reply(answer(item))
    monkeypatch.setattr(desk.channel.client, "write", lambda status, key: {"status": "done already"})
    assert desk.channel.reply(answer(item)).id == sent.id
    with pytest.raises(Unsure):
        desk.channel.reply(answer(item, "Something that never arrived"))


def test_a_post_is_public_and_comes_once(desk: Desk) -> None:
    post = OutgoingPost(key="k", title="Boots", text="New ones!", link="https://brand.example/boots")
    sent = desk.channel.publish(post)
    assert desk.channel.publish(post).id == sent.id
    (ours,) = desk.net.of_brand()
    assert ours.text == "Boots\n\nNew ones!\n\nhttps://brand.example/boots"
    assert (ours.visibility, ours.parent) == ("public", None)


# -- what may be done, and how long it may be ----------------------------------------------------------


def test_what_may_be_done(desk: Desk) -> None:
    _, public = desk.hear("hello")
    _, private = desk.hear("psst", visibility="direct")
    may = desk.channel.may
    assert may(Act.REPLY, public) == Allowed()
    assert isinstance(may(Act.REPLY, private), Allowed)
    assert isinstance(may(Act.REPLY_PRIVATELY, public), Allowed)
    assert isinstance(may(Act.REPLY_PRIVATELY, private), NotAllowed)
    for act in (Act.APPROVE, Act.HOLD, Act.SPAM, Act.DELETE):
        answered = may(act, public)
        assert isinstance(answered, NotAllowed)
        assert "nobody can hide" in answered.why


def test_the_counter_asks_the_server_once(desk: Desk) -> None:
    _, item = desk.hear("hello", spoiler="boots")
    desk.double.max_characters = 700
    desk.double.calls.clear()
    counter = desk.channel.counter(item)
    assert desk.channel.counter(item).limit == counter.limit == 700
    assert desk.double.calls == ["GET /api/v2/instance"]
    assert counter.count("") == len("boots" + "@jane ")
    assert counter.count("👩🏽‍🚒 https://brand.example/a/very/long/way/to/it") == len("boots@jane ") + 2 + 23


def test_the_counter_has_a_default_when_the_server_cannot_be_asked(desk: Desk) -> None:
    _, item = desk.hear("hello")
    desk.loopback.fail_next(503, "garbage")
    assert desk.channel.counter(item).limit == 500
    assert desk.channel.counter(item).limit == 500


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    words=st.lists(
        st.sampled_from(
            ["boots", "@carl@far.example", "@carl", "https://brand.example/x?y=1", "(https://a.example)", "ä"]
        ),
        max_size=60,
    )
)
def test_what_the_counter_allows_the_server_takes(desk: Desk, words: list[str]) -> None:
    if not desk.net.told:
        desk.net.write(JANE, "@brand hello")
    item = item_of(messages(drain(desk.channel, "")[0])[0])
    text = " ".join(["Hello", *words])
    counter = desk.channel.counter(item)
    desk.double.keys.clear()
    desk.double.remaining = 300
    if counter.count(text) <= counter.limit:
        assert desk.channel.reply(answer(item, text)).id
    else:
        with pytest.raises(Refused):
            desk.channel.reply(answer(item, text))


def test_the_look_back_reaches_as_far_as_the_first_attempt(desk: Desk) -> None:
    _, item = desk.hear("hello")
    tried = desk.net.now
    for n in range(450):
        desk.net.write("brand", f"other post {n}")
    with pytest.raises(Unsure):
        desk.channel.find_reply(answer(item, first_tried_at=tried))
    assert desk.channel.find_reply(answer(item, first_tried_at=tried + timedelta(days=1))) is None
