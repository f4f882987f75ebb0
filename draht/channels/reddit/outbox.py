"""Writing, and finding what was written: Reddit recognises no key of ours, so it is looked for by its words."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from draht.channels.reddit.client import Client, subreddits_of
from draht.channels.reddit.mapper import children_of, link_of, to_event, to_sent
from draht.contract.channel import Act
from draht.contract.errors import Refused, TryLater, Unsure
from draht.contract.messages import (
    Allowed,
    IncomingMessage,
    Item,
    May,
    NotAllowed,
    OutgoingPost,
    OutgoingReply,
    Sent,
)
from draht.contract.reading import read_each
from draht.contract.words import words

LONGEST_TITLE = 300  # characters
NO_SUBREDDIT = words("No subreddit to publish in is set. Write its name into the connection's settings.")
NO_TITLE = words("A post on Reddit needs a title.")
LONG_TITLE = words("A title on Reddit has at most {limit} characters.")
SKEW = timedelta(minutes=5)  # their clock may run behind ours


def send_answer(client: Client, reply: OutgoingReply) -> Sent:
    return to_sent(client.comment(reply.to.id, reply.text), datetime.now(UTC))


def find_answer(client: Client, reply: OutgoingReply, us: str) -> Sent | None:
    """Below what it answers, which is newer than any list of what we wrote; private messages among those we sent."""
    since = reply.first_tried_at - SKEW if reply.first_tried_at else None
    private = reply.to.id.startswith("t4_")
    things = _listed(client.listing("message/sent")) if private else _below(client, reply.to)
    return _ours(things, us, since, reply.text, reply.to.id)


def whole(post: OutgoingPost) -> str:
    """A post of text has no field for a link."""
    link = "" if post.link in post.text else post.link
    return "\n\n".join(part for part in (post.text, link) if part)


def may_publish(post: OutgoingPost, subreddit: str) -> May:
    if not subreddits_of(subreddit):
        return NotAllowed(NO_SUBREDDIT)
    if not post.title.strip():
        return NotAllowed(NO_TITLE)
    if len(post.title) > LONGEST_TITLE:
        return NotAllowed(LONG_TITLE.format(limit=LONGEST_TITLE))
    return Allowed()


def find_post(client: Client, post: OutgoingPost, us: str) -> Sent | None:
    since = post.first_tried_at - SKEW if post.first_tried_at else None
    return _ours(
        _listed(client.listing(f"user/{us}/submitted", sort="new")), us, since, whole(post), "", post.title.strip()
    )


def _below(client: Client, item: Item) -> list[Any]:
    kind, _, id = item.id.partition("_")
    told = client.answers_to(id, "") if kind == "t3" else client.answers_to(_link(client, item), id)
    if not isinstance(told, list) or len(told) < 2:
        raise TryLater(words("The network answered with something unexpected."))
    return list(_with_answers(_listed(told[1])))


def _link(client: Client, item: Item) -> str:
    """The post that a comment stands below. What is gone has none; whether it has answers cannot be asked."""
    found = link_of(item.raw)
    if not found:
        found = next((link_of(one["data"]) for one in _listed(client.info([item.id]))), "")
    if not found:
        raise Unsure(words("What we answer is gone from Reddit, so the answer cannot be looked for."))
    return found


def _with_answers(things: Iterable[Any]) -> Iterable[Any]:
    """Each thing and what stands below it; "more" stands for what is not shown."""
    for one in things:
        yield one
        replies = one["data"].get("replies") if isinstance(one, dict) and isinstance(one.get("data"), dict) else None
        if isinstance(replies, dict):
            yield from _with_answers(_listed(replies))


def _listed(told: Any) -> list[Any]:
    try:
        return children_of(told)
    except (LookupError, TypeError) as error:
        raise TryLater(words("The network answered with something unexpected.")) from error


def _ours(
    things: Iterable[Any], us: str, since: datetime | None, text: str, parent: str, title: str = ""
) -> Sent | None:
    """Ours, with the same words at the same place, since the first attempt."""
    for event in read_each((one for one in things if one.get("kind") != "more"), to_event)[0]:
        if not isinstance(event, IncomingMessage) or event.author.id != us or (since and event.at < since):
            continue
        if event.parent == parent and event.text.split() == text.split() and (not title or event.title == title):
            return Sent(event.id, event.at, event.url)
    return None


def act_on(client: Client, act: Act, item: Item) -> None:
    match act:
        case Act.APPROVE | Act.UNHIDE:
            client.act("approve", item.id)
        case Act.HIDE | Act.HOLD:
            client.act("remove", item.id, spam="false")
        case Act.SPAM:
            client.act("remove", item.id, spam="true")
        case Act.DELETE:
            client.act("del", item.id)
        case Act.BAN if item.private:
            client.act("block", item.id)
        case Act.BAN:
            client.act("remove", item.id, spam="false")
            client.ban(str(item.raw.get("subreddit") or ""), item.author.id)
        case _:
            raise Refused(words("{network} has no such function.").format(network="Reddit"))
