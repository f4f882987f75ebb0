"""Every read of the inbox. The first argument is the viewer; what they may not see is not there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from django.http import Http404
from django.utils.translation import gettext as _

import draht.connections.queries as connections
from draht.connections.wording import said
from draht.contract.messages import Allowed, Author, Item
from draht.core.clock import to_datetime
from draht.core.people.access import Viewer
from draht.core.people.models import Department, Role, User
from draht.core.sql import one_of, select
from draht.features.inbox.models import Message, Note, Person, Reply, ReplyState, State, Tag, Version

MOST_COUNTED = 999  # badges show "999+" beyond: a constant amount of work, however many there are
VIEWS = ("mine", "unassigned", "open", "waiting", "snoozed", "resolved", "all")
COLUMNS = (
    "c.id, p.name, p.handle, n.channel, n.name, c.title, c.preview, c.last_at, c.state, c.unread, u.name, d.name,"
    " c.private, c.waiting_since, c.snoozed_until, c.message_count, c.assignee_id, c.department_id, c.person_id,"
    " c.connection_id"
)
JOINS = (
    " JOIN connections_connection n ON n.id = c.connection_id JOIN people_department d ON d.id = c.department_id"
    " LEFT JOIN inbox_person p ON p.id = c.person_id LEFT JOIN people_user u ON u.id = c.assignee_id"
)


@dataclass(frozen=True, slots=True)
class Row:
    """A conversation as the list shows it. Times are in milliseconds."""

    id: int
    person_name: str
    handle: str
    channel: str
    connection_name: str
    title: str
    preview: str
    last_at: int
    state: str
    unread: bool
    assignee_name: str
    department_name: str
    private: bool
    waiting_since: int | None
    snoozed_until: int | None
    message_count: int
    assignee_id: int | None
    department_id: int
    person_id: int | None
    connection_id: int
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """Rows and where the next page begins; empty if there is none."""

    rows: list[Row]
    next: str = ""


@dataclass(frozen=True, slots=True)
class ViewCount:
    """Unread conversations of a view; ``more`` if there are more than that."""

    key: str
    unread: int
    more: bool


# -- the list ---------------------------------------------------------------------------------------------------------


def conversations(viewer: Viewer, view: str, before: str = "", limit: int = 50, tag: str = "") -> Page:
    """A page of a view, the newest first. Views: see ``VIEWS``, and ``d<id>`` for a department.

    One bounded index walk for each department and state, merged: the work does not grow with what is stored.
    """
    legs = _legs(viewer, view)
    if not legs:
        return Page([])
    after, parameters = _keyset(before)
    filtered = ""
    tagged: list[Any] = []
    if tag:
        filtered = (
            " AND EXISTS (SELECT 1 FROM inbox_conversation_tags ct JOIN inbox_tag t ON t.id = ct.tag_id"
            " WHERE ct.conversation_id = c.id AND t.name = %s)"
        )
        tagged = [tag]
    parts, values = [], []
    for condition, given in legs:
        parts.append(
            "SELECT * FROM (SELECT c.id, c.last_at FROM inbox_conversation c"
            f" WHERE {condition}{after}{filtered} ORDER BY c.last_at DESC, c.id DESC LIMIT %s) AS leg"
        )
        values += [*given, *parameters, *tagged, limit + 1]
    chosen = " UNION ALL ".join(parts)
    rows = select(
        f"SELECT {COLUMNS} FROM (SELECT id FROM ({chosen}) AS legs ORDER BY last_at DESC, id DESC LIMIT %s) AS chosen"
        f" JOIN inbox_conversation c ON c.id = chosen.id {JOINS} ORDER BY c.last_at DESC, c.id DESC",
        [*values, limit + 1],
    )
    page = rows_of(rows[:limit])
    return Page(page, f"{page[-1].last_at}-{page[-1].id}" if len(rows) > limit else "")


def _legs(viewer: Viewer, view: str) -> list[tuple[str, list[int]]]:
    """The conditions of a view, each answered by one walk along one index."""
    if view == "mine":
        seen = in_departments(viewer)
        return [
            (f"assignee_id = %s AND state = %s AND {seen}", [viewer.user_id, state.value])
            for state in (State.OPEN, State.WAITING)
        ]
    departments: Sequence[int] = viewer.department_ids
    if view.startswith("d") and view[1:].isdigit():
        departments = [id for id in departments if id == int(view[1:])]
        view = "open"
    if view == "unassigned":
        condition = f"department_id = %s AND assignee_id IS NULL AND state = {State.OPEN.value}"
        return [(condition, [department]) for department in departments]
    states = list(State) if view == "all" else [State[view.upper()]] if view.upper() in State.names else []
    return [("department_id = %s AND state = %s", [d, s.value]) for d in departments for s in states]


def _keyset(before: str) -> tuple[str, list[int]]:
    last, dash, id = before.partition("-")
    if not (dash and last.isdigit() and id.isdigit() and len(before) < 40):
        return "", []
    return " AND (c.last_at, c.id) < (%s, %s)", [int(last), int(id)]


def in_departments(viewer: Viewer) -> str:
    """The condition that keeps the viewer within their departments; every read of ``inbox_conversation c`` has it."""
    return f"c.department_id IN ({', '.join(str(int(id)) for id in viewer.department_ids) or 'NULL'})"


def rows_of(found: Sequence[tuple[Any, ...]]) -> list[Row]:
    tags = _tags([row[0] for row in found])
    return [_row(row, tags) for row in found]


def _row(row: tuple[Any, ...], tags: dict[int, list[str]]) -> Row:
    (id, name, handle, channel, connection, title, preview, last_at, state, unread, assignee, department, private,
     waiting, snoozed, count, assignee_id, department_id, person_id, connection_id) = row  # fmt: skip
    return Row(
        id=id,
        person_name=name or handle or _("Somebody"),
        handle=handle or "",
        channel=channel,
        connection_name=connection,
        title=title,
        preview=preview,
        last_at=last_at,
        state=State(state).name.lower(),
        unread=bool(unread),
        assignee_name=assignee or "",
        department_name=department,
        private=bool(private),
        waiting_since=waiting,
        snoozed_until=snoozed,
        message_count=count,
        assignee_id=assignee_id,
        department_id=department_id,
        person_id=person_id,
        connection_id=connection_id,
        tags=tuple(tags.get(id, ())),
    )


def _tags(ids: Sequence[int]) -> dict[int, list[str]]:
    where, parameter = one_of("ct.conversation_id", ids)
    found: dict[int, list[str]] = {}
    for id, name in select(
        f"SELECT ct.conversation_id, t.name FROM inbox_conversation_tags ct JOIN inbox_tag t ON t.id = ct.tag_id"
        f" WHERE {where} ORDER BY t.name",
        [parameter],
    ):
        found.setdefault(id, []).append(name)
    return found


def counters(viewer: Viewer) -> list[ViewCount]:
    """The unread conversations of every view, in one statement, counted along the index of unread ones."""
    views = ["mine", "unassigned", "open", *(f"d{id}" for id in viewer.department_ids)]
    if not viewer.department_ids:
        return [ViewCount(view, 0, more=False) for view in views]
    parts, values = [], []
    for view in views:
        legs = " UNION ALL ".join(
            "SELECT * FROM (SELECT 1 FROM inbox_conversation c"
            f" WHERE unread AND {condition} LIMIT {MOST_COUNTED + 1}) AS leg"
            for condition, given in _legs(viewer, view)
        )
        parts.append(f"(SELECT count(*) FROM (SELECT * FROM ({legs}) AS legs LIMIT {MOST_COUNTED + 1}) AS counted)")
        values += [value for condition, given in _legs(viewer, view) for value in given]
    [found] = select(f"SELECT {', '.join(parts)}", values)
    return [ViewCount(view, min(n, MOST_COUNTED), more=n > MOST_COUNTED) for view, n in zip(views, found, strict=True)]


# -- one conversation -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Entry:
    """Something in a thread: a message, a note, or a reply on its way."""

    kind: str  # message | note | reply
    id: int
    at: int
    author_name: str
    text: str
    ours: bool = False
    mine: bool = False
    private: bool = False
    held: bool = False
    edited_at: int | None = None
    deleted_at: int | None = None
    versions: tuple[str, ...] = ()
    attachments: tuple[dict[str, str], ...] = ()
    url: str = ""
    state: str = ""  # of a reply
    reason: str = ""
    due_at: int | None = None
    handle: str = ""
    acts: tuple[str, ...] = ()  # of Act: what may be done with it on the network


@dataclass(frozen=True, slots=True)
class Thread:
    """A conversation with its newest entries, oldest first; ``older`` is the cursor of the page before."""

    conversation: Row
    entries: list[Entry]
    older: str = ""
    url: str = ""


def conversation(viewer: Viewer, id: int) -> Row:
    """Raises ``Http404`` for a conversation that the viewer may not see."""
    rows = select(
        f"SELECT {COLUMNS} FROM inbox_conversation c {JOINS} WHERE c.id = %s AND {in_departments(viewer)}",
        [id],
    )
    if not rows:
        raise Http404(_("There is no such conversation, or it belongs to another department."))
    return rows_of(rows)[0]


def thread(viewer: Viewer, id: int, before: str = "", limit: int = 50) -> Thread:
    """A conversation and its newest messages, with the notes and replies of the same stretch of time."""
    row = conversation(viewer, id)
    below = {"id__lt": int(before)} if before.isdigit() and len(before) < 20 else {}
    newest = list(
        Message.objects.filter(conversation_id=id, **below)
        .select_related("person", "author", "connection", "conversation", "reply__author")
        .order_by("-id")[: limit + 1]
    )
    shown = newest[:limit]
    since = shown[-1].at if len(newest) > limit else 0
    until = 2**53 if not below else Message.objects.filter(pk=int(before)).values_list("at", flat=True).first() or 0
    versions, acts = _versions(shown), _acts(viewer, shown)
    entries = [_message(m, versions, acts.get(m.pk, ())) for m in shown]
    entries += _notes(viewer, id, since, until)
    entries += _replies(viewer, id) if not below else []
    entries.sort(key=lambda e: (e.at, e.id))
    url = next((m.url for m in reversed(shown) if m.url), "")
    return Thread(row, entries, str(shown[-1].pk) if len(newest) > limit else "", url)


def _acts(viewer: Viewer, messages: Sequence[Message]) -> dict[int, tuple[str, ...]]:
    """What may be moderated, for those who may moderate. All messages are of one connection."""
    there = [m for m in messages if not m.deleted_at]
    if not there or not viewer.is_at_least(Role.AGENT):
        return {}
    may = connections.may(there[0].connection, [item_of(m) for m in there], connections.MODERATION)
    return {
        m.pk: tuple(act.value for act, answer in one.items() if isinstance(answer, Allowed))
        for m, one in zip(there, may, strict=True)
    }


def _message(message: Message, versions: dict[int, list[str]], acts: tuple[str, ...]) -> Entry:
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
        versions=tuple(versions.get(message.pk, ())) if message.edited_at else (),
        attachments=tuple(msgspec.json.decode(message.attachments)),
        url=message.url,
        state=ReplyState.SENT if reply else "",
        acts=acts,
    )


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
        )
        for r in replies.select_related("author").order_by("-id")[:50]
    ]


# -- people, search, choices ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PersonCard:
    id: int
    name: str
    handle: str
    url: str
    channel: str
    connection_name: str
    first_at: int
    conversations: list[Row]


def person(viewer: Viewer, id: int, limit: int = 10) -> PersonCard:
    """A customer and their newest conversations. ``Http404`` if the viewer may see none of these."""
    found = Person.objects.select_related("connection").filter(pk=id).first()
    rows = select(
        f"SELECT {COLUMNS} FROM inbox_conversation c {JOINS} WHERE c.person_id = %s"
        f" AND {in_departments(viewer)} ORDER BY c.last_at DESC LIMIT %s",
        [id, limit],
    )
    if found is None or not rows:
        raise Http404(_("There is no such person, or another department talks with them."))
    return PersonCard(
        id=found.pk,
        name=found.name or found.handle or _("Somebody"),
        handle=found.handle,
        url=found.url,
        channel=found.connection.channel,
        connection_name=found.connection.name,
        first_at=found.first_at,
        conversations=rows_of(rows),
    )


@dataclass(frozen=True, slots=True)
class Choice:
    id: int
    name: str


def colleagues(viewer: Viewer, department_id: int) -> list[Choice]:
    """Who a conversation of this department can be assigned to."""
    people = User.objects.filter(is_active=True).exclude(role=Role.NONE).order_by("name")
    able = people.filter(departments=department_id) | people.filter(role__in=[Role.LEAD, Role.ADMIN])
    return [Choice(*row) for row in able.distinct().values_list("id", "name")]


def departments(viewer: Viewer) -> list[Choice]:
    """All departments: a conversation may be handed to any of them."""
    return [Choice(*row) for row in Department.objects.order_by("name").values_list("id", "name")]


def tags(viewer: Viewer, limit: int = 200) -> list[str]:
    return list(Tag.objects.order_by("name").values_list("name", flat=True)[:limit])


def message(viewer: Viewer, id: int) -> Message:
    """A message for acting on it; ``Http404`` if the viewer may not see it."""
    seen = Message.objects.select_related("connection", "person", "conversation")
    found = seen.filter(pk=id, conversation__department_id__in=viewer.department_ids).first()
    if found is None:
        raise Http404(_("There is no such message, or it belongs to another department."))
    return found


def newest_of_customer(viewer: Viewer, conversation_id: int) -> Message | None:
    """The message that an answer goes to unless somebody chooses another."""
    conversation(viewer, conversation_id)
    theirs = Message.objects.select_related("connection", "person", "conversation")
    return theirs.filter(conversation_id=conversation_id, ours=False, deleted_at=None).order_by("-id").first()


def item_of(message: Message) -> Item:
    """A message as its channel wants it told."""
    account = message.connection
    author = (
        Author(account.account_id, account.account_name, account.account_handle)
        if message.ours or message.person is None
        else Author(message.person.external_id, message.person.name, message.person.handle, message.person.url)
    )
    return Item(
        id=message.external_id,
        thread=message.conversation.external_id,
        author=author,
        at=to_datetime(message.at),
        text=message.text,
        parent=message.parent,
        private=message.private,
        ours=message.ours,
        held=message.held,
        deleted=message.deleted_at is not None,
        raw=msgspec.json.decode(message.raw),
    )
