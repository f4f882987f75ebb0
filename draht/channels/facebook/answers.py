"""Our answers: a comment below a comment, a message to a person, one private message to a comment; and finding them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from draht.channels.facebook import mapper
from draht.channels.facebook.client import Client
from draht.channels.facebook.mapper import is_post
from draht.contract.errors import Unsure
from draht.contract.graph import NotThere, to_sent
from draht.contract.graph_messaging import has_arrived, kind_of_answer, partner_of, to_listed
from draht.contract.messages import Event, IncomingMessage, Item, OutgoingReply, Sent
from draht.contract.reading import read_each
from draht.contract.words import words

SKEW = timedelta(minutes=5)  # their clock may run behind ours
PAGES = 10  # of comments that are looked through


def root_of(item: Item, us: str) -> str:
    """What an answer is written below: Facebook has two levels of comments."""
    return item.id if is_post(item, us) or not item.parent else item.parent


def send_answer(client: Client, reply: OutgoingReply, us: str) -> Sent:
    now = datetime.now(UTC)
    if reply.to.private:
        _send_files(client, reply, us)
        return to_sent(client.send({"id": partner_of(reply.to)}, reply.text, kind_of_answer(reply.to)), now)
    if reply.private:
        kind = "post_id" if is_post(reply.to, us) else "comment_id"
        return to_sent(client.send({kind: reply.to.id}, reply.text, {"messaging_type": "RESPONSE"}), now)
    photo = client.upload(reply.media[0]) if reply.media else ""
    return to_sent(client.comment(root_of(reply.to, us), reply.text, photo), now)


def _send_files(client: Client, reply: OutgoingReply, us: str) -> None:
    """Before the words, each as a message of its own; in a later attempt only if it did not arrive in the first."""
    if not reply.media or (reply.first_tried_at is not None and _files_arrived(client, reply, us)):
        return
    for media in reply.media:
        client.send_file({"id": partner_of(reply.to)}, media, kind_of_answer(reply.to))


def _files_arrived(client: Client, reply: OutgoingReply, us: str) -> bool:
    events, _ = read_each(client.messages_with(partner_of(reply.to)), lambda raw: to_listed(raw, us))
    return has_arrived(len(reply.media), events, us, reply.first_tried_at and reply.first_tried_at - SKEW)


def find_answer(client: Client, reply: OutgoingReply, us: str) -> Sent | None:
    since = reply.first_tried_at and reply.first_tried_at - SKEW
    if reply.private or reply.to.private:
        told = client.messages_with(partner_of(reply.to))
        return _ours(read_each(told, lambda raw: to_listed(raw, us))[0], reply, us, since)
    return _find_comment(client, reply, us, since)


def _find_comment(client: Client, reply: OutgoingReply, us: str, since: datetime | None) -> Sent | None:
    after = ""
    for _ in range(PAGES):
        try:
            page = client.comments(root_of(reply.to, us), after)
        except NotThere:  # what it answers is gone, and with it every answer
            return None
        events, _ = read_each(page.items, mapper.to_comment)
        if (found := _ours(events, reply, us, since)) is not None:
            return found
        after = page.after
        oldest = events[-1].at if events else None
        if not after or since is None or (oldest is not None and oldest < since):
            return None
    raise Unsure(words("There are more comments since then than can be looked through."))


def _ours(events: tuple[Event, ...], reply: OutgoingReply, us: str, since: datetime | None) -> Sent | None:
    """Ours, with the same words, since the first attempt."""
    for event in events:
        if not isinstance(event, IncomingMessage) or event.author.id != us or (since and event.at < since):
            continue
        if event.text.split() == reply.text.split():
            return Sent(event.id, event.at, event.url)
    return None
