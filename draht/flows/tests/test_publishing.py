"""The road of a post: whatever the networks do, it stands there once, or somebody is told why it does not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from draht.connections.models import Connection
from draht.contract.testing.publishing import PNG
from draht.core.clock import DAY, HOUR, MINUTE, SECOND, now, to_datetime
from draht.core.files.actions import path_of
from draht.core.files.models import File
from draht.core.journal.facts import Fact
from draht.core.people.access import Viewer
from draht.core.people.models import Department
from draht.core.sql import execute, select
from draht.core.worker.claim import LONGEST_PAUSE
from draht.features.publishing import actions as publishing
from draht.features.publishing import queries
from draht.features.publishing.actions import Draft, NotPossible, Upload
from draht.flows.publish_posts import publish_due
from draht.flows.tests.answering import facts
from draht.flows.tests.networks import Diary, Pictured
from draht.flows.tests.town import Town, time_passes

WORDS = "We are open again."


@pytest.fixture(autouse=True)
def no_undo(settings: Any) -> None:
    settings.UNDO_SECONDS = 0


def wish(viewer: Viewer, town: Town, text: str = WORDS, **more: Any) -> int:
    """A post that was let go."""
    post = publishing.write(viewer, Draft(text, to={town.connection.pk: ""}, **more))
    publishing.publish(viewer, post.pk)
    return post.pk


def row(viewer: Viewer, post: int) -> queries.PublicationShown:
    [publication] = queries.post(viewer, post).publications
    return publication


def state(viewer: Viewer, post: int) -> str:
    return row(viewer, post).state


# -- when all goes well -----------------------------------------------------------------------------------------------


def test_a_post_appears_once_and_says_where(town: Town, as_bea: Viewer) -> None:
    post = wish(as_bea, town)
    assert publish_due()
    assert not publish_due()
    assert town.texts_of_ours() == [WORDS]
    sent = row(as_bea, post)
    assert sent.state == "sent"
    assert sent.url.startswith(town.line.url)
    assert facts()[-3:] == [Fact.POST_WRITTEN, Fact.POST_QUEUED, Fact.POST_PUBLISHED]


def test_its_echo_joins_the_inbox_by_the_road_in(town: Town, as_bea: Viewer) -> None:
    wish(as_bea, town)
    publish_due()
    town.fetch()
    assert select("SELECT text, ours FROM inbox_message") in ([(WORDS, 1)], [(WORDS, True)])


def test_own_words_for_one_account(town: Town, as_bea: Viewer) -> None:
    post = publishing.write(as_bea, Draft(WORDS, to={town.connection.pk: "Moin. We are open again."}))
    publishing.publish(as_bea, post.pk)
    publish_due()
    assert town.texts_of_ours() == ["Moin. We are open again."]


def test_undo_within_ten_seconds(town: Town, as_bea: Viewer, settings: Any) -> None:
    settings.UNDO_SECONDS = 10
    post = wish(as_bea, town)
    assert not publish_due()
    publishing.take_back(as_bea, post)
    time_passes(MINUTE)
    assert not publish_due()
    assert state(as_bea, post) == "draft"
    assert town.texts_of_ours() == []


def test_undo_while_a_worker_has_it_in_its_hand(town: Town, as_bea: Viewer) -> None:
    post = wish(as_bea, town)
    [claimed] = publishing.claim_due_publications()
    publishing.take_back(as_bea, post)
    assert not publishing.start_attempt(claimed)
    publishing.publication_failed(claimed, "too late")
    assert state(as_bea, post) == "draft"


def test_nothing_that_is_leaving_can_be_taken_back(town: Town, as_bea: Viewer) -> None:
    post = wish(as_bea, town)
    [claimed] = publishing.claim_due_publications()
    assert publishing.start_attempt(claimed)
    with pytest.raises(NotPossible):
        publishing.take_back(as_bea, post)


# -- planned ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ahead", [HOUR, LONGEST_PAUSE + HOUR, 90 * DAY])
def test_a_planned_post_leaves_at_its_time_and_not_before(town: Town, as_bea: Viewer, ahead: int) -> None:
    post = wish(as_bea, town, at=now() + ahead)
    assert state(as_bea, post) == "scheduled"
    assert not publish_due()
    time_passes(ahead - MINUTE)
    assert not publish_due()
    time_passes(2 * MINUTE)
    assert publish_due()
    assert town.texts_of_ours() == [WORDS]


def test_the_house_keeps_the_time_unless_the_network_is_asked_to(
    open_town: Town, service: Department, as_bea: Viewer
) -> None:
    town = open_town
    town.connect(service.pk, "diary")
    Diary.asked.clear()
    at = (now() + DAY) // 1000 * 1000
    wish(as_bea, town, at=at)
    assert not publish_due()
    post = wish(as_bea, town, "Kept there.", at=at, by_network=True)
    assert publish_due()
    assert Diary.asked == [to_datetime(at)]
    assert row(as_bea, post).sent_at == at
    time_passes(DAY)
    publish_due()
    assert Diary.asked == [to_datetime(at), None]


def test_too_late_for_the_network_to_keep_the_time(open_town: Town, service: Department, as_bea: Viewer) -> None:
    town = open_town
    town.connect(service.pk, "diary")
    Diary.asked.clear()
    post = wish(as_bea, town, at=now() + 20 * MINUTE, by_network=True)
    town.line.fail_next(503)
    publish_due()
    assert state(as_bea, post) == "postponed"
    time_passes(15 * MINUTE)
    publish_due()
    assert state(as_bea, post) == "postponed"
    assert 4 * MINUTE < row(as_bea, post).due_at - now() <= 5 * MINUTE
    time_passes(6 * MINUTE)
    publish_due()
    assert Diary.asked == [None]


@pytest.mark.parametrize("paused", [False, True])
def test_what_missed_its_time_by_hours_waits_for_a_person(town: Town, as_bea: Viewer, paused: bool) -> None:
    post = wish(as_bea, town, at=now() + HOUR)
    if paused:
        Connection.objects.update(paused=True)
        time_passes(2 * HOUR)
        publish_due()
        assert state(as_bea, post) == "postponed"
        Connection.objects.update(paused=False)
    time_passes(8 * HOUR)
    publish_due()
    assert town.texts_of_ours() == []
    assert "could not leave at its time" in row(as_bea, post).reason
    publishing.retry(as_bea, row(as_bea, post).id)
    town.line.fail_next(503)
    publish_due()
    time_passes(HOUR)
    publish_due()
    assert town.texts_of_ours() == [WORDS]


def test_a_time_that_is_over_is_told(town: Town, as_bea: Viewer) -> None:
    with pytest.raises(NotPossible, match="is over"):
        wish(as_bea, town, at=now() - HOUR)


# -- when the network says something else -----------------------------------------------------------------------------


def test_refused_is_failed_with_the_networks_words(town: Town, as_bea: Viewer) -> None:
    post = wish(as_bea, town)
    town.network.members.set_weather(town.company, "refuse")
    publish_due()
    assert state(as_bea, post) == "failed"
    assert "The network refuses this message" in row(as_bea, post).reason
    assert queries.troubled(as_bea) == 1
    time_passes(DAY)
    assert not publish_due()
    publishing.retry(as_bea, row(as_bea, post).id)
    assert publish_due()
    assert town.texts_of_ours() == [WORDS]


def test_try_later_is_postponed_with_a_growing_pause(town: Town, as_bea: Viewer) -> None:
    post = wish(as_bea, town)
    pauses = []
    for _ in range(4):
        town.line.fail_next(503)
        at = now()
        assert publish_due()
        assert state(as_bea, post) == "postponed"
        pauses.append(round((row(as_bea, post).due_at - at) / SECOND))
        time_passes(2 * HOUR)
    assert pauses == pytest.approx([15, 30, 60, 120], abs=5)
    assert publish_due()
    assert town.texts_of_ours() == [WORDS]


def test_a_lost_login_is_trouble_and_the_post_waits(town: Town, as_bea: Viewer) -> None:
    post = wish(as_bea, town)
    town.network.members.revoke_tokens(town.company)
    publish_due()
    assert state(as_bea, post) == "postponed"
    town.connection.refresh_from_db()
    assert town.connection.trouble_kind == "login"


def test_a_paused_account_publishes_nothing(town: Town, as_bea: Viewer) -> None:
    post = wish(as_bea, town)
    Connection.objects.update(paused=True)
    publish_due()
    assert state(as_bea, post) == "postponed"
    assert town.texts_of_ours() == []


def test_a_removed_account_publishes_nothing(town: Town, as_bea: Viewer) -> None:
    post = wish(as_bea, town)
    Connection.objects.update(removed_at=now())
    publish_due()
    assert (state(as_bea, post), row(as_bea, post).reason) == ("failed", "This account is no longer connected.")


def test_words_that_became_too_long_for_the_network_do_not_leave(town: Town, as_bea: Viewer) -> None:
    post = wish(as_bea, town)
    execute("UPDATE publishing_post SET text = %s", ["x" * 501])
    publish_due()
    assert state(as_bea, post) == "failed"
    assert "500 characters" in row(as_bea, post).reason


# -- when the answer of the network is lost ---------------------------------------------------------------------------


def test_a_lost_answer_is_repeated_with_the_key(town: Town, as_bea: Viewer) -> None:
    post = wish(as_bea, town)
    town.network.members.set_weather(town.company, "lost")
    publish_due()
    assert state(as_bea, post) == "postponed"
    time_passes(MINUTE)
    publish_due()
    assert town.texts_of_ours() == [WORDS]


@pytest.mark.parametrize("fault", ["lost", "garbage", 500, 502, 504])
def test_a_lost_answer_without_a_key_is_looked_for(
    open_town: Town, service: Department, as_bea: Viewer, fault: Any
) -> None:
    town = open_town
    town.connect(service.pk, "keyless")
    post = wish(as_bea, town)
    town.line.fail_next(fault)
    publish_due()
    assert state(as_bea, post) == "unsure"
    assert not publish_due()
    time_passes(MINUTE)
    while publish_due():
        pass
    assert state(as_bea, post) == "sent"
    assert town.texts_of_ours() == [WORDS]


def test_a_worker_that_dies_in_the_middle_loses_its_lease_only(town: Town, as_bea: Viewer) -> None:
    post = wish(as_bea, town)
    [claimed] = publishing.claim_due_publications()
    publishing.start_attempt(claimed)  # and the worker dies, after the network took it
    town.network.messages.write(town.company, town.company, WORDS, client_key=str(claimed.key), once=True)
    assert not publish_due()
    time_passes(5 * MINUTE)
    assert publish_due()
    assert state(as_bea, post) == "sent"
    assert town.texts_of_ours() == [WORDS]


@pytest.mark.parametrize("arrived", [True, False])
def test_where_nobody_can_look_a_person_decides(
    open_town: Town, service: Department, as_bea: Viewer, arrived: bool
) -> None:
    town = open_town
    town.connect(service.pk, "blind")
    post = wish(as_bea, town)
    town.line.fail_next("lost" if arrived else "hang up")
    publish_due()
    time_passes(MINUTE)
    publish_due()
    time_passes(DAY)
    assert not publish_due()
    assert state(as_bea, post) == "unsure"
    with pytest.raises(NotPossible):
        publishing.take_back(as_bea, post)
    publishing.settle(as_bea, row(as_bea, post).id, arrived=arrived)
    publish_due()
    assert state(as_bea, post) == "sent"
    assert town.texts_of_ours() == [WORDS]


# -- files ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def pictured(open_town: Town, service: Department, tmp_path: Path, settings: Any) -> Town:
    settings.DATA_DIR = tmp_path
    Pictured.came.clear()
    open_town.connect(service.pk, "pictured")
    return open_town


def test_a_picture_goes_out_with_what_it_shows(pictured: Town, as_bea: Viewer) -> None:
    wish(as_bea, pictured, title="Open", uploads=[Upload("dot.png", PNG, "A grey dot")])
    publish_due()
    [media] = Pictured.came
    assert (media.content, media.content_type, media.alt) == (PNG, "image/png", "A grey dot")


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"uploads": [Upload("a.png", PNG)] * 3}, "takes 2 files"),
        ({"uploads": [Upload("a.svg", b"<svg/>")]}, "does not take a.svg"),
        ({"title": ""}, "A picture needs a title."),
    ],
)
def test_what_the_network_would_refuse_is_told_before_anything_leaves(
    pictured: Town, as_bea: Viewer, more: dict[str, Any], says: str
) -> None:
    post = publishing.write(as_bea, Draft(WORDS, **{"title": "Open", "to": {pictured.connection.pk: ""}} | more))
    with pytest.raises(NotPossible, match=says):
        publishing.publish(as_bea, post.pk)
    assert state(as_bea, post.pk) == "draft"


def test_a_file_that_went_missing_stops_the_post(pictured: Town, as_bea: Viewer) -> None:
    post = wish(as_bea, pictured, title="Open", uploads=[Upload("dot.png", PNG)])
    path_of(File.objects.get().sha256).unlink()
    publish_due()
    assert row(as_bea, post).reason == "A file of this post is gone from our disk. Attach it again."


# -- several accounts -------------------------------------------------------------------------------------------------


def test_one_that_failed_is_changed_without_the_one_that_stands_there(
    open_town: Town, service: Department, as_bea: Viewer
) -> None:
    first = open_town.connect(service.pk)
    second = open_town.connect(service.pk, "keyless")
    post = publishing.write(as_bea, Draft(WORDS, to={first.pk: "", second.pk: ""})).pk
    publishing.publish(as_bea, post)
    publish_due()
    open_town.line.fail_next(403)
    publish_due()
    states = {one.connection_id: one.state for one in queries.post(as_bea, post).publications}
    assert sorted(states.values()) == ["failed", "sent"]
    draft = publishing.take_back(as_bea, post)
    assert draft.pk != post
    [failed] = [id for id, said in states.items() if said == "failed"]
    assert row(as_bea, draft.pk).connection_id == failed
    assert state(as_bea, post) == "sent"
    publishing.publish(as_bea, draft.pk)
    publish_due()
    assert open_town.texts_of_ours() == [WORDS] * 2


def test_one_account_is_left_out(open_town: Town, service: Department, as_bea: Viewer, settings: Any) -> None:
    settings.UNDO_SECONDS = 10
    first = open_town.connect(service.pk)
    second = open_town.connect(service.pk, "keyless")
    post = publishing.write(as_bea, Draft(WORDS, to={first.pk: "", second.pk: ""})).pk
    one, _other = publishing.publish(as_bea, post)
    publishing.withdraw(as_bea, one.pk)
    time_passes(MINUTE)
    while publish_due():
        pass
    assert open_town.texts_of_ours() == [WORDS]


# -- rights -----------------------------------------------------------------------------------------------------------


def test_a_trainees_post_waits_for_release(town: Town, as_bea: Viewer, as_tia: Viewer) -> None:
    post = wish(as_tia, town)
    time_passes(DAY)
    assert not publish_due()
    with pytest.raises(PermissionDenied):
        publishing.release(as_tia, post)
    publishing.release(as_bea, post)
    assert publish_due()
    assert town.texts_of_ours() == [WORDS]


def test_a_trainee_takes_back_only_what_is_theirs(town: Town, as_bea: Viewer, as_tia: Viewer, settings: Any) -> None:
    settings.UNDO_SECONDS = 10
    post = wish(as_bea, town)
    for act in (publishing.take_back, publishing.throw_away):
        with pytest.raises(PermissionDenied):
            act(as_tia, post)
    for decide in (publishing.withdraw, publishing.retry, publishing.look_again):
        with pytest.raises(PermissionDenied):
            decide(as_tia, row(as_bea, post).id)
    publishing.take_back(as_tia, wish(as_tia, town))


def test_accounts_of_other_departments_are_not_there(town: Town, as_bea: Viewer, as_cem: Viewer) -> None:
    town.connection.department = Department.objects.create(name="Press")
    town.connection.save()
    post = publishing.write(as_bea, Draft(WORDS, to={town.connection.pk: ""})).pk
    assert queries.post(as_bea, post).publications == []
    with pytest.raises(NotPossible, match="at least one account"):
        publishing.publish(as_bea, post)
    theirs = Viewer(as_cem.user_id, as_cem.name, as_cem.role, (town.connection.department_id,))
    hidden = wish(theirs, town)
    for act in (publishing.take_back, publishing.publish, publishing.throw_away):
        with pytest.raises(Http404):
            act(as_bea, hidden)
    assert queries.posts(as_bea, "planned").posts == []
