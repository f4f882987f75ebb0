"""Files that go out with an answer: checked against what the network takes, sent with what they show."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from draht.contract.testing.publishing import PNG
from draht.core.files.actions import path_of
from draht.core.files.models import File
from draht.core.people.access import Viewer
from draht.core.people.models import Department, User
from draht.core.sql import select
from draht.features.inbox import actions as inbox
from draht.flows.send_replies import send_due
from draht.flows.tests.answering import ask
from draht.flows.tests.networks import Pictured
from draht.flows.tests.town import Town, entries


@pytest.fixture
def conversation(open_town: Town, service: Department, as_bea: Viewer, tmp_path: Path, settings: Any) -> int:
    settings.DATA_DIR, settings.UNDO_SECONDS = tmp_path, 0
    Pictured.came.clear()
    open_town.connect(service.pk, "pictured")
    return ask(open_town, as_bea)


def post(bea: User, conversation: int, *files: tuple[str, bytes], alt: tuple[str, ...] = ()) -> Any:
    client = Client(headers={"HX-Request": "true"})
    client.force_login(bea)
    uploaded = [SimpleUploadedFile(name, content) for name, content in files]
    return client.post(
        f"/conversation/{conversation}/reply/", {"text": "Like this.", "uploaded": uploaded, "alt": list(alt)}
    )


def test_a_picture_goes_out_with_its_words(conversation: int, bea: User, as_bea: Viewer) -> None:
    assert post(bea, conversation, ("dot.png", PNG), alt=("A grey dot",)).status_code == 204
    [reply] = entries(as_bea, conversation, "reply")
    assert [(file.kind, file.alt) for file in reply.attachments] == [("image", "A grey dot")]
    send_due()
    [media] = Pictured.came
    assert (media.content, media.content_type, media.alt) == (PNG, "image/png", "A grey dot")
    [_, ours] = entries(as_bea, conversation, "message")
    assert [file.alt for file in ours.attachments] == ["A grey dot"]


def test_a_network_can_fetch_it_for_an_hour(conversation: int, bea: User, settings: Any) -> None:
    post(bea, conversation, ("dot.png", PNG))
    send_due()
    [media] = Pictured.came
    lent = Client().get(media.url.removeprefix(settings.BASE_URL))
    assert b"".join(lent.streaming_content) == PNG  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ([("a.png", PNG)] * 3, "takes 2 files"),
        ([("a.svg", b"<svg/>")], "does not take a.svg"),
        ([("a.png", b"<script>")], "does not take a.png"),
        ([("big.png", b"PICTURE")], "too large"),
    ],
)
def test_what_the_network_does_not_take_is_told_and_nothing_leaves(
    conversation: int, bea: User, files: list[tuple[str, bytes]], says: str
) -> None:
    if files[0][1] == b"PICTURE":
        noise = BytesIO()
        Image.effect_noise((64, 64), 99).save(noise, "PNG")
        files = [("big.png", noise.getvalue())]
    answer = post(bea, conversation, *files)
    assert answer.status_code == 422
    assert says in answer["HX-Trigger"]
    assert select("SELECT count(*) FROM inbox_reply") == [(0,)]


def test_a_file_that_is_too_large_for_the_house(conversation: int, bea: User, settings: Any) -> None:
    settings.FILE_MAX_BYTES = 10
    assert post(bea, conversation, ("dot.png", PNG)).status_code == 422


def test_a_file_that_went_missing_stops_the_answer(conversation: int, bea: User, as_bea: Viewer) -> None:
    post(bea, conversation, ("dot.png", PNG))
    path_of(File.objects.get().sha256).unlink()
    send_due()
    [reply] = entries(as_bea, conversation, "reply")
    assert (reply.state, reply.reason) == ("failed", "A file of this answer is gone from our disk. Attach it again.")
    assert inbox.undo_reply(as_bea, reply.id) == "Like this."
