"""A house with a secret: the press department talks with somebody, and nobody else may know."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction

import draht.connections.actions as connections
from draht.connections.models import Connection
from draht.contract.messages import Attachment, Author, Media, Unread
from draht.contract.testing.publishing import PNG
from draht.core.clock import DAY, now
from draht.core.people.access import Viewer, viewer_of
from draht.core.people.models import Department, Role, User
from draht.core.sql import select
from draht.features.inbox import actions as inbox
from draht.features.inbox import queries
from draht.features.publishing import actions as publishing
from draht.features.publishing.actions import Draft, Upload
from draht.flows.take_in import fetch_due
from draht.flows.tests.flood import Flood, connect_flood, says

SECRET = "Swordfish"  # in everything that belongs to the press department
TABLES = ("inbox_conversation", "inbox_message", "inbox_reply", "inbox_note", "inbox_tag", "inbox_conversation_tags",
          "connections_connection", "connections_leftover", "people_department", "people_user_departments")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Scene:
    connection: Connection
    press: Department
    conversation: int
    message: int
    person: int
    reply: int
    post: int
    publication: int
    post_file: int
    writer: User
    attachment: int

    @property
    def values(self) -> dict[str, object]:
        """For the parameters of addresses."""
        return {
            "conversation_id": self.conversation,
            "connection_id": self.connection.pk,
            "person_id": self.person,
            "department_id": self.press.pk,
            "post_id": self.post,
            "publication_id": self.publication,
            "file_id": self.post_file,
            "channel": "flood",
            "attachment_id": self.attachment,
            "key": "no key of ours",
            "view": "all",
        }

    @property
    def form(self) -> dict[str, object]:
        """Something for every field that any form of the house has."""
        return {
            "title": "x", "link": "x", "when": "later", "at": "2031-01-01T10:00", "zone": "x", "by_network": "on",
            "to": self.connection.pk, "file": self.post_file, "about": "image/png;1;x", "keep": "x", "arrived": "yes",
            "text": "x", "reply": self.reply, "message": self.message, "act": "delete",
            "colleague": self.writer.pk, "department": self.press.pk, "until": now() + DAY, "tag": "x",
            "name": "Mallory",
            "email": "mallory@example.org", "role": "admin", "departments": [self.press.pk], "is_active": "on",
            "password": "correct horse battery 2", "department_id": self.press.pk,
        }  # fmt: skip

    def state(self) -> dict[str, list[Any]]:
        posts = [  # anybody may begin posts of their own
            f"publishing_post WHERE id = {self.post}",
            f"publishing_postfile WHERE post_id = {self.post}",
            f"publishing_publication WHERE connection_id = {self.connection.pk}",
        ]
        return {table: sorted(map(repr, select(f"SELECT * FROM {table}"))) for table in [*TABLES, *posts]}


@pytest.fixture(autouse=True)
def fresh_limits(db: None) -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def press(db: None) -> Department:
    return Department.objects.create(name="Press")


@pytest.fixture
def writer(press: Department) -> User:
    user = User.objects.create_user("wim@example.org", "correct horse battery", name="Wim", role=Role.AGENT)
    user.departments.add(press)
    return user


@pytest.fixture
def scene(
    press: Department, writer: User, bea: User, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: Any
) -> Scene:
    settings.DATA_DIR = tmp_path
    made = connect_flood(monkeypatch, press.pk)
    author = Author("mole", f"Mole {SECRET}", f"@{SECRET}", "https://mole.example/", "https://mole.example/1.png")
    file = Attachment("https://mole.example/2.png", "image", SECRET, SECRET)
    question = says("1", f"The word is {SECRET}.", author=author, title=SECRET, attachments=(file,))
    monkeypatch.setattr(Flood, "events", [question])
    assert fetch_due()
    as_writer = viewer_of(writer)
    [row] = queries.conversations(as_writer, "all").rows
    inbox.note(as_writer, row.id, f"note {SECRET}")
    inbox.tag(as_writer, row.id, SECRET)
    reply = inbox.queue_reply(as_writer, row.id, f"reply {SECRET}")
    draft = Draft(
        f"text {SECRET}", f"title {SECRET}", f"https://{SECRET}.example/", to={made.pk: f"own {SECRET}"},
        uploads=[Upload(f"{SECRET}.png", PNG, SECRET)],
    )  # fmt: skip
    post = publishing.write(as_writer, draft)
    [(publication,)] = select("SELECT id FROM publishing_publication")
    [(post_file,)] = select("SELECT id FROM publishing_postfile")
    with transaction.atomic():
        connections.keep_leftovers(made.pk, [Unread(f"leftover {SECRET}", SECRET)])
    Connection.objects.filter(pk=made.pk).update(name=f"Account {SECRET}", trouble=SECRET, trouble_kind="login")
    [(message, person)] = select("SELECT id, person_id FROM inbox_message")
    made.refresh_from_db()
    [attachment] = inbox.claim_due_attachments()
    inbox.attachment_kept(attachment, Media(PNG, "image/png"))
    return Scene(made, press, row.id, message, person, reply.pk, post.pk, publication, post_file, writer, attachment.pk)


@pytest.fixture
def as_writer(writer: User) -> Viewer:
    return viewer_of(writer)
