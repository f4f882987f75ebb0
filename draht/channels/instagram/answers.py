"""Our answers: below a comment, to a mention, in direct messages; and finding them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from draht.channels.instagram import mapper
from draht.channels.instagram.client import Client
from draht.contract.errors import Unsure
from draht.contract.graph import NotThere, to_sent
from draht.contract.graph_messaging import has_arrived, kind_of_answer, partner_of, to_listed
from draht.contract.messages import Account, Event, IncomingMessage, Item, OutgoingReply, Sent
from draht.contract.reading import read_each
from draht.contract.words import words

SKEW = timedelta(minutes=5)  # their clock may run behind ours
PAGES = 10  # of answers that are looked through


def root_of(item: Item) -> str:
    """Only first comments take answers."""
    return item.parent or item.id


def send_answer(client: Client, reply: OutgoingReply, us: Account) -> Sent:
    now, to = datetime.now(UTC), reply.to
    if to.private:
        _send_files(client, reply, us)
        return to_sent(client.send({"id": partner_of(to)}, reply.text, kind_of_answer(to)), now)
    if reply.private:
        return to_sent(client.send({"comment_id": to.id}, reply.text, {"messaging_type": "RESPONSE"}), now)
    if to.raw.get("mention"):
        media, comment = str(to.raw.get("media_id") or ""), str(to.raw.get("comment_id") or "")
        return to_sent(client.answer_mention(media, comment, reply.text), now)
    return to_sent(client.answer(root_of(to), reply.text), now)


def _send_files(client: Client, reply: OutgoingReply, us: Account) -> None:
    """Before the words, each as a message of its own; in a later attempt only if it did not arrive in the first."""
    if not reply.media or (reply.first_tried_at is not None and _files_arrived(client, reply, us)):
        return
    for media in reply.media:
        client.send_file({"id": partner_of(reply.to)}, media, kind_of_answer(reply.to))


def _files_arrived(client: Client, reply: OutgoingReply, us: Account) -> bool:
    events, _ = read_each(client.messages_with(partner_of(reply.to)), lambda raw: to_listed(raw, us.id))
    return has_arrived(len(reply.media), events, us.id, reply.first_tried_at and reply.first_tried_at - SKEW)


def find_answer(client: Client, reply: OutgoingReply, us: Account) -> Sent | None:
    since = reply.first_tried_at and reply.first_tried_at - SKEW
    if reply.private or reply.to.private:
        told = client.messages_with(partner_of(reply.to))
        return _ours(read_each(told, lambda raw: to_listed(raw, us.id))[0], reply, us, since)
    if reply.to.raw.get("mention"):
        raise Unsure(words("What stands below the posts of others cannot be read. Look there whether it arrived."))
    return _find_comment(client, reply, us, since)


def _find_comment(client: Client, reply: OutgoingReply, us: Account, since: datetime | None) -> Sent | None:
    """Instagram does not say in which order it gives answers: all are looked through."""
    after = ""
    for _ in range(PAGES):
        try:
            page = client.answers(root_of(reply.to), after)
        except NotThere:  # what it answers is gone, and with it every answer
            return None
        events, _ = read_each(page.items, lambda raw: mapper.to_comment(raw, us))
        if (found := _ours(events, reply, us, since)) is not None:
            return found
        if not (after := page.after):
            return None
    raise Unsure(words("There are more comments since then than can be looked through."))


def _ours(events: tuple[Event, ...], reply: OutgoingReply, us: Account, since: datetime | None) -> Sent | None:
    for event in events:
        if not isinstance(event, IncomingMessage) or event.author.id != us.id or (since and event.at < since):
            continue
        if event.text.split() == reply.text.split():
            return Sent(event.id, event.at, event.url)
    return None
