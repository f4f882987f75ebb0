"""What a colleague does to a message on its network."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

import draht.connections.actions as connections
from draht.connections.wording import said
from draht.contract.channel import Act
from draht.contract.errors import ChannelError
from draht.core.clock import now
from draht.core.journal.facts import Fact
from draht.core.people.access import Viewer
from draht.core.people.models import Role
from draht.features.inbox import queries
from draht.features.inbox.actions.locking import NotPossible, tell
from draht.features.inbox.models import Message
from draht.features.inbox.summaries import refresh

STATES = {Act.APPROVE: (False, False), Act.HOLD: (True, False), Act.SPAM: (False, True), Act.DELETE: (False, True)}


def moderate(viewer: Viewer, message_id: int, act: Act) -> None:
    """Approves, holds, marks as spam or deletes on the network, then here. Doing it twice changes nothing there."""
    viewer.must_be(Role.AGENT)
    message = queries.message(viewer, message_id)
    try:
        connections.moderate(message.connection, act, queries.item_of(message))
    except ChannelError as error:
        raise NotPossible(_("The network did not do it: %(words)s") % {"words": said(error.reason)}) from error
    with transaction.atomic():
        _write_down(viewer, message, act)


def _write_down(viewer: Viewer, message: Message, act: Act) -> None:
    held, gone = STATES[act]
    at = now()
    Message.objects.filter(pk=message.pk).update(
        held=held, deleted_at=at if gone else None, gone=max(message.rank, at) if gone else -1
    )
    refresh([], [message.conversation_id])
    tell(Fact.MESSAGE_MODERATED, message.conversation, viewer, message=message.pk, act=act.value)
