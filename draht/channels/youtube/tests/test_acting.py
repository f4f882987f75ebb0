"""What we do there: answer, look back, edit, delete, moderate; and what is said before anybody tries."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from draht.channels.youtube.tests.desk import Desk, answer, texts
from draht.channels.youtube.tests.double import US, VIDEO
from draht.contract.channel import Act
from draht.contract.errors import Refused, TryLater, Unsure
from draht.contract.messages import Allowed, Author, IncomingMessage, Item, NotAllowed
from draht.contract.testing import item_of


def ours(desk: Desk, text: str = "Yes.") -> Item:
    """An answer of ours, as the house keeps it."""
    _, item = desk.hear("Hello")
    sent = desk.channel.reply(answer(item, text))
    return Item(sent.id, item.id, Author(US, "Nordlicht"), sent.at, text, item.id, ours=True)


# -- answering ------------------------------------------------------------------------------------------------


def test_an_answer_to_an_answer_stands_below_the_first_comment(desk: Desk) -> None:
    first, _ = desk.hear("Hello")
    below, item = desk.hear("Me too", below=first.id)
    sent = desk.channel.reply(answer(item))
    assert sent.id.startswith(f"{first.id}.")
    assert desk.net.state.comments[sent.id].at == sent.at
    may = desk.channel.may(Act.REPLY, item)
    assert isinstance(may, Allowed)
    assert "first comment" in may.note
    assert below.id == item.id


def test_the_answer_comes_back_as_ours_and_once(desk: Desk) -> None:
    item = ours(desk)
    (echo,) = desk.fetch()
    assert (echo.id, echo.author.id, echo.text) == (item.id, US, "Yes.")
    assert desk.fetch() == []


def test_looking_back_is_not_fooled(desk: Desk) -> None:
    _, item = desk.hear("Hello")
    text = "Yes, within two days."
    desk.net.write(text, below=item.id)  # somebody else says the same
    assert desk.channel.find_reply(answer(item)) is None
    desk.net.write(text, author=US, below=item.id)
    desk.net.pass_time(minutes=30)
    tried = desk.net.now
    assert desk.channel.find_reply(answer(item, first_tried_at=tried)) is None, "that was half an hour ago"
    assert desk.channel.find_reply(answer(item, first_tried_at=tried - timedelta(hours=1))) is not None
    _, other = desk.hear("And me?")
    assert desk.channel.find_reply(answer(other)) is None


def test_looking_back_reads_all_pages_or_says_that_it_is_not_sure(desk: Desk) -> None:
    _, item = desk.hear("Hello")
    sent = desk.channel.reply(answer(item))
    for n in range(250):
        desk.net.write(f"answer {n}", below=item.id)
    found = desk.channel.find_reply(answer(item))
    assert found is not None
    assert found.id == sent.id
    for n in range(800):
        desk.net.write(f"more {n}", below=item.id)
    with pytest.raises(Unsure):
        desk.channel.find_reply(answer(item))


@pytest.mark.parametrize(
    ("text", "words"), [(" ", "textOriginal"), ("a" * 10_001, "too long"), ("processingFailure", "process")]
)
def test_youtubes_own_words_are_shown(desk: Desk, text: str, words: str) -> None:
    _, item = desk.hear("Hello")
    with pytest.raises(Refused, match=words):
        desk.channel.reply(answer(item, text, first_tried_at=desk.net.now))


def test_a_failure_that_may_pass_is_tried_once_more(desk: Desk) -> None:
    _, item = desk.hear("Hello")
    with pytest.raises(TryLater):
        desk.channel.reply(answer(item, "processingFailure"))


def test_the_counter_counts_as_the_double_does(desk: Desk) -> None:
    _, item = desk.hear("Hello")
    counter = desk.channel.counter(item)
    assert counter.count("a" * 10_000) == counter.limit
    desk.channel.reply(answer(item, "a" * 10_000))


def test_an_answer_to_what_is_gone_or_closed_is_refused(desk: Desk) -> None:
    gone, item = desk.hear("Hello")
    desk.net.remove(gone.id)
    with pytest.raises(Refused, match="could not be found"):
        desk.channel.reply(answer(item))
    _, closed = desk.hear("Hello again")
    desk.net.videos[VIDEO].answers = False
    with pytest.raises(Refused, match="disabled comments"):
        desk.channel.reply(answer(closed))


# -- moderating -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("act", "before", "after"),
    [
        (Act.APPROVE, "heldForReview", "published"),
        (Act.APPROVE, "likelySpam", "published"),
        (Act.HOLD, "published", "heldForReview"),
        (Act.DELETE, "published", "rejected"),
        (Act.DELETE, "heldForReview", "rejected"),
        (Act.BAN, "published", "rejected"),
    ],
)
def test_moderating(desk: Desk, act: Act, before: str, after: str) -> None:
    comment, item = desk.hear("Buy watches", status=before)
    assert isinstance(desk.channel.may(act, item), Allowed)
    desk.channel.moderate(act, item)
    desk.channel.moderate(act, item)
    assert comment.status == after
    assert desk.net.state.banned == ({comment.author} if act is Act.BAN else set())


@pytest.mark.parametrize("act", [Act.APPROVE, Act.DELETE, Act.BAN])
def test_an_act_whose_answer_was_lost_is_done_again(desk: Desk, act: Act) -> None:
    comment, item = desk.hear("Buy watches", status="heldForReview")
    desk.loopback.fail_next("lost")
    with pytest.raises(TryLater):
        desk.channel.moderate(act, item)
    desk.channel.moderate(act, item)
    assert comment.status != "heldForReview"


def test_what_we_do_with_our_own_words_may_be_lost_and_done_again(desk: Desk) -> None:
    mine = ours(desk)
    desk.loopback.fail_next("lost")
    with pytest.raises(TryLater):
        desk.channel.edit(mine, "No.")
    desk.channel.edit(mine, "No.")
    desk.loopback.fail_next("lost")
    with pytest.raises(TryLater):
        desk.channel.moderate(Act.DELETE, mine)
    desk.channel.moderate(Act.DELETE, mine)
    assert mine.id not in desk.net.state.comments


def test_who_is_banned_is_heard_no_more(desk: Desk) -> None:
    _, item = desk.hear("Buy watches")
    desk.channel.moderate(Act.BAN, item)
    desk.net.write("Buy more watches")
    assert texts(desk.fetch()) == []


def test_deleting_our_own_is_for_good_and_others_are_rejected(desk: Desk) -> None:
    mine = ours(desk)
    _, theirs = desk.hear("You are thieves!")
    notes = [desk.channel.may(Act.DELETE, item) for item in (mine, theirs)]
    assert [isinstance(each, Allowed) and each.note.partition(":")[0] for each in notes] == [
        "It is deleted for good.",
        "YouTube rejects it",
    ]
    desk.channel.moderate(Act.DELETE, mine)
    desk.channel.moderate(Act.DELETE, mine)
    desk.channel.moderate(Act.DELETE, theirs)
    assert mine.id not in desk.net.state.comments
    assert desk.net.state.comments[theirs.id].status == "rejected"


def test_what_is_gone_can_only_be_deleted(desk: Desk) -> None:
    comment, item = desk.hear("Hello")
    desk.net.remove(comment.id)
    desk.channel.moderate(Act.DELETE, item)
    for act in (Act.HOLD, Act.APPROVE, Act.BAN):
        with pytest.raises(Refused, match="gone"):
            desk.channel.moderate(act, item)


def test_others_words_cannot_be_edited(desk: Desk) -> None:
    _, item = desk.hear("Hello")
    with pytest.raises(Refused, match="somebody else"):
        desk.channel.edit(item, "Goodbye")
    mine = ours(desk)
    desk.channel.edit(mine, "No.")
    assert desk.net.state.comments[mine.id].text == "No."


def test_what_may_be_done(desk: Desk) -> None:
    _, public = desk.hear("Hello")
    _, held = desk.hear("Buy watches", status="heldForReview")
    allowed = {
        "public": {Act.REPLY, Act.HOLD, Act.DELETE, Act.BAN},
        "held": {Act.APPROVE, Act.DELETE, Act.BAN},
        "ours": {Act.REPLY, Act.DELETE, Act.EDIT},
        "gone": set(),
    }
    items = {"public": public, "held": held, "ours": ours(desk), "gone": replace(public, deleted=True)}
    for name, item in items.items():
        assert {act for act in Act if isinstance(desk.channel.may(act, item), Allowed)} == allowed[name], name


def test_a_like_is_left_to_a_person(desk: Desk) -> None:
    _, item = desk.hear("Hello")
    may = desk.channel.may(Act.LIKE, item)
    assert isinstance(may, NotAllowed)
    assert may.by_hand.endswith(f"&lc={item.id}")
    bare = desk.channel.may(Act.LIKE, replace(item, raw={}))
    assert isinstance(bare, NotAllowed)
    assert bare.by_hand == ""


def test_what_is_held_says_so_before_anybody_types(desk: Desk) -> None:
    _, held = desk.hear("Buy watches", status="heldForReview")
    may = desk.channel.may(Act.REPLY, held)
    assert isinstance(may, NotAllowed)
    assert "Approve it first" in may.why
    assert isinstance(desk.channel.may(Act.REPLY, item_of(_approved(desk, held))), Allowed)


def _approved(desk: Desk, held: Item) -> IncomingMessage:
    desk.channel.moderate(Act.APPROVE, held)
    (public,) = desk.fetch()
    assert isinstance(public, IncomingMessage)
    return public
