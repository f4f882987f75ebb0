"""Our answers: sent once, kept among the sent mails, and found again by their Message-ID."""

from __future__ import annotations

import logging
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Protocol

from draht.channels.email import letter, outbox
from draht.channels.email.access import Access
from draht.channels.email.mailbox import Mailbox
from draht.channels.email.mapper import Us
from draht.contract.errors import ChannelError, Refused, Unsure
from draht.contract.messages import OutgoingReply, Sent
from draht.contract.words import words

log = logging.getLogger("draht.channels")
PATIENCE = timedelta(minutes=15)  # a mail that was taken may be that long on its way to our own mailbox
SENT = "\\Sent"


class Opens(Protocol):
    """Opens a folder of the mailbox; without a name the one that is read."""

    def __call__(self, folder: str = "", *, writes: bool = False) -> AbstractContextManager[Mailbox]: ...


class Answers:
    """``copies``: each goes to our own mailbox, too. That proves that it left when its confirmation was lost."""

    def __init__(self, us: Us, name: str, smtp: Access, box: Opens, *, copies: bool) -> None:
        self._us = us
        self._name = name
        self._smtp = smtp
        self._box = box
        self._copies = copies

    def send(self, reply: OutgoingReply) -> Sent:
        to = letter.recipient(reply.to)
        if not to:
            raise Refused(words("This mail does not tell an address that could be answered."))
        now, id = datetime.now(UTC), self._us.message_id(reply.key)
        written = letter.compose(reply, self._us, self._name, now)
        kept = written.as_bytes(policy=letter.POLICY)  # before it is sent: afterwards nothing may go wrong
        outbox.send(self._smtp, written, self._us.address, [to, self._us.address] if self._copies else [to])
        self._keep(kept, id)
        return Sent(id, now)

    def _keep(self, written: bytes, id: str) -> None:
        """Puts it among the sent mails, unless the server did so itself. It was sent, whatever happens here."""
        try:
            with self._box() as inbox:
                folder = inbox.folder_for(SENT)
            if folder is None:
                return
            with self._box(folder, writes=True) as sent:
                if not sent.uids_of(id):
                    sent.keep(written, folder)
        except ChannelError:
            log.warning("An answer was sent, but could not be put among the sent mails.", exc_info=True)

    def find(self, reply: OutgoingReply) -> Sent | None:
        """Among the sent mails, and as the copy to ourselves, which may still be on its way."""
        found = self._found(self._us.message_id(reply.key))
        if found is not None or reply.first_tried_at is None:
            return found
        if not self._copies:
            raise Refused(words("Whether this answer left cannot be seen in the mailbox. Ask the customer."))
        if datetime.now(UTC) - reply.first_tried_at < PATIENCE:
            raise Unsure(words("Our copy of this answer is not in the mailbox yet. It may still be on its way."))
        return None

    def _found(self, id: str) -> Sent | None:
        with self._box() as inbox:
            found, folder = _in(inbox, id), inbox.folder_for(SENT)
        if found is not None or folder is None:
            return found
        with self._box(folder) as sent:
            return _in(sent, id)


def _in(box: Mailbox, id: str) -> Sent | None:
    for uid in box.uids_of(id):
        if at := box.received(uid):
            return Sent(id, at)
    return None
