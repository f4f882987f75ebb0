"""RM-01 to RM-04, RM-08, RM-11, RM-13 and RM-15: what an episode is, and what its clocks measure."""

from __future__ import annotations

from dataclasses import replace

import pytest

from draht.core.clock import DAY, HOUR, MINUTE
from draht.features.promises.clock import Spent
from draht.features.promises.episodes import Answered, Episode, Standing
from draht.features.promises.events import By, Deed, Exclusion, Said, What
from draht.features.promises.explaining import closes_unseen
from draht.features.promises.measures import (
    customer_wait,
    first_resolution,
    first_response,
    full_resolution,
    next_responses,
)
from draht.features.promises.policies import INSTAGRAM, MESSENGER, WHATSAPP, Path, Promise
from draht.features.promises.signals import is_signal
from draht.features.promises.tests.threads import (
    ALWAYS,
    OFFICE,
    T1,
    at,
    clock_of,
    customer,
    deed,
    followed,
    human,
    resolved,
)


def minutes(spent: Spent | None) -> float | None:
    return None if spent is None else spent.calendar / 60


def only(*events: Said | Deed, **also: Promise) -> Episode:
    [episode] = followed(*events, **also)
    return episode


# -- RM-01 to RM-04 ---------------------------------------------------------------------------------------------------


def test_t1() -> None:
    episode = only(*T1)
    assert episode.reopened == 1
    assert minutes(first_response(episode, ALWAYS)) == 25
    assert [minutes(one) for one in next_responses(episode, ALWAYS)] == [25, 30]
    assert minutes(customer_wait(episode, ALWAYS, at("23:00"))) == 80
    assert minutes(first_resolution(episode, ALWAYS)) == 80
    assert minutes(full_resolution(episode, ALWAYS)) == 360
    assert episode.waiting_since is None


def test_both_clocks_are_told() -> None:
    [episode] = followed(customer("2026-11-20 16:30"), human("2026-11-23 09:20"))
    assert first_response(episode, OFFICE) == Spent(2 * 86_400 + 60_600, 50 * 60)


def test_a_failed_attempt_does_not_stop_the_clock() -> None:
    assert (
        minutes(first_response(only(customer("09:00"), human("09:20", delivered_at=None), human("09:25")), ALWAYS))
        == 25
    )


@pytest.mark.parametrize("by", [By.BOT, By.AUTO, By.NOTE, By.SIGNAL])
def test_who_does_not_answer(by: By) -> None:
    assert only(customer("09:00"), human("09:05", by=by)).first_reply_at is None


def test_a_bots_resolution_is_none_and_the_next_message_begins_another() -> None:
    """Chatwoot #12058: not 5 d 1 h 10."""
    events = (
        customer("2026-11-16 09:00"),
        resolved("2026-11-16 09:05", by=None),
        customer("2026-11-20 14:00"),
        human("2026-11-20 14:10"),
    )
    closed, asked = followed(*events)
    assert minutes(first_response(asked, ALWAYS)) == 10
    assert (closed.first_reply_at, closed.resolutions, closed.waiting_since) == (None, (), None)
    assert closed.first.standing(at("2026-11-20 14:00")) == Standing.BREACHED


def test_a_colleague_answers_what_a_bot_closed() -> None:
    assert minutes(first_response(only(customer("09:00"), resolved("09:05", by=None), human("09:10")), ALWAYS)) == 10


def test_messagebird() -> None:
    first = only(customer("09:00"), human("09:11"), resolved("09:30"))
    assert (minutes(first_response(first, ALWAYS)), minutes(full_resolution(first, ALWAYS))) == (11, 30)
    second = only(
        customer("09:00"), human("09:11"), resolved("09:30"), deed("09:45", What.REOPENED, by=1), resolved("10:15")
    )
    assert (minutes(first_resolution(second, ALWAYS)), minutes(full_resolution(second, ALWAYS))) == (30, 75)
    assert second.reopened == 1


def test_reassigning_resolves_nothing() -> None:
    events = (customer("09:00"), human("09:11"), deed("09:20", What.ASSIGNED, by=1), deed("09:30", What.ASSIGNED, by=1))
    assert (only(*events).resolutions, only(*events).assigned_at) == ((), at("09:20"))


@pytest.mark.parametrize(("later", "count"), [(72 * HOUR, 1), (72 * HOUR + 1, 2)])
def test_reopening_within_72_hours_goes_on(later: int, count: int) -> None:
    begin = (customer("09:00"), human("09:11"), resolved("09:30"))
    again = replace(customer("09:00"), id=1, received_at=at("09:30") + later, platform_at=at("09:30") + later)
    assert len(followed(*begin, again)) == count


@pytest.mark.parametrize(("later", "count"), [(DAY - 1, 1), (DAY, 2)])
def test_after_a_day_of_silence_a_message_begins_another(later: int, count: int) -> None:
    again = Said(1, By.CUSTOMER, at("09:11") + later, platform_at=at("09:11") + later)
    assert len(followed(customer("09:00"), human("09:11"), again)) == count


