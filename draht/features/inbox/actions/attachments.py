"""Files of messages: fetched at once, because networks' addresses do not last; and those that go out with an answer."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

import draht.core.files.actions as files
from draht.connections.taking import why_not
from draht.contract.messages import Attachment as Told
from draht.contract.messages import Media, Takes
from draht.contract.text import clean
from draht.core.clock import DAY, HOUR, MINUTE, SECOND, now
from draht.core.files.lending import address_of
from draht.core.files.models import File
from draht.core.files.uploads import Upload
from draht.core.journal.facts import Fact
from draht.core.people.access import Viewer
from draht.core.possible import NotPossible
from draht.core.worker.claim import FREE, but_not, claim, come, due, free
from draht.features.inbox.actions.locking import tell
from draht.features.inbox.models import Attachment, Reply, ReplyState

LEASE = 5 * MINUTE
MOST_ATTEMPTS = 8  # over some hours; then the network's address has run out
DUE = f"due_at IS NOT NULL AND {due('due_at')} AND {FREE}"
OF_CONNECTION = "(SELECT m.connection_id FROM inbox_message m WHERE m.id = inbox_attachment.message_id)"


# -- of messages ------------------------------------------------------------------------------------------------------


def claim_due_attachments(not_of: Sequence[int] = ()) -> list[Attachment]:
    """A file that is to be fetched, leased to the caller; of none of the connections ``not_of``."""
    at = now()
    others, those = but_not(OF_CONNECTION, not_of)
    ids = claim("inbox_attachment", DUE + others, [*come(at), *free(at), *those], "due_at", 1, at + LEASE)
    return list(Attachment.objects.filter(pk__in=ids).select_related("message__connection", "message__conversation"))


def told(attachment: Attachment) -> Told:
    """A file as its channel wants it told."""
    return Told(attachment.url, attachment.kind, attachment.name, attachment.alt, attachment.key)


def attachment_kept(attachment: Attachment, media: Media) -> None:
    """Its content is here."""
    file = files.keep(media.content)
    with transaction.atomic():
        held = Attachment.objects.filter(pk=attachment.pk, message__deleted_at=None)
        if held.update(file=file, due_at=None, lease_until=0, name=attachment.name or clean(media.name)[:200]):
            _tell(attachment)


@transaction.atomic
def attachment_postponed(attachment: Attachment, reason: str, after: float | None) -> None:
    """It could not be fetched now; after some attempts in vain it never will be."""
    attempts = attachment.attempts + 1
    if attempts >= MOST_ATTEMPTS:
        return attachment_refused(attachment, reason)
    pause = max(int((after or 0) * SECOND), min(HOUR, 20 * SECOND << attempts))
    Attachment.objects.filter(pk=attachment.pk).update(
        attempts=attempts, due_at=now() + min(pause, DAY), lease_until=0, refused=clean(reason)[:300]
    )
    return None


@transaction.atomic
def attachment_refused(attachment: Attachment, reason: str) -> None:
    """It is gone, too large, or not ours to open; the words say which."""
    Attachment.objects.filter(pk=attachment.pk).update(due_at=None, lease_until=0, refused=clean(reason)[:300])
    _tell(attachment)


def _tell(attachment: Attachment) -> None:
    if attachment.message is not None:
        tell(Fact.FILE_KEPT, attachment.message.conversation, None, message=attachment.message_id)


# -- of answers -------------------------------------------------------------------------------------------------------


def attach(viewer: Viewer, reply: Reply, uploads: Sequence[Upload], takes: Takes) -> None:
    """Keeps files that go with an answer. What the network does not take is told before anything is kept."""
    if len(uploads) > takes.count:
        raise NotPossible(_("The network takes %(count)d files with an answer.") % {"count": takes.count})
    for place, upload in enumerate(uploads):
        file = upload.keep()
        if refusal := why_not(upload.name, file.content_type, file.size, takes):
            raise NotPossible(refusal)
        Attachment.objects.create(
            reply=reply, author_id=viewer.user_id, place=place, kind=_kind(file), name=clean(upload.name)[:200],
            alt=clean(upload.alt)[: takes.alt or 1000], file=file, made_at=now(),
        )  # fmt: skip


def _kind(file: File) -> str:
    kind = file.content_type.partition("/")[0]
    return kind if kind in {"image", "video", "audio"} else "file"


def media_of(reply: Reply) -> tuple[Media, ...]:
    """The files that go out with an answer. Raises ``OSError`` if one was taken away."""
    found = Attachment.objects.filter(reply=reply).select_related("file").order_by("place")
    return tuple(
        Media(files.read(one.file), one.file.content_type, one.name, one.alt, address_of(one.file))
        for one in found
        if one.file is not None
    )


# -- forgetting -------------------------------------------------------------------------------------------------------


def forget_attachments() -> bool:
    """Lets go of files of deleted messages and of answers that were taken back; whether there were any."""
    gone = Attachment.objects.filter(message__deleted_at__isnull=False)
    left = Attachment.objects.filter(message=None, reply__state=ReplyState.WITHDRAWN, made_at__lt=now() - DAY)
    return bool(gone.delete()[0] + left.delete()[0])
