"""The desk's pages: who gets in, what stands there, and what its buttons do, with and without JavaScript."""

from __future__ import annotations

import json
import re
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from draht.connections.models import Connection
from draht.contract.messages import Author, Deletion
from draht.core.people.models import Department, User
from draht.features.inbox.models import Conversation, Note, Reply, ReplyState, State
from draht.features.inbox.tests.test_store import deliver, make_connection, message
from draht.features.inbox.verbs import VERBS

HTMX = {"HX-Request": "true"}
PAGES = ["/inbox/mine/", "/inbox/open/", "/inbox/all/{id}/", "/inbox/search/?q=parcel", "/inbox/search/{id}/?q=parcel",
         "/inbox/views/", "/person/{person}/"]  # fmt: skip


@pytest.fixture
def net(service: Department) -> Connection:
    return make_connection(service)


@pytest.fixture
def asked(net: Connection) -> Conversation:
    deliver(net, message("1", text="Where is my parcel? <script>alert(1)</script>", url="https://net.example/1"))
    return Conversation.objects.get()


def client_of(user: User | None, javascript: bool = False) -> Client:
    client = Client(headers=HTMX if javascript else None)
    if user:
        client.force_login(user)
    return client


def fill(path: str, conversation: Conversation) -> str:
    return path.format(id=conversation.pk, person=conversation.person_id)


def toast(response: object) -> str:
    return str(json.loads(response.headers["HX-Trigger"])["toast"]["text"])  # type: ignore[attr-defined]


@pytest.mark.parametrize(("name", "shown"), [("", 0), ("Wanda", 1)])
def test_who_has_no_name_but_a_handle_is_named_once(net: Connection, bea: User, name: str, shown: int) -> None:
    deliver(net, message("1", author=Author("w", name, "visitor-12")))
    page = client_of(bea).get(fill("/inbox/all/{id}/", Conversation.objects.get())).content.decode()
    assert page.count('<p class="handle">visitor-12') == shown


