"""One conversation with everything that stands in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
from django.db.models import Prefetch
from django.utils.translation import gettext as _

import draht.connections.queries as connections
from draht.connections.wording import said
from draht.contract.messages import Allowed
from draht.core.files.examining import SHOWN
from draht.core.numbers import whole
from draht.core.people.access import Viewer
from draht.core.people.models import Role
from draht.features.inbox.entries import Entry, Shown
from draht.features.inbox.history import history
from draht.features.inbox.models import Attachment, Message, Note, Reply, ReplyState, Version
from draht.features.inbox.queries.items import item_of
from draht.features.inbox.queries.lists import Row, conversation

_FILES = Prefetch("files", Attachment.objects.select_related("file").order_by("place"))


@dataclass(frozen=True, slots=True)
class Thread:
    """A conversation with its newest entries, oldest first; ``older`` is the cursor of the page before."""

    conversation: Row
    entries: list[Entry]
    older: str = ""
    url: str = ""


def thread(viewer: Viewer, id: int, before: str = "", limit: int = 50, around: str = "") -> Thread:
    """A conversation and its newest messages, with what else happened in the same stretch of time.

    ``before`` is the cursor of the page before; ``around`` a message that is to be among those shown.
    """
    row = conversation(viewer, id)
    before = before or _page_around(id, around, limit)
    below = {"id__lt": int(before)} if _is_id(before) else {}
    newest = list(
        Message.objects.filter(conversation_id=id, **below)
        .select_related("person", "author", "connection", "conversation", "reply__author")
        .order_by("-id")[: limit + 1]
    )
    shown = newest[:limit]
    since = shown[-1].at if len(newest) > limit else 0
    until = 2**53 if not below else Message.objects.filter(pk=int(before)).values_list("at", flat=True).first() or 0
    versions, acts, files = _versions(shown), _acts(viewer, shown), _files(shown)
    entries = [_message(m, versions, acts.get(m.pk, ()), files.get(m.pk)) for m in shown]
    entries += _notes(viewer, id, since, until)
    entries += history(viewer, id, since, until)
    entries += _replies(viewer, id) if not below else []
    entries.sort(key=lambda e: (e.at, e.id))
    url = next((m.url for m in reversed(shown) if m.url), "")
    return Thread(row, entries, str(shown[-1].pk) if len(newest) > limit else "", url)


def _page_around(conversation_id: int, around: str, limit: int) -> str:
    """The cursor of the page that has this message in its middle; empty when that is the newest one."""
    if not _is_id(around):
        return ""
    later = Message.objects.filter(conversation_id=conversation_id, id__gt=int(around)).order_by("id")
    after_half = later.values_list("id", flat=True)[limit // 2 : limit // 2 + 1].first()
    return str(after_half or "")


def _is_id(text: str) -> bool:
    return whole(text) is not None


def _acts(viewer: Viewer, messages: Sequence[Message]) -> dict[int, tuple[str, ...]]:
    """What may be done with each, for those who may. All messages are of one connection."""
    there = [m for m in messages if not m.deleted_at]
    if not there or not viewer.is_at_least(Role.AGENT):
        return {}
    may = connections.may(there[0].connection, [item_of(m) for m in there], connections.ON_MESSAGES)
    return {
        m.pk: tuple(act.value for act, answer in one.items() if isinstance(answer, Allowed))
        for m, one in zip(there, may, strict=True)
    }


def _files(messages: Sequence[Message]) -> dict[int, list[Shown]]:
    """The files of messages that have some, in their order. One statement, or none."""
    having = [m.pk for m in messages if m.attachments != "[]" or m.ours]
    found: dict[int, list[Shown]] = {}
    for one in Attachment.objects.filter(message__in=having).select_related("file").order_by("place") if having else ():
        found.setdefault(one.message_id or 0, []).append(_shown(one))
    return found


def _shown(one: Attachment) -> Shown:
    if one.file is None or one.file.content_type not in SHOWN:
        kind = "file" if one.file else one.kind
        here = one.pk if one.file else 0
        return Shown(
            kind, here, one.url, one.name, one.alt, refused="" if one.due_at or one.file else said(one.refused)
        )
    file, kind = one.file, one.file.content_type.partition("/")[0]
    return Shown(kind, one.pk, one.url, one.name, one.alt, file.content_type, file.width, file.height)


def _message(
    message: Message, versions: dict[int, list[str]], acts: tuple[str, ...], files: Sequence[Shown] | None
) -> Entry:
    reply = getattr(message, "reply", None)
    author = message.author or (reply.author if reply else None)
    person = message.person
    name = (author.name if author else message.connection.account_name) if message.ours else ""
    return Entry(
        kind="message",
        id=message.pk,
        at=message.at,
        author_name=name or (person and (person.name or person.handle)) or _("Somebody"),
        handle="" if message.ours or not person else person.handle,
        text=message.text,
        ours=message.ours,
        private=message.private,
        held=message.held,
        edited_at=message.edited_at,
        deleted_at=message.deleted_at,
        versions=_older(versions.get(message.pk, []), message.text) if message.edited_at else (),
        whole=_unfolded(message),
        attachments=tuple(files) if files is not None else _on_the_network(message.attachments),
        url=message.url,
        state=ReplyState.SENT if reply else "",
        acts=acts,
    )


def _on_the_network(attachments: str) -> tuple[Shown, ...]:
    told = msgspec.json.decode(attachments, type=list[dict[str, str]])
    return tuple(Shown(one["kind"], 0, one["url"], one["name"], one["alt"]) for one in told)


def _unfolded(message: Message) -> str:
    """All of a message of which ``text`` is only what is new."""
    if message.deleted_at or '"whole":' not in message.raw:
        return ""
    told = msgspec.json.decode(message.raw).get("whole")
    return told if isinstance(told, str) else ""


def _older(texts: Sequence[str], now: str) -> tuple[str, ...]:
    """What it said before, oldest first. The same words come under several dates: by our clock and by the network's."""
    return tuple(dict.fromkeys(text for text in texts if text != now))


def _versions(messages: Sequence[Message]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    edited = [m.pk for m in messages if m.edited_at]
    if edited:
        for id, text in Version.objects.filter(message__in=edited).order_by("rank").values_list("message_id", "text"):
            found.setdefault(id, []).append(text)
    return found


def _notes(viewer: Viewer, conversation_id: int, since: int, until: int) -> list[Entry]:
    notes = Note.objects.filter(conversation_id=conversation_id, at__gte=since, at__lt=until)
    return [
        Entry("note", n.pk, n.at, n.author.name, n.text, ours=True, mine=n.author_id == viewer.user_id)
        for n in notes.select_related("author").order_by("-id")[:200]
    ]


def _replies(viewer: Viewer, conversation_id: int) -> list[Entry]:
    """Replies that are not messages yet."""
    replies = Reply.objects.filter(conversation_id=conversation_id, message=None).exclude(state=ReplyState.WITHDRAWN)
    return [
        Entry(
            kind="reply",
            id=r.pk,
            at=r.written_at,
            author_name=r.author.name,
            text=r.text,
            ours=True,
            mine=r.author_id == viewer.user_id,
            private=r.private,
            state=r.state,
            reason=said(r.reason),
            due_at=r.due_at,
            attachments=tuple(_shown(file) for file in r.files.all()),
        )
        for r in replies.select_related("author").prefetch_related(_FILES).order_by("-id")[:50]
    ]
