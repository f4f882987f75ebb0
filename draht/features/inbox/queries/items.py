"""Single messages, and how a channel wants them told."""

from __future__ import annotations

import msgspec
from django.db.models import Q
from django.http import Http404
from django.utils.translation import gettext as _

from draht.contract.messages import Author, Item
from draht.core.clock import to_datetime
from draht.core.people.access import Viewer
from draht.features.inbox.models import Attachment, Message, Reply, ReplyState
from draht.features.inbox.queries.lists import conversation


def message(viewer: Viewer, id: int) -> Message:
    """A message for acting on it; ``Http404`` if the viewer may not see it."""
    seen = Message.objects.select_related("connection", "person", "conversation")
    found = seen.filter(pk=id, conversation__department_id__in=viewer.department_ids).first()
    if found is None:
        raise Http404(_("There is no such message, or it belongs to another department."))
    return found


def attachment(viewer: Viewer, id: int) -> Attachment:
    """A file that is here, of a message that stands or of an answer on its way; ``Http404`` if the viewer may not see
    it."""
    seen = Attachment.objects.select_related("file").exclude(file=None).filter(pk=id, message__deleted_at=None)
    of = Q(message__conversation__department_id__in=viewer.department_ids)
    found = seen.filter(of | Q(reply__conversation__department_id__in=viewer.department_ids)).first()
    if found is None:
        raise Http404(_("There is no such file, or it belongs to another department."))
    return found


def newest_of_customer(viewer: Viewer, conversation_id: int) -> Message | None:
    """The message that an answer goes to unless somebody chooses another."""
    conversation(viewer, conversation_id)
    theirs = Message.objects.select_related("connection", "person", "conversation")
    return theirs.filter(conversation_id=conversation_id, ours=False, deleted_at=None).order_by("-id").first()


def is_answered_privately(message: Message) -> bool:
    """Whether a private answer to a public message went out, or is on its way. Some networks allow only one."""
    if message.private:
        return False
    theirs = Reply.objects.filter(to=message, private=True)
    return theirs.exclude(state__in=[ReplyState.WITHDRAWN, ReplyState.FAILED]).exists()


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