def test_who_still_waits_begins_no_other() -> None:
    episode = only(customer("2026-11-16 09:00"), customer("2026-11-19 09:00"), human("2026-11-19 09:10"))
    assert minutes(first_response(episode, ALWAYS)) == 3 * 1440 + 10


def test_one_answer_answers_all_and_ours_add_nothing() -> None:
    episode = only(human("08:00"), customer("09:00"), customer("09:10"), human("09:20"), human("09:30"))
    assert (episode.started_at, len(episode.turns)) == (at("09:00"), 1)


def test_an_answer_counts_only_for_what_its_author_had_before_them() -> None:
    first, second = customer("09:00"), customer("09:10")
    episode = only(first, second, human("09:20", answers_until=first.id), human("09:40"))
    assert [minutes(one) for one in next_responses(episode, ALWAYS)] == [30]
    assert minutes(customer_wait(episode, ALWAYS, at("12:00"))) == 40  # both waited from 09:10 to 09:20
    assert only(first, human("09:20", answers_until=first.id - 1)).first_reply_at is None


@pytest.mark.parametrize("platform_at", [None, at("09:30")])
def test_what_the_network_does_not_date_counts_from_when_it_came(platform_at: int | None) -> None:
    episode = only(Said(1, By.CUSTOMER, at("09:10"), platform_at=platform_at), human("09:40"))
    assert (episode.undated, minutes(first_response(episode, ALWAYS))) == (True, 30)


@pytest.mark.parametrize(
    ("text", "signal"),
    [
        ("👍", True),
        ("❤️ 🧑‍💻👨‍👩‍👧", True),
        ("🇩🇪👍🏽!", True),
        ("@anna @ben@example.social 😂", True),
        ("", True),
        ("👍 Danke", False),
        ("?", False),
        ("!!!", False),
        ("5", False),
        ("何時ですか", False),
        ("@anna, schau mal", False),
    ],
)
def test_signals_say_nothing(text: str, signal: bool) -> None:
    assert is_signal(text) is signal
    assert not is_signal(text, has_files=True)


# -- RM-08 ------------------------------------------------------------------------------------------------------------


def spam(when: str, **also: object) -> Deed:
    return deed(when, What.EXCLUDED, code=Exclusion.SPAM, **also)


def test_spam_does_not_count_and_can_be_taken_back() -> None:
    assert only(customer("09:00"), spam("09:30")).excluded == Exclusion.SPAM
    back = only(customer("09:00"), spam("09:30"), deed("09:40", What.INCLUDED, by=1))
    assert (back.excluded, back.waiting_since) == (None, at("09:00"))


def test_after_a_breach_it_takes_a_second_person() -> None:
    assert only(customer("09:00"), spam("10:00", by=1)).excluded == Exclusion.SPAM  # due just now
    assert only(customer("09:00"), spam("10:01", by=1)).excluded is None
    assert only(customer("09:00"), spam("10:01", by=1, confirmed_by=1)).excluded is None
    assert only(customer("09:00"), spam("10:01", by=1, confirmed_by=2)).excluded == Exclusion.SPAM
    assert only(customer("09:00"), human("10:30"), spam("10:31", by=1)).excluded is None


def test_deleted_by_its_author_before_it_was_due() -> None:
    gone = only(customer("09:00", deleted_at=at("10:00")))
    assert gone.excluded == Exclusion.DELETED
    assert gone.first.standing(at("12:00")) == Standing.EXCUSED


def test_deleted_after_it_was_due_it_stays_a_breach() -> None:
    gone = only(customer("09:00", deleted_at=at("10:01")))
    assert (gone.excluded, gone.waiting_since) == (None, None)
    assert gone.first.standing(at("12:00")) == Standing.BREACHED


def test_deleted_after_it_was_answered_nothing_changes() -> None:
    events = customer("09:00"), human("09:25")
    assert only(replace(events[0], deleted_at=at("09:30")), events[1]) == only(*events)


def test_of_several_messages_the_next_one_counts_when_the_first_is_taken_back() -> None:
    episode = only(customer("09:00", deleted_at=at("09:20")), customer("09:10"))
    assert (episode.excluded, episode.waiting_since, episode.due) == (None, at("09:10"), at("10:10"))
    late = only(customer("09:00", deleted_at=at("10:20")), customer("09:10"))
    assert late.due == at("10:00")


def test_who_writes_again_after_taking_it_back_begins_another() -> None:
    gone, asked = followed(customer("09:00", deleted_at=at("09:20")), customer("09:30"), human("09:40"))
    assert gone.excluded == Exclusion.DELETED
    assert minutes(first_response(asked, ALWAYS)) == 10


def test_resolved_with_a_reason() -> None:
    thanks = only(customer("09:00"), resolved("09:30", reason="only thanks"))
    assert (thanks.excluded, thanks.resolutions) == (Exclusion.NO_REPLY_NEEDED, (at("09:30"),))
    late = only(customer("09:00"), resolved("10:30", reason="only thanks"))
    assert (late.excluded, late.first.standing(at("11:00"))) == (None, Standing.BREACHED)


