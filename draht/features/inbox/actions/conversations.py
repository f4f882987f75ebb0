"""What colleagues do with a conversation."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from draht.contract.text import clean
from draht.core.clock import DAY, now
from draht.core.journal.actions import Told, record_all
from draht.core.journal.facts import Fact
from draht.core.people.access import Viewer
from draht.core.people.models import Department, Role, User
from draht.core.possible import NotPossible
from draht.core.sql import execute, one_of
from draht.features.inbox.actions.locking import locked, tell
from draht.features.inbox.full_text import relabel
from draht.features.inbox.models import Conversation, Note, State, Tag

MAX_NOTE = 20_000  # characters
LONGEST_SNOOZE = 5 * 366 * DAY


@transaction.atomic
def take(viewer: Viewer, conversation_id: int) -> None:
    """Assigns a conversation to the viewer."""
    viewer.must_be(Role.TRAINEE)
    conversation = locked(viewer, conversation_id)
    conversation.assignee_id = viewer.user_id
    conversation.save(update_fields=["assignee"])
    tell(Fact.CONVERSATION_TAKEN, conversation, viewer)


@transaction.atomic
def assign(viewer: Viewer, conversation_id: int, user_id: int | None) -> None:
    """Assigns to a colleague who may see the conversation, or to nobody."""
    viewer.must_be(Role.TRAINEE)
    conversation = locked(viewer, conversation_id)
    if user_id is not None and not _can_see(user_id, conversation.department_id):
        raise NotPossible(_("This colleague does not work in that department. Move the conversation first."))
    conversation.assignee_id = user_id
    conversation.save(update_fields=["assignee"])
    tell(Fact.CONVERSATION_ASSIGNED, conversation, viewer, to=user_id)


def _can_see(user_id: int, department_id: int) -> bool:
    in_it = Q(departments=department_id) | Q(role__in=[Role.LEAD, Role.ADMIN])
    return User.objects.filter(in_it, pk=user_id, is_active=True).exclude(role=Role.NONE).exists()


@transaction.atomic
def move(viewer: Viewer, conversation_id: int, department_id: int) -> None:
    """Hands a conversation to another department. Whoever held it and does not work there lets go."""
    viewer.must_be(Role.TRAINEE)
    conversation = locked(viewer, conversation_id)
    if not Department.objects.filter(pk=department_id).exists():
        raise NotPossible(_("There is no such department."))
    before, conversation.department_id = conversation.department_id, department_id
    if conversation.assignee_id and not _can_see(conversation.assignee_id, department_id):
        conversation.assignee_id = None
    conversation.save(update_fields=["department", "assignee"])
    relabel({conversation_id: department_id})
    told = {"from": before, "to": department_id}
    record_all(  # both departments' screens follow
        [
            Told(Fact.CONVERSATION_MOVED, viewer.user_id, department, conversation.pk, told)
            for department in {before, department_id}
        ]
    )


@transaction.atomic
def resolve(viewer: Viewer, conversation_id: int) -> None:
    _set_state(viewer, conversation_id, State.RESOLVED, Fact.CONVERSATION_RESOLVED)


@transaction.atomic
def reopen(viewer: Viewer, conversation_id: int) -> None:
    _set_state(viewer, conversation_id, State.OPEN, Fact.CONVERSATION_REOPENED)


def _set_state(viewer: Viewer, conversation_id: int, state: State, fact: Fact) -> None:
    viewer.must_be(Role.TRAINEE)
    conversation = locked(viewer, conversation_id)
    conversation.state = state
    conversation.snoozed_until = None
    conversation.unread = conversation.unread and state == State.OPEN
    conversation.save(update_fields=["state", "snoozed_until", "unread"])
    tell(fact, conversation, viewer)


@transaction.atomic
def snooze(viewer: Viewer, conversation_id: int, until: int) -> None:
    """Puts a conversation aside until then (milliseconds), or until the customer writes."""
    viewer.must_be(Role.TRAINEE)
    if until <= now():
        raise NotPossible(_("That time has passed. Choose a later one."))
    if until > now() + LONGEST_SNOOZE:
        raise NotPossible(_("That is too far away. Choose a time within five years."))
    conversation = locked(viewer, conversation_id)
    conversation.state, conversation.snoozed_until, conversation.unread = State.SNOOZED, until, False
    conversation.save(update_fields=["state", "snoozed_until", "unread"])
    tell(Fact.CONVERSATION_SNOOZED, conversation, viewer, until=until)


@transaction.atomic
def wake_snoozed(limit: int = 500) -> int:
    """Brings conversations back whose time has come; how many."""
    due = Conversation.objects.filter(state=State.SNOOZED, snoozed_until__lte=now())
    if not due.exists():
        return 0
    woken = list(due.select_for_update().order_by("snoozed_until")[:limit].values_list("id", "department_id"))
    Conversation.objects.filter(pk__in=[id for id, _ in woken]).update(
        state=State.OPEN, snoozed_until=None, unread=True
    )
    record_all([Told(Fact.CONVERSATION_WOKEN, None, department, id) for id, department in woken])
    return len(woken)


def file_away(conversation_ids: Sequence[int]) -> None:
    """Marks conversations of an archive as done and read: they are history. The caller holds the transaction."""
    where, parameter = one_of("id", conversation_ids)
    execute(
        f"UPDATE inbox_conversation SET state = {State.RESOLVED.value}, unread = false, snoozed_until = NULL"
        f" WHERE {where}",
        [parameter],
    )


@transaction.atomic
def note(viewer: Viewer, conversation_id: int, text: str) -> int:
    """Leaves a note for colleagues; its id."""
    viewer.must_be(Role.TRAINEE)
    text = clean(text).strip()
    if not text:
        raise NotPossible(_("The note is empty."))
    if len(text) > MAX_NOTE:
        raise NotPossible(_("A note may have %(most)d characters.") % {"most": MAX_NOTE})
    conversation = locked(viewer, conversation_id)
    written = Note.objects.create(conversation=conversation, author_id=viewer.user_id, text=text, at=now())
    tell(Fact.NOTE_WRITTEN, conversation, viewer, note=written.pk)
    return written.pk


@transaction.atomic
def tag(viewer: Viewer, conversation_id: int, name: str) -> None:
    viewer.must_be(Role.TRAINEE)
    name = " ".join(clean(name).split()).strip("#")[:60]
    if not name:
        raise NotPossible(_("The tag is empty."))
    conversation = locked(viewer, conversation_id)
    found = Tag.objects.filter(name__iexact=name).first() or Tag.objects.create(name=name)
    conversation.tags.add(found)
    tell(Fact.TAG_ADDED, conversation, viewer, tag=found.name)


@transaction.atomic
def untag(viewer: Viewer, conversation_id: int, name: str) -> None:
    viewer.must_be(Role.TRAINEE)
    conversation = locked(viewer, conversation_id)
    conversation.tags.remove(*Tag.objects.filter(name=name))
    tell(Fact.TAG_REMOVED, conversation, viewer, tag=name)


@transaction.atomic
def mark_read(viewer: Viewer, conversation_id: int) -> bool:
    """Somebody responsible has looked: the assignee, or anybody if there is none. Whether that changed anything."""
    conversation = locked(viewer, conversation_id)
    if not conversation.unread or conversation.assignee_id not in {None, viewer.user_id}:
        return False
    conversation.unread = False
    conversation.save(update_fields=["unread"])
    tell(Fact.CONVERSATION_READ, conversation, viewer)
    return True


@transaction.atomic
def mark_unread(viewer: Viewer, conversation_id: int) -> None:
    viewer.must_be(Role.TRAINEE)
    conversation = locked(viewer, conversation_id)
    conversation.unread = True
    conversation.save(update_fields=["unread"])
    tell(Fact.CONVERSATION_MARKED_UNREAD, conversation, viewer)
