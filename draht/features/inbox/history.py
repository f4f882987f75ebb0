"""What colleagues did with a conversation, in words, between its messages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from django.utils.translation import gettext as _

from draht.core.journal.facts import Fact
from draht.core.journal.history import of_conversation
from draht.core.journal.queries import Row
from draht.core.people.access import Viewer
from draht.core.people.models import Department, User
from draht.features.inbox.entries import Entry

Data = Mapping[str, Any]
Words = Callable[[str, Data, "Names"], str]


class Names:
    """Names of the colleagues and departments that facts speak of, read once."""

    def __init__(self, rows: list[Row]) -> None:
        data = [msgspec.json.decode(row.data) for row in rows]
        people = {id for id in [*(row.actor_id for row in rows), *(told.get("to") for told in data)] if id}
        self._people = dict(User.objects.filter(pk__in=people).values_list("id", "name"))
        self._departments = dict(Department.objects.values_list("id", "name"))

    def person(self, id: int | None) -> str:
        return self._people.get(id or 0, _("Somebody"))

    def department(self, id: int | None) -> str:
        return self._departments.get(id or 0, _("another department"))


def _assigned(who: str, data: Data, names: Names) -> str:
    if data.get("to") is None:
        return _("%(who)s gave it back") % {"who": who}
    return _("%(who)s gave it to %(to)s") % {"who": who, "to": names.person(data["to"])}


def _moved(who: str, data: Data, names: Names) -> str:
    return _("%(who)s handed it to %(department)s") % {"who": who, "department": names.department(data.get("to"))}


def _acted(who: str, data: Data) -> str:
    told = {
        "approve": _("%(who)s approved a message"),
        "hold": _("%(who)s held a message back"),
        "spam": _("%(who)s marked a message as spam"),
        "delete": _("%(who)s deleted a message"),
        "hide": _("%(who)s hid a message"),
        "unhide": _("%(who)s showed a message again"),
        "like": _("%(who)s liked a message"),
        "ban": _("%(who)s deleted a message and banned its author"),
        "edit": _("%(who)s changed our message"),
    }
    return told.get(str(data.get("act")), _("%(who)s moderated a message")) % {"who": who}


WORDS: dict[str, Words] = {
    Fact.CONVERSATION_TAKEN: lambda who, data, names: _("%(who)s took it") % {"who": who},
    Fact.CONVERSATION_ASSIGNED: _assigned,
    Fact.CONVERSATION_MOVED: _moved,
    Fact.CONVERSATION_RESOLVED: lambda who, data, names: _("%(who)s resolved it") % {"who": who},
    Fact.CONVERSATION_REOPENED: lambda who, data, names: _("%(who)s opened it again") % {"who": who},
    Fact.CONVERSATION_SNOOZED: lambda who, data, names: _("%(who)s put it aside") % {"who": who},
    Fact.TAG_ADDED: lambda who, data, names: _("%(who)s added the tag %(tag)s") % {"who": who, "tag": data.get("tag")},
    Fact.TAG_REMOVED: lambda who, data, names: (
        _("%(who)s removed the tag %(tag)s") % {"who": who, "tag": data.get("tag")}
    ),
    Fact.REPLY_WITHDRAWN: lambda who, data, names: _("%(who)s took an answer back") % {"who": who},
    Fact.REPLY_RELEASED: lambda who, data, names: _("%(who)s released an answer") % {"who": who},
    Fact.REPLY_HANDED_OVER: lambda who, data, names: _("%(who)s posts an answer by hand") % {"who": who},
    Fact.MESSAGE_MODERATED: lambda who, data, names: _acted(who, data),
}


def history(viewer: Viewer, conversation_id: int, since: int, until: int) -> list[Entry]:
    """The facts of a stretch of time (milliseconds) as entries of the thread. The caller has checked the viewer."""
    rows = [row for row in of_conversation(conversation_id, since, until) if row.fact in WORDS]
    rows = list({(row.at, row.fact): row for row in rows}.values())  # a move is told to both departments
    names = Names(rows)
    return [
        Entry(
            "fact",
            row.id,
            row.at,
            "",
            WORDS[row.fact](names.person(row.actor_id), msgspec.json.decode(row.data), names),
        )
        for row in rows
    ]
