"""What may be done with an item, before anyone types: why not, at what price, and how by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from draht.channels.x import rules
from draht.channels.x.channel import X
from draht.channels.x.rules import Summons
from draht.channels.x.tests import spec
from draht.channels.x.tests.desk import Desk
from draht.contract.channel import Act
from draht.contract.http import Http
from draht.contract.messages import Account, Allowed, Author, Item, NotAllowed, OutgoingPost

US = Account("1111111111111111111", "Example User", "ExampleUser")
ADA = Author("2222222222222222222", "Ada", "ada", "https://x.com/ada")
AT = datetime(2026, 11, 20, 10, tzinfo=UTC)


def item(told: Any = None, **changes: Any) -> Item:
    values: dict[str, Any] = {"id": "9", "thread": "9", "author": ADA, "at": AT, "raw": told or {}}
    return Item(**(values | changes))


def post(**payload: Any) -> dict[str, Any]:
    return {"event_type": "post.mention.create", "payload": {"id": "9", "text": "Hello", **payload}}


def named(start: int, **more: Any) -> dict[str, Any]:
    return {"entities": {"mentions": [{"start": start, "end": start + 12, "username": "ExampleUser", **more}]}}


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("post_mention_create", Summons.NAMED),
        ("post_quote_create", Summons.NAMED),
        ("post_reply_create", Summons.ADDRESSED),
        ("post_create", Summons.NONE),
    ],
)
def test_recorded_posts_say_whether_they_summon_us(name: str, called: Summons) -> None:
    assert rules.summons(item(spec.payload(f"xaa_{name}")["data"]), US) is called


def test_a_mention_of_the_authors_own_is_a_summons_wherever_it_stands() -> None:
    answer = {"referenced_tweets": [{"type": "replied_to", "id": "8"}], "display_text_range": [13, 40]}
    assert rules.summons(item(post(**named(0, id=US.id), **answer)), US) is Summons.ADDRESSED
    assert rules.summons(item(post(**named(20, id=US.id), **answer)), US) is Summons.NAMED
    assert rules.summons(item(post(**named(0))), US) is Summons.NAMED
    assert rules.summons(item(post(**named(0, id="5"))), US) is Summons.NONE
    assert rules.summons(item(post(note_tweet=named(300, id=US.id))), US) is Summons.NAMED


def test_without_the_payload_the_text_tells() -> None:
    assert rules.summons(item(text="Dear @exampleuser, help"), US) is Summons.NAMED
    assert rules.summons(item(text="Dear somebody"), US) is Summons.NONE


def test_whoever_has_not_called_us_is_answered_by_hand() -> None:
    answer = rules.may(Act.REPLY, item(post()), US, False)
    assert isinstance(answer, NotAllowed)
    assert "mentioned or quoted" in answer.why
    assert answer.by_hand == "https://x.com/intent/post?in_reply_to=9&text={text}"


def test_a_summoned_answer_costs_a_cent_and_says_what_a_link_costs() -> None:
    answer = rules.may(Act.REPLY, item(post(**named(0))), US, False)
    assert answer == Allowed(cost_cents=1.0, note="With a link it costs 20 cents.")


def test_an_enterprise_contract_lifts_the_rule_and_the_prices() -> None:
    assert rules.may(Act.REPLY, item(post()), US, True) == Allowed()
    assert rules.may(Act.REPLY, item(private=True), US, True) == Allowed()


def test_a_direct_message_is_answered_as_one() -> None:
    assert rules.may(Act.REPLY, item(private=True), US, False) == Allowed(cost_cents=1.5)
    assert isinstance(rules.may(Act.REPLY_PRIVATELY, item(private=True), US, False), NotAllowed)
    private = rules.may(Act.REPLY_PRIVATELY, item(post()), US, False)
    assert isinstance(private, Allowed)
    assert private.cost_cents == 1.5
    assert private.note


def test_by_hand_means_the_newest_version() -> None:
    answer = rules.may(Act.REPLY, item({"event_type": "asked.post", "payload": {"id": "12"}}), US, False)
    assert isinstance(answer, NotAllowed)
    assert "in_reply_to=12&" in answer.by_hand


def test_only_answers_to_us_can_be_hidden() -> None:
    to_us = item(post(in_reply_to_user_id=US.id), parent="9")
    assert rules.may(Act.HIDE, to_us, US, False) == Allowed(cost_cents=0.5)
    below = rules.may(Act.HIDE, item(post(in_reply_to_user_id=US.id), parent="10"), US, False)
    assert isinstance(below, Allowed)
    assert "begun by your account" in below.note
    for other in (
        item(post(in_reply_to_user_id="5"), parent="9"),
        item(post(), parent="9"),
        item(post(in_reply_to_user_id=US.id)),
    ):
        assert isinstance(rules.may(Act.HIDE, other, US, False), NotAllowed)
    erased = rules.may(Act.HIDE, item(parent="9"), US, False)
    assert isinstance(erased, Allowed)
    assert erased.note


def test_what_is_hidden_can_be_shown_again_and_nothing_else() -> None:
    shown = item(post(in_reply_to_user_id=US.id), parent="9")
    hidden = item(post(in_reply_to_user_id=US.id), parent="9", held=True)
    assert isinstance(rules.may(Act.UNHIDE, shown, US, False), NotAllowed)
    assert isinstance(rules.may(Act.UNHIDE, hidden, US, False), Allowed)
    assert isinstance(rules.may(Act.HIDE, hidden, US, False), NotAllowed)


def test_only_our_own_words_can_be_deleted() -> None:
    ours = item(post(), author=Author(US.id), ours=True)
    assert rules.may(Act.DELETE, ours, US, False) == Allowed(cost_cents=1.0)
    assert isinstance(rules.may(Act.DELETE, item(post()), US, False), NotAllowed)
    assert isinstance(rules.may(Act.DELETE, item(author=Author(US.id), private=True), US, False), NotAllowed)


def test_what_only_x_itself_can_do_has_its_page() -> None:
    pages = {act: rules.may(act, item(post()), US, False) for act in (Act.LIKE, Act.BAN, Act.SPAM)}
    assert [isinstance(answer, NotAllowed) and answer.by_hand for answer in pages.values()] == [
        "https://x.com/intent/like?tweet_id=9",
        "https://x.com/ada",
        "https://x.com/ada",
    ]


def test_names_that_x_puts_before_an_answer_count_nothing(desk: Desk) -> None:
    _, heard = desk.hear("@brand and @bob, help!")
    counter = desk.channel.counter(heard)
    assert counter.limit == 280
    assert counter.count("@ada @bob Yes") == 3
    assert counter.count("@cleo Yes") == 9
    assert counter.count("Yes https://example.org/a/long/way 🎉") == 4 + 23 + 3


def test_a_direct_message_is_counted_in_characters(desk: Desk) -> None:
    counter = desk.channel.counter(item(private=True))
    assert (counter.limit, counter.count("日本")) == (10_000, 2)


@pytest.mark.parametrize(
    ("text", "link", "cents"),
    [
        ("We are open.", "", 1.5),
        ("We are open: brand.example.com", "", 20.0),
        ("We are open.", "https://brand.example.org", 20.0),
    ],
)
def test_a_post_says_its_price(desk: Desk, text: str, link: str, cents: float) -> None:
    answer = desk.channel.may_publish(OutgoingPost(key="1", text=text, link=link))
    assert isinstance(answer, Allowed)
    assert answer.cost_cents == cents
    assert bool(answer.note) == (cents > 2)


def test_a_post_that_x_refuses_is_refused_before(desk: Desk, enterprise: Desk) -> None:
    too_long = OutgoingPost(key="1", text="a" * 200, title="b" * 79)
    assert isinstance(desk.channel.may_publish(too_long), NotAllowed)
    two = OutgoingPost(key="1", text="$ABC or $DEF")
    assert isinstance(desk.channel.may_publish(two), NotAllowed)
    assert enterprise.channel.may_publish(two) == Allowed()


def test_nobody_is_asked_what_is_allowed() -> None:
    x = X({}, Http())
    assert all(x.may(act, item(post(**named(0)))) for act in Act)
    assert x.counter(item()).limit == 280
    assert x.takes(item()).count == 4
