"""What was done to a message on its network."""

from __future__ import annotations

from draht.contract.channel import Act
from draht.core.clock import now
from draht.core.journal.facts import Fact
from draht.core.people.access import Viewer
from draht.features.inbox.actions.locking import tell
from draht.features.inbox.models import Message


def moderated(viewer: Viewer, message: Message, act: Act) -> None:
    """The network carried out APPROVE, HOLD, SPAM or DELETE. Called inside a transaction."""
    gone = act in {Act.SPAM, Act.DELETE}
    message.held = act == Act.HOLD
    message.deleted_at = now() if gone else None
    message.gone = max(message.gone, message.rank, now()) if gone else message.gone
    message.save(update_fields=["held", "deleted_at", "gone"])
    tell(Fact.MESSAGE_MODERATED, message.conversation, viewer, message=message.pk, act=act.value)
