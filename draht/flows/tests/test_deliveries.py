"""The log of deliveries: what was sent over a connection, and sending it again where that makes no second copy."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client

from draht.core.people.access import Viewer
from draht.core.people.models import Department, User
from draht.features.inbox import actions as inbox
from draht.features.inbox import queries
from draht.features.inbox.actions import NotPossible
from draht.flows.send_replies import send_due
from draht.flows.tests.answering import answer, ask
from draht.flows.tests.town import Town, entries, reply_row


@pytest.fixture(autouse=True)
def no_undo(settings: Any) -> None:
    settings.UNDO_SECONDS = 0


def test_what_was_sent_is_told_and_sent_again_without_a_copy(town: Town, as_bea: Viewer, as_eve: Viewer) -> None:
    reply = answer(as_bea, conversation := ask(town, as_bea))
    send_due()
    [line] = queries.deliveries(as_eve, town.connection.pk)
    assert (line.state, line.text, line.to, line.author, line.repeats) == ("sent", "On its way.", "Ada", "Bea", True)
    inbox.deliver_again(as_eve, reply)
    assert send_due()
    assert reply_row(reply)["state"] == "sent"
    assert town.texts_of_ours() == ["On its way."]
    assert len(entries(as_bea, conversation, "message")) == 2


def test_where_it_would_be_a_second_copy_it_is_not_sent_again(
    open_town: Town, service: Department, as_bea: Viewer, as_eve: Viewer
) -> None:
    open_town.connect(service.pk, "keyless")
    reply = answer(as_bea, ask(open_town, as_bea))
    send_due()
    assert not queries.deliveries(as_eve, open_town.connection.pk)[0].repeats
    with pytest.raises(NotPossible, match="second copy"):
        inbox.deliver_again(as_eve, reply)


def test_the_page_is_for_leads(town: Town, as_bea: Viewer, bea: User, eve: User) -> None:
    reply = answer(as_bea, ask(town, as_bea))
    send_due()
    with pytest.raises(PermissionDenied):
        queries.deliveries(as_bea, town.connection.pk)
    with pytest.raises(PermissionDenied):
        inbox.deliver_again(as_bea, reply)
    client = Client()
    client.force_login(bea)
    assert client.get(f"/deliveries/{town.connection.pk}/").status_code == 403
    client.force_login(eve)
    page = client.get(f"/deliveries/{town.connection.pk}/").content.decode()
    assert "On its way." in page
    assert "Deliver again" in page
