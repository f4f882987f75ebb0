"""The list of conversations and its counters: a constant amount of work, however much is stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _

from draht.core.numbers import whole
from draht.core.people.access import Viewer
from draht.core.sql import one_of, select
from draht.features.inbox.models import State

MOST_COUNTED = 999  # badges show "999+" beyond: a constant amount of work, however many there are
VIEWS = ("mine", "unassigned", "open", "waiting", "snoozed", "resolved", "all")
COLUMNS = (
    "c.id, p.name, p.handle, n.channel, n.name, c.title, c.preview, c.last_at, c.state, c.unread, u.name, d.name,"
    " c.private, c.waiting_since, c.snoozed_until, c.message_count, c.assignee_id, c.department_id, c.person_id,"
    " c.connection_id, u.is_active"
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
    assignee_left: bool  # they can no longer log in; what was theirs stays theirs
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
    department = whole(view.removeprefix("d")) if view.startswith("d") else None
    if department is not None:
        departments = [id for id in departments if id == department]
        view = "open"
    if view == "unassigned":
        condition = f"department_id = %s AND assignee_id IS NULL AND state = {State.OPEN.value}"
        return [(condition, [department]) for department in departments]
    states = list(State) if view == "all" else [State[view.upper()]] if view.upper() in State.names else []
    return [("department_id = %s AND state = %s", [d, s.value]) for d in departments for s in states]


def _keyset(before: str) -> tuple[str, list[int]]:
    last, id = (whole(part) for part in (before.partition("-")[0], before.partition("-")[2]))
    if last is None or id is None:
        return "", []
    return " AND (c.last_at, c.id) < (%s, %s)", [last, id]


def in_departments(viewer: Viewer) -> str:
    """The condition that keeps the viewer within their departments; every read of ``inbox_conversation c`` has it."""
    return f"c.department_id IN ({', '.join(str(int(id)) for id in viewer.department_ids) or 'NULL'})"


def rows_of(found: Sequence[tuple[Any, ...]]) -> list[Row]:
    tags = _tags([row[0] for row in found])
    return [_row(row, tags) for row in found]


def _row(row: tuple[Any, ...], tags: dict[int, list[str]]) -> Row:
    (id, name, handle, channel, connection, title, preview, last_at, state, unread, assignee, department, private,
     waiting, snoozed, count, assignee_id, department_id, person_id, connection_id, active) = row  # fmt: skip
    return Row(
        id=id,
        person_name=name or handle or (_("Somebody") if person_id else connection),  # only we wrote so far
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
        assignee_left=assignee_id is not None and not active,
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


def conversation(viewer: Viewer, id: int) -> Row:
    """Raises ``Http404`` for a conversation that the viewer may not see."""
    rows = select(
        f"SELECT {COLUMNS} FROM inbox_conversation c {JOINS} WHERE c.id = %s AND {in_departments(viewer)}",
        [id],
    )
    if not rows:
        raise Http404(_("There is no such conversation, or it belongs to another department."))
    return rows_of(rows)[0]
