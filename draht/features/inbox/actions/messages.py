"""What a colleague does to a message on its network."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

import draht.connections.actions as connections
from draht.connections.wording import said
from draht.contract.channel import Act
from draht.contract.errors import ChannelError
from draht.contract.messages import IncomingMessage
from draht.contract.text import clean
from draht.core.clock import now, to_datetime
from draht.core.journal.facts import Fact
from draht.core.people.access import Viewer
from draht.core.people.models import Role
from draht.core.possible import NotPossible
from draht.features.inbox import queries
from draht.features.inbox.actions.locking import tell
from draht.features.inbox.blanking import blank
from draht.features.inbox.models import Message
from draht.features.inbox.store import Incoming, store
from draht.features.inbox.summaries import refresh

HELD, SHOWN, GONE = (True, False), (False, False), (False, True)  # held back, and gone
STATES = {
    Act.APPROVE: SHOWN, Act.UNHIDE: SHOWN, Act.HOLD: HELD, Act.HIDE: HELD, Act.SPAM: GONE, Act.DELETE: GONE,
    Act.BAN: GONE,
}  # fmt: skip


def moderate(viewer: Viewer, message_id: int, act: Act) -> None:
    """Approves, holds, hides, likes or takes away on the network, then here. Doing it twice changes nothing there."""
    viewer.must_be(Role.AGENT)
    message = queries.message(viewer, message_id)
    try:
        connections.moderate(message.connection, act, queries.item_of(message))
    except ChannelError as error:
        raise NotPossible(_("The network did not do it: %(words)s") % {"words": said(error.reason)}) from error
    with transaction.atomic():
        _write_down(viewer, message, act)


def _write_down(viewer: Viewer, message: Message, act: Act) -> None:
    if act in STATES:
        held, gone = STATES[act]
        at = now()
        Message.objects.filter(pk=message.pk).update(
            held=held, deleted_at=at if gone else None, gone=max(message.rank, at) if gone else -1
        )
        if gone:
            blank([message.pk])
        refresh([], [message.conversation_id])
    tell(Fact.MESSAGE_MODERATED, message.conversation, viewer, message=message.pk, act=act.value)


def edit(viewer: Viewer, message_id: int, text: str) -> None:
    """Changes the words of a message of ours on the network, then here; what it said before stays to be seen."""
    viewer.must_be(Role.AGENT)
    text = clean(text).strip()
    if not text:
        raise NotPossible(_("The message is empty. Delete it, if it is to go away."))
    message = queries.message(viewer, message_id)
    item = queries.item_of(message)
    try:
        connections.edit(message.connection, item, text)
    except ChannelError as error:
        raise NotPossible(_("The network did not do it: %(words)s") % {"words": said(error.reason)}) from error
    account, at = message.connection, now()
    version = IncomingMessage(
        message.external_id, item.author, text, item.at, parent=message.parent, private=message.private,
        held=message.held, revision=to_datetime(message.rank + 1),  # below whatever date the network gives it
    )  # fmt: skip
    with transaction.atomic():
        store(Incoming(account.pk, account.department_id, account.account_id, at, [version]))
        Message.objects.filter(pk=message.pk).update(edited_at=at)
        tell(Fact.MESSAGE_MODERATED, message.conversation, viewer, message=message.pk, act=Act.EDIT.value)
