"""Opens a mailbox for one talk: connects, logs in, chooses the folder, and hangs up."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from imaplib import IMAP4

from imap_tools import BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted
from imap_tools.errors import ImapToolsError, MailboxFolderSelectError, MailboxFolderStatusError, MailboxLoginError

from draht.channels.email.access import NONE, STARTTLS, TIMEOUT, Access, on_the_line, said
from draht.channels.email.mailbox import Mailbox
from draht.contract.errors import LoginExpired, Refused, TryLater
from draht.contract.words import words

# Codes of a refused login that pass (RFC 5530), and words of servers that give none
PASSING = re.compile(r"\[(?:UNAVAILABLE|INUSE|LIMIT|SERVERBUG|CONTACTADMIN)\]|too many|try again|temporar", re.I)


@contextmanager
def opened(access: Access, folder: str, *, writes: bool = False) -> Iterator[Mailbox]:
    """The mailbox, until the end of the block. Raises one of the four errors."""
    with on_the_line(access):
        box = _connected(access)
        try:
            _log_in(box, access)
            yield _chosen(box, folder, writes=writes)
        finally:
            with suppress(IMAP4.error, OSError, ImapToolsError):
                box.logout()
            with suppress(OSError):
                box.client.shutdown()


def _connected(access: Access) -> BaseMailBox:
    if access.security == NONE:
        return MailBoxUnencrypted(access.host, access.port, timeout=TIMEOUT)
    kind = MailBoxStartTls if access.security == STARTTLS else MailBox
    return kind(access.host, access.port, timeout=TIMEOUT, ssl_context=access.context())


def _log_in(box: BaseMailBox, access: Access) -> None:
    try:
        if f"{access.user}{access.password}".isascii():
            box.login(access.user, access.password, initial_folder=None)
        else:
            box.login_utf8(access.user, access.password, initial_folder=None)
    except IMAP4.abort:
        raise
    except (MailboxLoginError, IMAP4.error) as error:
        told = words("{host} answered: {words}").format(host=access.host, words=said(error))
        raise (TryLater if PASSING.search(told) else LoginExpired)(told) from error
    with suppress(IMAP4.error):
        box.client._get_capabilities()  # servers tell more to those they know


def _chosen(box: BaseMailBox, folder: str, *, writes: bool) -> Mailbox:
    try:
        return Mailbox(box, folder, writes=writes)
    except (MailboxFolderStatusError, MailboxFolderSelectError) as error:
        if PASSING.search(said(error)):
            raise
        raise Refused(words("There is no folder {folder} in the mailbox: {words}").format(
            folder=folder, words=said(error)
        )) from error  # fmt: skip