def test_what_does_not_count_hides_no_later_question() -> None:
    _excluded, asked = followed(customer("09:00"), spam("09:30"), customer("09:40"))
    assert asked.waiting_since == at("09:40")


def test_a_mark_may_mean_an_earlier_message() -> None:
    first = customer("2026-11-15 09:00")
    events = first, human("2026-11-15 09:10"), customer("09:00")
    earlier, going_on = followed(*events, spam("09:30", message=first.id))
    assert (earlier.excluded, going_on.excluded) == (Exclusion.SPAM, None)


# -- RM-11 ------------------------------------------------------------------------------------------------------------


def test_exactly_in_time_is_in_time_and_a_millisecond_later_is_not() -> None:
    assert only(customer("09:00"), human("10:00")).first.standing(at("12:00")) == Standing.MET
    late = replace(human("10:00"), delivered_at=at("10:00") + 1)
    assert only(customer("09:00"), late).first.standing(at("12:00")) == Standing.BREACHED
    going_on = only(customer("09:00")).first
    assert going_on.standing(at("10:00")) == Standing.PENDING
    assert going_on.standing(at("10:00") + 1) == Standing.BREACHED  # nobody did anything


def test_first_next_and_resolution_are_separate() -> None:
    promise = Promise(ALWAYS, first=600, next=3600, resolution=7200)
    episode = only(
        customer("09:00"), human("09:20"), customer("09:30"), human("10:20"), resolved("11:00"), promise=promise
    )
    assert [turn.standing(at("12:00")) for turn in episode.turns] == [Standing.BREACHED, Standing.MET]
    assert episode.resolution_standing(at("12:00")) == Standing.MET
    assert only(customer("09:00"), promise=promise).resolution_standing(at("11:01")) == Standing.BREACHED


def test_without_a_promise_nothing_is_breached() -> None:
    episode = only(customer("09:00"), promise=Promise(ALWAYS, first=None, next=None))
    assert (episode.due, episode.first.standing(at("23:00"))) == (None, Standing.UNPROMISED)


def test_a_promise_in_open_hours() -> None:
    episode = only(customer("2026-11-20 16:30"), promise=Promise(OFFICE, first=3600))
    assert episode.due == at("2026-11-23 09:30")


def test_versions_are_kept_with_the_episode() -> None:
    episode = only(customer("09:00"), promise=Promise(ALWAYS, version=7, calendar_version=3))
    assert (episode.policy_version, episode.calendar_version) == (7, 3)


# -- RM-13 ------------------------------------------------------------------------------------------------------------


def test_three_ways_to_answer_in_public() -> None:
    private, pointer = human("09:25", private=True), human("09:26", pointer=True)
    threads = [[human("09:25")], [human("09:30")], [private, pointer], [private], []]
    answered = [only(customer("09:00"), *answers).answered for answers in threads]
    assert answered == [Answered.PUBLICLY, Answered.PUBLICLY, Answered.POINTED, Answered.PRIVATELY, Answered.NOT]
    assert [only(customer("09:00"), *answers).wants_pointer for answers in threads] == [
        False,
        False,
        False,
        True,
        False,
    ]
    assert not only(customer("09:00", private=True), private).wants_pointer
    assert only(customer("09:00"), private).first_reply_at == at("09:25")  # it stops the clock


# -- RM-15 ------------------------------------------------------------------------------------------------------------


def test_the_window_closes_before_the_next_shift() -> None:
    promise = Promise(OFFICE, first=3600, window=MESSENGER)
    friday = at("2026-11-20 17:30")
    closes = promise.closes_unseen(friday)
    assert closes == at("2026-11-21 17:30")
    assert closes_unseen(OFFICE, friday, closes) == "window closes Sat 17:30 before next shift"
    assert only(customer("2026-11-20 17:30"), promise=promise).due == at("2026-11-21 17:00")
    assert promise.closes_unseen(at("2026-11-19 17:30")) is None
    assert Promise(OFFICE).closes_unseen(friday) is None
    assert Promise(clock_of(""), window=WHATSAPP).closes_unseen(friday) == at("2026-11-21 17:30")


def test_the_window_moves_on_with_the_customers_last_message_unless_it_is_too_late() -> None:
    promise = Promise(OFFICE, first=3600, window=WHATSAPP)
    assert only(customer("2026-11-20 17:30"), customer("2026-11-21 16:00"), promise=promise).due == at(
        "2026-11-22 15:30"
    )
    late = only(customer("2026-11-20 17:30"), customer("2026-11-21 17:10"), promise=promise)
    assert late.due == at("2026-11-21 17:00")
    sooner = only(customer("2026-11-17 10:00"), customer("2026-11-17 10:30"), promise=promise)
    assert sooner.due == at("2026-11-17 11:00")


def test_what_a_window_still_allows() -> None:
    last = at("2026-11-20 17:30")
    assert INSTAGRAM.path(last, last + DAY) == Path.FREE
    assert INSTAGRAM.path(last, last + DAY + 1) == Path.HUMAN_AGENT
    assert INSTAGRAM.path(last, last + 7 * DAY + 1) == Path.CLOSED
    assert WHATSAPP.path(last, last + DAY + MINUTE) == Path.CLOSED
