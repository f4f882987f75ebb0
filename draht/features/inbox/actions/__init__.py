"""Every change to the inbox: one verb, one transaction, one journal entry."""

from draht.core.files.uploads import Upload
from draht.core.possible import NotPossible
from draht.features.inbox.actions.attachments import (
    attachment_kept,
    attachment_postponed,
    attachment_refused,
    claim_due_attachments,
    forget_attachments,
    media_of,
    told,
)
from draht.features.inbox.actions.conversations import (
    assign,
    file_away,
    mark_read,
    mark_unread,
    move,
    note,
    reopen,
    resolve,
    snooze,
    tag,
    take,
    untag,
    wake_snoozed,
)
from draht.features.inbox.actions.messages import edit, moderate
from draht.features.inbox.actions.outcomes import (
    claim_due_replies,
    reply_failed,
    reply_missing,
    reply_postponed,
    reply_sent,
    reply_unsure,
    start_attempt,
)
from draht.features.inbox.actions.replies import (
    deliver_again,
    hand_over,
    look_again,
    queue_reply,
    release_reply,
    retry_reply,
    settle_reply,
    undo_reply,
)
from draht.features.inbox.models import Attachment, Reply
from draht.features.inbox.store import Incoming, Stored
from draht.features.inbox.store import store as store_messages

__all__ = [
    "Attachment",
    "Incoming",
    "NotPossible",
    "Reply",
    "Stored",
    "Upload",
    "assign",
    "attachment_kept",
    "attachment_postponed",
    "attachment_refused",
    "claim_due_attachments",
    "claim_due_replies",
    "deliver_again",
    "edit",
    "file_away",
    "forget_attachments",
    "hand_over",
    "look_again",
    "mark_read",
    "mark_unread",
    "media_of",
    "moderate",
    "move",
    "note",
    "queue_reply",
    "release_reply",
    "reopen",
    "reply_failed",
    "reply_missing",
    "reply_postponed",
    "reply_sent",
    "reply_unsure",
    "resolve",
    "retry_reply",
    "settle_reply",
    "snooze",
    "start_attempt",
    "store_messages",
    "tag",
    "take",
    "told",
    "undo_reply",
    "untag",
    "wake_snoozed",
]
