"""The pages of posts: written, counted, kept, let go, changed; on a network that keeps what it was told."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from draht.connections.models import Connection
from draht.contract.testing.publishing import PNG
from draht.core.clock import DAY, HOUR, now, to_ms
from draht.core.people.access import Viewer
from draht.core.people.models import Department, User
from draht.core.sql import execute, select
from draht.features.publishing import actions, queries
from draht.features.publishing.actions import Draft
from draht.features.publishing.tests.notebook import connect_notebook


@pytest.fixture
def account(service: Department, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: Any) -> Connection:
    settings.DATA_DIR = tmp_path
    return connect_notebook(monkeypatch, service.pk)


@pytest.fixture
def client(bea: User) -> Client:
    client = Client()
    client.force_login(bea)
    return client


def page(response: Any) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def only_post(viewer: Viewer, view: str = "drafts") -> queries.PostShown:
    [post] = queries.posts(viewer, view).posts
    return post


def test_only_accounts_that_take_posts_are_offered(account: Connection, client: Client, monkeypatch: Any) -> None:
    shown = page(client.get("/posts/new/"))
    assert "Our page" in shown
    assert shown.count('name="to"') == 1
    Connection.objects.update(removed_at=1)
    assert "No account takes posts yet" in page(client.get("/posts/new/"))


def test_the_network_counts_while_somebody_types(account: Connection, client: Client) -> None:
    said = client.post("/posts/check/", {"text": "é" * 10, "to": account.pk, f"text-{account.pk}": ""})
    assert "10 / 500" in page(said)
    said = client.post("/posts/check/", {"text": "x", "to": account.pk, f"text-{account.pk}": "y" * 501})
    assert "501 / 500" in page(said)
    assert "1 too many" in page(said)
    assert "Choose where it goes." in page(client.post("/posts/check/", {"text": "x"}))


def test_a_file_that_the_network_does_not_take_is_told_before_it_is_sent(account: Connection, client: Client) -> None:
    said = client.post("/posts/check/", {"text": "x", "to": account.pk, "about": "image/png;100;dot.png"})
    assert "It takes no files with a post." in page(said)


def test_a_draft_is_kept_with_everything_that_was_written(account: Connection, client: Client, as_bea: Viewer) -> None:
    files = [SimpleUploadedFile("dot.png", PNG)]
    told = {"text": " Moin.\r\n", "title": "Hello", "link": "nordlicht.example", "to": account.pk,
            f"text-{account.pk}": "Moin moin.", "uploaded": files, "alt": ["A grey dot"], "keep": "yes"}  # fmt: skip
    response = client.post("/posts/new/", told)
    post = only_post(as_bea)
    assert response.headers["Location"] == f"/posts/{post.id}/"
    assert (post.text, post.title, post.link) == ("Moin.", "Hello", "https://nordlicht.example")
    assert [one.text for one in post.publications] == ["Moin moin."]
    [file] = post.files
    assert (file.name, file.alt, file.content_type) == ("dot.png", "A grey dot", "image/png")
    again = {"text": "Moin.", "to": account.pk, "file": file.id, f"alt-{file.id}": "A dot"}
    client.post(f"/posts/{post.id}/", again)
    assert [one.alt for one in only_post(as_bea).files] == ["A dot"]
    client.post(f"/posts/{post.id}/", {"text": "Moin."})
    assert (only_post(as_bea).files, only_post(as_bea).publications) == ([], [])


def test_what_stands_in_the_way_is_told_and_nothing_is_lost(
    account: Connection, client: Client, as_bea: Viewer
) -> None:
    told = {"text": "x" * 501, "to": account.pk, "publish": "yes"}
    shown = page(client.post("/posts/new/", told, follow=True))
    assert "Our page: 1 too many" in shown
    assert "x" * 501 in shown
    assert only_post(as_bea).is_draft


def test_what_cannot_be_kept_stays_on_the_page(account: Connection, client: Client) -> None:
    shown = client.post("/posts/new/", {"text": "Moin.", "link": "javascript://x", "to": account.pk})
    assert shown.status_code == 422
    assert "not an address of the web" in page(shown)
    assert "Moin." in page(shown)
    assert select("SELECT count(*) FROM publishing_post") == [(0,)]


def test_publishing_can_be_undone_for_ten_seconds(account: Connection, client: Client, as_bea: Viewer) -> None:
    shown = page(client.post("/posts/new/", {"text": "Moin.", "to": account.pk, "publish": "yes"}, follow=True))
    assert "Leaves in" in shown
    assert "Undo" in shown
    post = only_post(as_bea, "planned")
    back = client.post(f"/posts/{post.id}/take_back/", follow=True)
    assert "It is a draft now." in page(back)
    assert "Moin." in page(back)


@pytest.mark.parametrize(
    ("wall", "zone", "utc"),
    [
        ("2031-07-01T09:00", "Europe/Berlin", "2031-07-01T07:00+00:00"),
        ("2031-01-01T09:00", "America/New_York", "2031-01-01T14:00+00:00"),
        ("2031-03-30T02:30", "Europe/Berlin", "2031-03-30T01:30+00:00"),  # that hour is skipped
        ("2031-10-26T02:30", "Europe/Berlin", "2031-10-26T00:30+00:00"),  # it comes twice: the first
    ],
)
def test_a_time_is_one_of_the_readers_own_wall(
    account: Connection, client: Client, as_bea: Viewer, wall: str, zone: str, utc: str
) -> None:
    client.post("/posts/new/", {"text": "Moin.", "when": "later", "at": wall, "zone": zone})
    assert only_post(as_bea).at == to_ms(datetime.fromisoformat(utc))


def test_an_unknown_zone_is_that_of_the_house(
    account: Connection, client: Client, as_bea: Viewer, settings: Any
) -> None:
    settings.TIME_ZONE = "Asia/Tokyo"
    client.post("/posts/new/", {"text": "x", "when": "later", "at": "2031-07-01T09:00", "zone": "../etc/passwd"})
    assert only_post(as_bea).at == to_ms(datetime(2031, 7, 1, 9, tzinfo=ZoneInfo("Asia/Tokyo")))


def test_a_planned_post_says_when_and_can_be_changed(account: Connection, client: Client, as_bea: Viewer) -> None:
    post = actions.write(as_bea, Draft("Moin.", to={account.pk: ""}, at=now() + DAY))
    actions.publish(as_bea, post.pk)
    assert "Appears" in page(client.get(f"/posts/{post.pk}/"))
    assert only_post(as_bea, "planned").id == post.pk
    told = {"text": "Too late.", "to": account.pk}
    assert "Take it back first." in page(client.post(f"/posts/{post.pk}/", told))
    assert queries.post(as_bea, post.pk).text == "Moin."


def test_unsure_is_for_people_to_decide(account: Connection, client: Client, as_bea: Viewer) -> None:
    post = actions.write(as_bea, Draft("Moin.", to={account.pk: ""})).pk
    [publication] = actions.publish(as_bea, post)
    execute("UPDATE publishing_publication SET state = 'unsure', reason = 'The line was cut.', due_at = %s", [2**53])
    shown = page(client.get(f"/posts/{post}/"))
    assert "Please look on the network." in shown
    assert "The line was cut." in shown
    assert page(client.get("/posts/troubled/")) == "1"
    on = f"/posts/on/{publication.pk}"
    assert "Say whether it is there" in page(client.post(f"{on}/settle/", {"next": f"/posts/{post}/"}, follow=True))
    client.post(f"{on}/settle/", {"arrived": "yes"})
    assert queries.post(as_bea, post).any_is("sent")
    assert page(client.get("/posts/troubled/")) == ""
    assert "A colleague saw it there" in page(client.get(f"/posts/{post}/"))


def test_a_trainee_hands_in(account: Connection, tia: User, client: Client) -> None:
    trainee = Client()
    trainee.force_login(tia)
    shown = trainee.post("/posts/new/", {"text": "Moin.", "to": account.pk, "publish": "yes"}, follow=True)
    assert "Waits for release" in page(shown)
    post = shown.redirect_chain[0][0]
    assert "release" not in page(shown).replace("Waits for release", "").replace("waits for release", "")
    assert trainee.post(f"{post}release/").status_code == 403
    assert "Released." in page(client.post(f"{post}release/", {"next": post}, follow=True))


def test_drafts_without_an_account_are_their_authors(account: Connection, client: Client, as_cem: Viewer) -> None:
    client.post("/posts/new/", {"text": "Only an idea."})
    assert "Only an idea." in page(client.get("/posts/drafts/"))
    assert queries.posts(as_cem, "drafts").posts == []


def test_a_draft_is_thrown_away(account: Connection, client: Client, as_bea: Viewer) -> None:
    client.post("/posts/new/", {"text": "An idea.", "uploaded": [SimpleUploadedFile("dot.png", PNG)]})
    client.post(f"/posts/{only_post(as_bea).id}/throw_away/")
    for table in ("post", "postfile", "publication"):
        assert select(f"SELECT count(*) FROM publishing_{table}") == [(0,)]


def test_lists_turn_pages_in_their_order(account: Connection, as_bea: Viewer, monkeypatch: Any) -> None:
    monkeypatch.setattr(queries, "PAGE", 2)
    ids = []
    for hours in (3, 1, 2, 5, 4):
        post = actions.write(as_bea, Draft(str(hours), to={account.pk: ""}, at=now() + hours * HOUR))
        actions.publish(as_bea, post.pk)
        ids.append(post.pk)
    seen, before = [], ""
    while True:
        found = queries.posts(as_bea, "planned", before)
        seen += [post.text for post in found.posts]
        if not (before := found.next):
            break
    assert seen == ["1", "2", "3", "4", "5"]
    execute("UPDATE publishing_publication SET state = 'sent'")
    assert [post.text for post in queries.posts(as_bea, "published").posts] == ["5", "4"]


def test_a_list_takes_as_many_statements_for_many_as_for_one(account: Connection, as_bea: Viewer) -> None:
    counts = []
    for _ in range(2):
        for _ in range(5):
            actions.write(as_bea, Draft("x", to={account.pk: ""}))
        with CaptureQueriesContext(
            connection,
        ) as asked:
            queries.posts(as_bea, "drafts")
        counts.append(len(asked))
    assert counts == [3, 3]


def test_words_are_shown_as_words(account: Connection, client: Client, as_bea: Viewer) -> None:
    post = actions.write(as_bea, Draft("<script>alert(1)</script>", "<b>", to={account.pk: "<i>"}))
    actions.publish(as_bea, post.pk)
    for address in (f"/posts/{post.pk}/", "/posts/"):
        shown = page(client.get(address))
        assert "<script>alert" not in shown
        assert "<b>" not in shown.replace("<b>Our page</b>", "")
