"""What goes out can be read back: texts, threads, versions, deletions, whose message it was."""

from __future__ import annotations

import io
from argparse import Namespace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

import draht.features.inbox.actions as inbox
from draht.connections.models import Connection
from draht.contract.messages import Attachment, Author, Deletion, Event, IncomingMessage
from draht.core.clock import now
from draht.core.journal.facts import Fact
from draht.core.journal.queries import newest
from draht.core.people.access import Viewer
from draht.core.people.models import Department
from draht.features.inbox import export, queries
from draht.flows.import_archive import make_archive
from draht.flows.take_in import take_in
from draht.project.commands.export import run, write
from draht.project.commands.import_ import import_file
from draht.project.tests.test_import import options

MONDAY = datetime(2024, 1, 8, 9, tzinfo=UTC)
ADA = Author("ada", "Ada", "ada")


@pytest.fixture
def archive(service: Department) -> Connection:
    return make_archive("Old", service.pk)


def message(id: str, text: str, minute: int, author: Author = ADA, **more: Any) -> IncomingMessage:
    return IncomingMessage(id, author, text, MONDAY + timedelta(minutes=minute), **more)


def fill(archive: Connection) -> None:
    first: dict[str, Any] = {"title": "Parcel", "language": "en"}
    picture = Attachment("https://a.example/1.png", "image", "1.png", "a cat")
    events: list[Event] = [
        message("1", "Where is &amp; what?", 0, revision=MONDAY, **first),
        message("1", "Where is & what is it?", 0, revision=MONDAY + timedelta(minutes=3), **first),
        message("2", "We look.", 5, author=Author(archive.account_id), parent="1"),
        message("3", "Thanks\n\x1f🎉", 6, parent="1", private=True, attachments=(picture,)),
        message("4", "Oops", 7, parent="3", revision=MONDAY + timedelta(minutes=7)),
        Deletion("4", MONDAY + timedelta(minutes=9)),
        message("5", "Another matter", 8, held=True, url="https://a.example/5"),
    ]
    with transaction.atomic():
        take_in(archive, events, now())


def exported() -> list[dict[str, Any]]:
    out = io.BytesIO()
    assert write(out) == 0
    return [msgspec.json.decode(line) for line in out.getvalue().splitlines()]


SAME = ("inbound", "private", "held", "at", "edited_at", "deleted_at", "author", "handle", "title", "text", "language",
        "url", "attachments", "versions", "state", "department")  # fmt: skip


def test_what_goes_out_comes_back_as_it_was(archive: Connection, as_cem: Viewer, tmp_path: Path) -> None:
    fill(archive)
    before = exported()
    file = tmp_path / "all.jsonl.gz"
    assert run(Namespace(out=file)) == 0
    assert import_file(options(file, "--connection", "New", "--open")) == 0
    after = [one for one in exported() if one["connection"] == "New"]
    for old, new in zip(before, after, strict=True):
        same = SAME if old["inbound"] else set(SAME) - {"author"}  # we are called as the archive is called
        assert {key: new[key] for key in same} == {key: old[key] for key in same}
        assert new["id"] == f"{old['connection_id']}/{old['id']}"
        assert new["thread"] == f"{old['connection_id']}/{old['thread']}"
    assert before[0]["versions"][0]["text"] == "Where is &amp; what?"
    assert before[3]["deleted_at"]


def test_a_message_goes_out_with_what_we_made_of_it(archive: Connection, as_bea: Viewer) -> None:
    fill(archive)
    id = next(row.id for row in queries.conversations(as_bea, "all").rows if row.title == "Parcel")
    inbox.tag(as_bea, id, "late")
    inbox.take(as_bea, id)
    inbox.resolve(as_bea, id)
    first = exported()[0]
    assert (first["tags"], first["assignee"], first["state"]) == (["late"], "bea@example.org", "resolved")
    assert newest(1)[0].fact == Fact.ARCHIVE_EXPORTED


def test_statements_a_page_are_constant(archive: Connection) -> None:
    with transaction.atomic():
        take_in(archive, [message(str(n), f"Message {n}", n) for n in range(50)], now())
    with CaptureQueriesContext(
        connection,
    ) as counted:
        assert len(list(export.messages(page=25))) == 50
    assert len(counted) == 3 * 2 + 1


def test_half_a_file_never_has_the_name_of_a_whole_one(
    archive: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(file: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("draht.project.commands.export.write", full)
    assert run(Namespace(out=tmp_path / "all.jsonl")) == 1
    assert not (tmp_path / "all.jsonl").exists()
    assert "No space left" in capsys.readouterr().err
