"""Getting hold of what is to be changed: locked, and only if the viewer may see it."""

from __future__ import annotations

from django.http import Http404
from django.utils.translation import gettext as _

from draht.core.journal.actions import record
from draht.core.journal.facts import Fact
from draht.core.people.access import Viewer
from draht.features.inbox.models import Conversation, Reply


def locked(viewer: Viewer, conversation_id: int) -> Conversation:
    """The conversation, locked until the transaction ends. ``Http404`` if the viewer may not see it."""
    found = (
        Conversation.objects.select_for_update(of=("self",))
        .filter(pk=conversation_id, department_id__in=viewer.department_ids)
        .first()
    )
    if found is None:
        raise Http404(_("There is no such conversation, or it belongs to another department."))
    return found


def locked_reply(viewer: Viewer, reply_id: int) -> Reply:
    found = (
        Reply.objects.select_for_update(of=("self",))
        .select_related("conversation")
        .filter(pk=reply_id, conversation__department_id__in=viewer.department_ids)
        .first()
    )
    if found is None:
        raise Http404(_("There is no such reply, or it belongs to another department."))
    return found


def tell(fact: Fact, conversation: Conversation, viewer: Viewer | None = None, **data: object) -> None:
    """One journal entry about a conversation."""
    record(
        fact,
        actor_id=viewer.user_id if viewer else None,
        department_id=conversation.department_id,
        conversation_id=conversation.pk,
        **data,
    )
