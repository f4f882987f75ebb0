"""The desk in the reader's language, down to what a channel or the worker wrote in English."""

from __future__ import annotations

import pytest

from draht.contract.words import words
from draht.core.people.models import Department, User
from draht.features.inbox.models import Conversation, Reply, ReplyState
from draht.features.inbox.tests.test_pages import client_of
from draht.features.inbox.tests.test_store import deliver, make_connection, message

REASON = words("{host} cannot be reached: {error}").format(host="net.example", error="[Errno 111]")


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("de", ["Antwort schreiben", "500 <span", "Zeichen", "net.example ist nicht erreichbar: [Errno 111]"]),
        ("es", ["Escribir una respuesta", "caracteres", "No se puede llegar a net.example: [Errno 111]"]),
        ("fr", ["Write an answer", "characters", REASON]),
    ],
)
def test_a_thread_in_the_readers_language(service: Department, bea: User, language: str, said: list[str]) -> None:
    deliver(make_connection(service), message("1", text="Where is my parcel?"))
    conversation = Conversation.objects.get()
    client = client_of(bea)
    client.post(f"/conversation/{conversation.pk}/reply/", {"text": "On its way."})
    Reply.objects.update(state=ReplyState.FAILED, reason=REASON)
    page = client.get(f"/inbox/all/{conversation.pk}/", headers={"Accept-Language": language}).content.decode()
    assert f'<html lang="{language if language != "fr" else "en"}">' in page
    assert [text for text in said if text not in page] == []
