"""The road of a file that came with a message: fetched from its network at once, examined, kept."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from django.conf import settings

import draht.connections.actions as connections
import draht.core.files.actions as files
import draht.features.inbox.actions as inbox
from draht.connections.turns import Turns
from draht.contract.errors import ChannelError, LoginExpired, TryLater, Unsure
from draht.features.inbox.actions import Attachment

FILE_THREADS = 4
FETCHES = Turns(FILE_THREADS)


def keep_due() -> bool:
    """Fetches one file that is due; whether there was one."""
    work = next_file()
    if work:
        work()
    return work is not None


def next_file() -> Callable[[], None] | None:
    """The file whose turn it is, to be fetched by a call."""
    for attachment in inbox.claim_due_attachments(not_of=FETCHES.must_wait()):
        assert attachment.message is not None
        return FETCHES.take(attachment.message.connection, partial(_fetch, attachment))
    return None


def _fetch(attachment: Attachment) -> None:
    assert attachment.message is not None
    try:
        media = connections.bring(attachment.message.connection, inbox.told(attachment), settings.FILE_MAX_BYTES)
    except (TryLater, Unsure) as error:
        inbox.attachment_postponed(attachment, error.reason, getattr(error, "after", None))
    except LoginExpired as error:
        connections.note_trouble(attachment.message.connection_id, error)
        inbox.attachment_postponed(attachment, error.reason, None)
    except ChannelError as error:
        inbox.attachment_refused(attachment, error.reason)
    else:
        inbox.attachment_kept(attachment, media)


def forget() -> bool:
    """Lets go of files that belong to nobody any more."""
    return inbox.forget_attachments() or files.forget_unused()
