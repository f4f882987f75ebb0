"""The road of files: fetched at once, kept, shown to whoever may read the message; never from our own network."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.http import Http404
from django.test import Client

from draht.channels.sandbox.channel import Sandbox
from draht.connections.registry import channels
from draht.contract.channel import BringsMedia
from draht.contract.messages import Attachment, Author, Deletion, IncomingMessage, Media
from draht.contract.testing.publishing import PNG
from draht.core.clock import now, to_datetime
from draht.core.files.actions import path_of
from draht.core.people.access import Viewer
from draht.core.people.models import User
from draht.core.sql import execute, select
from draht.features.inbox import queries
from draht.flows.keep_files import forget, keep_due
from draht.flows.take_in import take_in
from draht.flows.tests.town import Town, entries, the_conversation


class WithPictures:
    """The town's network, which also has pictures at ``/pictures/``."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner
        self.asked: list[str] = []

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        path: str = environ["PATH_INFO"]
        if not path.startswith("/pictures/"):
            return self.inner(environ, start)  # type: ignore[no-any-return]
        self.asked.append(path)
        if "gone" in path:
            start("404 Not Found", [])
            return [b""]
        start("200 OK", [("Content-Type", "text/html")])
        return [PNG if "dot" in path else b"x" * 3000]


@pytest.fixture
def pictures(town: Town, tmp_path: Path, settings: Any) -> WithPictures:
    settings.DATA_DIR = tmp_path
    town.line.app = WithPictures(town.line.app)
    return town.line.app


def arrive(town: Town, *files: Attachment, id: str = "77") -> None:
    at = to_datetime(now())
    message = IncomingMessage(id, Author("9", "Ada"), "Look!", at, thread=id, revision=at, attachments=files)
    take_in(town.connection, [message], now())


def shown(viewer: Viewer) -> tuple[queries.Shown, ...]:
    [message] = entries(viewer, the_conversation(viewer), "message")
    return message.attachments


def test_a_picture_is_fetched_and_shown(town: Town, pictures: WithPictures, as_bea: Viewer, bea: User) -> None:
    arrive(town, Attachment(f"{town.line.url}/pictures/dot.png", "image", "dot.png", "A dot"))
    assert shown(as_bea)[0].id == 0, "until then it leads to the network"
    while keep_due():
        pass
    [found] = shown(as_bea)
    assert (found.kind, found.content_type, found.width, found.alt) == ("image", "image/png", 1, "A dot")
    client = Client()
    client.force_login(bea)
    answer = client.get(f"/file/{found.id}/")
    assert b"".join(answer.streaming_content) == PNG  # type: ignore[attr-defined]
    assert f'src="/file/{found.id}/"' in client.get(f"/inbox/all/{the_conversation(as_bea)}/").content.decode()


def test_who_may_not_read_the_message_gets_no_file(
    town: Town, pictures: WithPictures, as_bea: Viewer, dan: User
) -> None:
    arrive(town, Attachment(f"{town.line.url}/pictures/dot.png", "image"))
    keep_due()
    [found] = shown(as_bea)
    with pytest.raises(Http404):
        queries.attachment(replace(as_bea, department_ids=(0,)), found.id)
    client = Client()
    assert client.get(f"/file/{found.id}/").status_code == 302
    client.force_login(dan)
    assert client.get(f"/file/{found.id}/").status_code == 403


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9/secret.png", "http://169.254.169.254/latest/", "http://localhost/"]
)
def test_nothing_is_fetched_from_within_our_own_network(
    town: Town, pictures: WithPictures, as_bea: Viewer, url: str
) -> None:
    arrive(town, Attachment(url, "image", "secret.png"))
    assert keep_due()
    assert not keep_due(), "it is not tried again"
    [found] = shown(as_bea)
    assert (found.id, bool(found.refused)) == (0, True)


def test_what_is_no_address_is_only_named(town: Town, pictures: WithPictures, as_bea: Viewer) -> None:
    arrive(town, Attachment("javascript:alert(1)", "image", "evil.png"))
    assert not keep_due()
    [found] = shown(as_bea)
    assert (found.id, found.url, found.name) == (0, "", "evil.png")
    assert found.refused


def test_a_file_that_is_gone_or_too_large_says_so(
    town: Town, pictures: WithPictures, as_bea: Viewer, settings: Any
) -> None:
    settings.FILE_MAX_BYTES = 2000
    base = f"{town.line.url}/pictures"
    arrive(town, Attachment(f"{base}/gone.png", "image"), Attachment(f"{base}/large.mp4", "video"))
    for _ in range(20):
        execute("UPDATE inbox_attachment SET due_at = 1, lease_until = 0 WHERE due_at IS NOT NULL")
        keep_due()
    assert [(one.id, bool(one.refused)) for one in shown(as_bea)] == [(0, True), (0, True)]


class Keeper(Sandbox, BringsMedia):
    """The sandbox as a network whose files only our login opens."""

    def bring(self, attachment: Attachment, most: int) -> Media:
        assert (attachment.url, attachment.key) == ("", "7.12/2")
        return Media(PNG, "image/png", attachment.name)


def test_a_file_without_an_address_is_brought_by_its_key(
    town: Town, pictures: WithPictures, as_bea: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(channels(), "sandbox", Keeper)
    arrive(town, Attachment("", "image", "dot.png", key="7.12/2"))
    keep_due()
    [found] = shown(as_bea)
    assert (found.content_type, found.width, bool(found.id)) == ("image/png", 1, True)
    assert pictures.asked == []


def test_it_is_tried_again_when_the_network_is_away(town: Town, pictures: WithPictures, as_bea: Viewer) -> None:
    arrive(town, Attachment(f"{town.line.url}/pictures/dot.png", "image"))
    town.line.fail_next(503)
    keep_due()
    assert not keep_due(), "not at once"
    execute("UPDATE inbox_attachment SET due_at = 1")
    keep_due()
    assert shown(as_bea)[0].id


def test_one_content_is_fetched_for_each_message_and_kept_once(
    town: Town, pictures: WithPictures, as_bea: Viewer
) -> None:
    picture = Attachment(f"{town.line.url}/pictures/dot.png", "image")
    arrive(town, picture)
    arrive(town, picture)
    arrive(town, picture, id="78")
    while keep_due():
        pass
    assert len(pictures.asked) == 2
    assert select("SELECT count(*) FROM files_file") == [(1,)]


def test_what_was_deleted_there_is_forgotten_here(town: Town, pictures: WithPictures, as_bea: Viewer) -> None:
    arrive(town, Attachment(f"{town.line.url}/pictures/dot.png", "image"))
    keep_due()
    [found] = shown(as_bea)
    take_in(town.connection, [Deletion("77")], now())
    with pytest.raises(Http404):
        queries.attachment(as_bea, found.id)
    execute("UPDATE files_file SET kept_at = 1")
    assert forget()
    assert forget()
    assert select("SELECT count(*) FROM files_file") == [(0,)]
    assert not forget()


def test_what_a_message_still_shows_is_never_forgotten(town: Town, pictures: WithPictures, as_bea: Viewer) -> None:
    arrive(town, Attachment(f"{town.line.url}/pictures/dot.png", "image"))
    keep_due()
    execute("UPDATE files_file SET kept_at = 1")
    assert not forget()
    [found] = shown(as_bea)
    kept = queries.attachment(as_bea, found.id).file
    assert kept
    assert path_of(kept.sha256).exists()
