"""What we do to posts. Doing it twice changes nothing: a second time the forum says no, and then it is looked why."""

from __future__ import annotations

from contextlib import suppress

from draht.channels.discourse.client import FLAG_AS_SPAM, LIKE, Client
from draht.channels.discourse.refusals import Forbidden, NotThere
from draht.contract.channel import Act
from draht.contract.errors import Refused
from draht.contract.messages import Item
from draht.contract.words import words

FOR_GOOD = "3017-01-01T00:00:00.000Z"
REASON = "Banned by an agent of Draht"


def act_on(client: Client, act: Act, item: Item) -> None:
    match act:
        case Act.LIKE:
            _mark(client, item.id, LIKE)
        case Act.SPAM:
            _mark(client, item.id, FLAG_AS_SPAM)
        case Act.DELETE:
            _delete(client, item.id)
        case Act.BAN:
            client.silence(int(item.author.id), FOR_GOOD, REASON)
            _delete(client, item.id)
        case _:
            raise Refused(words("{network} has no such function.").format(network="Discourse"))


def _mark(client: Client, id: str, kind: int) -> None:
    try:
        client.act(id, kind)
    except Refused:
        done = client.post(id).get("actions_summary")
        if not any(one.get("id") == kind and one.get("acted") for one in done or () if isinstance(one, dict)):
            raise


def _delete(client: Client, id: str) -> None:
    with suppress(NotThere):
        try:
            client.delete(id)
        except Forbidden:
            if not client.post(id).get("deleted_at"):
                raise