@pytest.mark.parametrize("path", PAGES)
def test_dan_and_strangers_see_nothing(path: str, asked: Conversation, dan: User) -> None:
    refused = client_of(dan).get(fill(path, asked))
    assert refused.status_code == 403
    assert "parcel" not in refused.content.decode()
    sent_away = client_of(None).get(fill(path, asked))
    assert sent_away.status_code == 302
    assert sent_away.headers["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_dan_and_strangers_do_nothing(verb: str, asked: Conversation, dan: User) -> None:
    address = reverse(f"inbox:{verb}", args=[asked.pk])
    before = Conversation.objects.values().get()
    assert client_of(dan).post(address, {"text": "x", "tag": "x", "reply": 1}).status_code == 403
    assert client_of(None).post(address, {"text": "x"}).status_code == 302
    assert Conversation.objects.values().get() == before
    assert not Reply.objects.exists()
    assert not Note.objects.exists()


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_there_for_bea_and_nothing_in_it_is_inline(path: str, asked: Conversation, bea: User) -> None:
    response = client_of(bea).get(fill(path, asked))
    page = response.content.decode()
    assert response.status_code == 200
    assert "default-src 'self'" in response.headers["Content-Security-Policy"]
    assert not re.search(r"<[^>]*\sstyle=|<style|<script(?![^>]*\ssrc=)|<[^>]*\son\w+=", page)
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_what_a_customer_wrote_is_text(asked: Conversation, bea: User) -> None:
    page = client_of(bea).get(f"/inbox/open/{asked.pk}/").content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page


def test_what_was_folded_away_can_be_read(net: Connection, bea: User) -> None:
    whole = "Thanks!\n\nOn Sunday, Acme wrote:\n> <b>Within</b> two days."
    deliver(net, message("1", text="Thanks!", raw={"whole": whole}))
    page = client_of(bea).get(fill("/inbox/all/{id}/", Conversation.objects.get())).content.decode()
    assert page.count('id="whole-') == 1
    assert "&lt;b&gt;Within&lt;/b&gt; two days." in page
    deliver(net, Deletion("1"))
    assert "Within" not in client_of(bea).get(fill("/inbox/all/{id}/", Conversation.objects.get())).content.decode()


def test_htmx_gets_the_pane_that_it_asked_for(asked: Conversation, bea: User) -> None:
    client = client_of(bea, javascript=True)
    address = f"/inbox/open/{asked.pk}/"
    for pane, there, missing in (("list", "row-", "composer"), ("thread", "composer", 'id="rows"')):
        part = client.get(address, headers={"HX-Target": pane}).content.decode()
        assert there in part
        assert missing not in part
        assert "<html" not in part
    whole = client.get(address, headers={"HX-Target": "thread", "HX-History-Restore-Request": "true"})
    assert "<html" in whole.content.decode()


def test_another_department_is_not_there(asked: Conversation, bea: User) -> None:
    press = Department.objects.create(name="Press")
    Conversation.objects.update(department=press)
    client = client_of(bea)
    assert client.get(f"/inbox/all/{asked.pk}/").status_code == 404
    assert client.get(f"/person/{asked.person_id}/").status_code == 404
    assert client.get(f"/inbox/d{press.pk}/").status_code == 404
    assert client.post(f"/conversation/{asked.pk}/take/").status_code == 404


def test_an_unknown_view_is_not_there(bea: User) -> None:
    assert client_of(bea).get("/inbox/nonsense/").status_code == 404


def test_the_list_costs_the_same_whatever_its_length(net: Connection, bea: User) -> None:
    client, counts = client_of(bea), []
    for size in (3, 30):
        deliver(net, *(message(f"{size}-{i}", i, thread=f"{size}-{i}") for i in range(size)))
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/inbox/open/").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_older_conversations_follow(net: Connection, bea: User) -> None:
    deliver(net, *(message(f"m{i}", i, thread=f"t{i}") for i in range(60)))
    client = client_of(bea)
    page = client.get("/inbox/open/").content.decode()
    assert page.count("data-item") == 50
    older = re.search(r'id="older" href="([^"]+)"', page)
    assert older
    rest = client.get(older[1].replace("&amp;", "&")).content.decode()
    assert rest.count("data-item") == 60
    assert 'id="older"' not in rest


def test_counters_stand_beside_the_views(asked: Conversation, bea: User) -> None:
    side = client_of(bea).get("/inbox/views/").content.decode()
    assert re.search(r'id="view-unassigned".*?class="count">1<', side, flags=re.DOTALL)
    assert re.search(r'id="view-mine".*?class="count"></span>', side, flags=re.DOTALL)


def test_a_hit_leads_to_its_message(asked: Conversation, bea: User) -> None:
    page = client_of(bea).get("/inbox/search/?q=parcel").content.decode()
    assert "<mark>parcel</mark>" in page
    found = asked.messages.get()
    assert f'href="/inbox/search/{asked.pk}/?q=parcel&amp;around={found.pk}#message-{found.pk}"' in page


def test_a_message_with_no_text_left_still_has_a_row(net: Connection, bea: User) -> None:
    deliver(net, message("1", text=""))
    assert "(no text left)" in client_of(bea).get("/inbox/open/").content.decode()


def test_what_was_assigned_to_somebody_who_left_stays_theirs_and_says_so(
    asked: Conversation, bea: User, cem: User
) -> None:
    client_of(bea).post(f"/conversation/{asked.pk}/take/")
    User.objects.filter(pk=bea.pk).update(is_active=False)
    page = client_of(cem).get(f"/inbox/open/{asked.pk}/").content.decode()
    assert "Assigned to Bea, who is no longer active" in page
    assert f'<option value="{bea.pk}" selected>Bea, no longer active</option>' in page
    asked.refresh_from_db()
    assert asked.assignee_id == bea.pk


# -- buttons ----------------------------------------------------------------------------------------------------------


def test_an_answer_is_queued_and_can_be_undone(asked: Conversation, bea: User) -> None:
    client = client_of(bea, javascript=True)
    response = client.post(f"/conversation/{asked.pk}/reply/", {"text": "On its way.", "private": "", "resolve": "yes"})
    assert response.status_code == 204
    told = json.loads(response.headers["HX-Trigger"])
    reply = Reply.objects.get()
    assert (reply.text, reply.private, reply.then_resolve, reply.state) == (
        "On its way.",
        False,
        True,
        ReplyState.QUEUED,
    )
    assert told["toast"]["until"] == reply.due_at
    page = client.get(f"/inbox/mine/{asked.pk}/", headers={"HX-Target": "thread"}).content.decode()
    assert "Will be sent in" in page
    undone = client.post(told["toast"]["undo"])
    assert json.loads(undone.headers["HX-Trigger"])["draft"] == {"conversation": asked.pk, "text": "On its way."}
    reply.refresh_from_db()
    assert reply.state == ReplyState.WITHDRAWN


def test_a_private_answer_is_private(asked: Conversation, bea: User) -> None:
    client_of(bea).post(f"/conversation/{asked.pk}/reply/", {"text": "Psst", "private": "yes"})
    assert Reply.objects.get().private


def test_a_trainees_answer_is_handed_in(asked: Conversation, tia: User) -> None:
    response = client_of(tia, javascript=True).post(f"/conversation/{asked.pk}/reply/", {"text": "Hello"})
    assert Reply.objects.get().state == ReplyState.HELD
    assert "releases" in toast(response)


def test_nothing_is_sent_again_unless_somebody_says_that_it_did_not_arrive(asked: Conversation, bea: User) -> None:
    client = client_of(bea, javascript=True)
    client.post(f"/conversation/{asked.pk}/reply/", {"text": "Hello"})
    Reply.objects.update(state=ReplyState.UNSURE)
    reply = Reply.objects.get()
    address = f"/conversation/{asked.pk}/settle_reply/"
    assert client.post(address, {"reply": reply.pk}).status_code == 422
    assert Reply.objects.get().state == ReplyState.UNSURE
    assert client.post(address, {"reply": reply.pk, "arrived": "no"}).status_code == 204
    assert Reply.objects.get().state == ReplyState.QUEUED


def test_a_refusal_is_told_in_words(asked: Conversation, bea: User) -> None:
    response = client_of(bea, javascript=True).post(f"/conversation/{asked.pk}/reply/", {"text": "  \n "})
    assert response.status_code == 422
    assert toast(response) == "The answer is empty."
    assert "changed" not in response.headers["HX-Trigger"]


def test_without_javascript_the_page_comes_back_with_a_message(asked: Conversation, bea: User) -> None:
    client, here = client_of(bea), f"/inbox/open/{asked.pk}/"
    response = client.post(f"/conversation/{asked.pk}/resolve/", {"next": here})
    assert (response.status_code, response.headers["Location"]) == (302, here)
    assert Conversation.objects.get().state == State.RESOLVED
    assert "Resolved." in client.get(here).content.decode()


@pytest.mark.parametrize("evil", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", ""])
def test_nobody_is_sent_elsewhere(evil: str, asked: Conversation, bea: User) -> None:
    response = client_of(bea).post(f"/conversation/{asked.pk}/take/", {"next": evil})
    assert response.headers["Location"] == f"/inbox/all/{asked.pk}/"


def test_every_change_needs_a_token(asked: Conversation, bea: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(bea)
    response = client.post(f"/conversation/{asked.pk}/resolve/")
    assert response.status_code == 403
    assert "send it once more" in response.content.decode()
    assert Conversation.objects.get().state == State.OPEN


def test_the_decisions(asked: Conversation, bea: User, as_bea: object) -> None:
    client = client_of(bea, javascript=True)

    def do(verb: str, **data: object) -> Conversation:
        assert client.post(f"/conversation/{asked.pk}/{verb}/", data).status_code == 204
        return Conversation.objects.get()

    assert do("take").assignee_id == bea.pk
    assert do("assign", colleague="").assignee_id is None
    assert do("assign", colleague=bea.pk).assignee_id == bea.pk
    assert [tag.name for tag in do("tag", tag="delivery").tags.all()] == ["delivery"]
    assert not do("untag", tag="delivery").tags.exists()
    assert do("snooze", at=f"{date.today().year + 2}-01-02T09:00").state == State.SNOOZED
    assert do("reopen").state == State.OPEN
    assert not do("mark_read").unread
    assert do("mark_unread").unread
    do("note", text="Known problem")
    assert Note.objects.get().text == "Known problem"
    page = client.get(f"/inbox/mine/{asked.pk}/", headers={"HX-Target": "thread"}).content.decode()
    assert "Known problem" in page


def test_a_draft_is_counted_as_the_network_counts(asked: Conversation, bea: User) -> None:
    page = (
        client_of(bea, javascript=True)
        .post(f"/conversation/{asked.pk}/count/", {"text": "👩‍👩‍👧 " * 300})
        .content.decode()
    )
    assert "100 too many" in page
    assert 'data-left="-100"' in page
