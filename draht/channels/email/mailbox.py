"""Talks IMAP to one mailbox (RFC 9051, and RFC 3501 for older servers). Reading never marks a mail as read."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from imaplib import Internaldate2tuple
from typing import Any

from imap_tools import BaseMailBox

from draht.channels.email.access import said
from draht.channels.email.mapper import Mail
from draht.contract.errors import Refused, TryLater
from draht.contract.words import words

MOST_AT_ONCE = 8 * 1024 * 1024  # bytes of mails that one command asks for
LONGEST = 48 * 1024 * 1024  # bytes; of a longer mail only the beginning is read
BEGINNING = 1024 * 1024
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
LOOK_EVERY = 10.0  # seconds, where the server cannot call us
# Folders by their use (RFC 6154), else by the names that people and programs give them
NAMES = {
    "\\Sent": ("sent", "sent items", "sent messages", "sent mail", "gesendet", "gesendete elemente", "enviados"),
    "\\Trash": ("trash", "deleted items", "deleted messages", "papierkorb", "gelöschte elemente", "papelera"),
    "\\Junk": ("junk", "spam", "junk e-mail", "junk mail", "bulk mail", "werbung", "correo no deseado"),
}
_UID = re.compile(rb"UID (\d+)")
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")


class Mailbox:
    """One open folder. ``validity`` and ``next`` are as the server told when it was opened."""

    def __init__(self, box: BaseMailBox, folder: str, *, writes: bool) -> None:
        self._box = box
        self.folder = folder
        told = box.folder.status(folder, ["UIDVALIDITY", "UIDNEXT"])
        self.validity, self.next = told["UIDVALIDITY"], told["UIDNEXT"]
        box.folder.set(folder, readonly=not writes)

    # -- what there is --------------------------------------------------------------------------------------------

    def uids_after(self, last: int) -> list[int]:
        """Those above ``last``. A range that ends with a star always holds the last mail, too."""
        return [uid for uid in self._search(f"UID {last + 1}:*") if uid > last]

    def uids_since(self, day: datetime) -> list[int]:
        """Those that came on this day or later."""
        return self._search(f"SINCE {day.day}-{MONTHS[day.month - 1]}-{day.year}")

    def uids_of(self, message_id: str) -> list[int]:
        """Those with this id, without angle brackets."""
        if not re.fullmatch(r"[\x21\x23-\x5b\x5d-\x7e]+", message_id):
            return []
        return self._search(f'HEADER Message-ID "<{message_id}>"')

    def read(self, uids: Sequence[int], most: int) -> tuple[list[Mail], int]:
        """The first of these mails, as many as fit, and how many of them were looked at."""
        sizes = self._sizes(uids[:most])
        taken, whole = 0, 0
        while taken < len(uids[:most]) and (not taken or whole + sizes.get(uids[taken], 0) <= MOST_AT_ONCE):
            whole += sizes.get(uids[taken], 0)
            taken += 1
        part = f"<0.{BEGINNING}>" if taken == 1 and whole > LONGEST else ""
        answer = self._fetch(uids[:taken], f"(UID INTERNALDATE BODY.PEEK[]{part})")
        return [self._mail(head, content) for head, content in _literals(answer)], taken

    def received(self, uid: int) -> datetime | None:
        """When the server took a mail, if it is still there."""
        for line in self._fetch([uid], "(UID INTERNALDATE)"):
            if isinstance(line, bytes):
                return _moment(line)
        return None

    def section(self, uid: int, section: str, most: int) -> tuple[bytes, bytes]:
        """The header and the undecoded content of one part. ``Refused`` if it is gone or longer than ``most`` bytes."""
        header = "HEADER" if section == "TEXT" else f"{section}.MIME"
        asked = f"(BODY.PEEK[{header}] BODY.PEEK[{section}]<0.{most + 1}>)"
        found = [content for _, content in _literals(self._fetch([uid], asked))]
        if len(found) != 2:
            raise Refused(words("This file is gone from the mailbox."))
        if len(found[1]) > most:
            raise Refused(words("This file is larger than what is kept here."))
        return found[0], found[1]

    def _mail(self, head: bytes, content: bytes) -> Mail:
        uid = _UID.search(head)
        return Mail(f"{self.validity}.{int(uid[1]) if uid else 0}", _moment(head), content)

    def _sizes(self, uids: Sequence[int]) -> dict[int, int]:
        found = {}
        for line in self._fetch(uids, "(UID RFC822.SIZE)"):
            told = line if isinstance(line, bytes) else b""
            uid, size = _UID.search(told), _SIZE.search(told)
            if uid and size:
                found[int(uid[1])] = int(size[1])
        return found

    def _search(self, what: str) -> list[int]:
        return sorted(map(int, self._box.uids(what, charset=None)))

    def _fetch(self, uids: Sequence[int], what: str) -> list[Any]:
        if not uids:
            return []
        typ, answer = self._box.client.uid("FETCH", ",".join(map(str, uids)), what)
        if typ != "OK":
            raise TryLater(said(Exception(answer)))
        return [line for line in answer if line is not None]

    # -- what we do -----------------------------------------------------------------------------------------------

    def wait(self, last: int, seconds: float) -> bool:
        """Whether a mail above ``last`` came; the server tells, or it is looked for now and then."""
        end = time.monotonic() + seconds
        while not self.uids_after(last):
            left = end - time.monotonic()
            if left <= 0:
                return False
            if self.can("IDLE"):
                self._box.idle.wait(timeout=left)
            else:
                time.sleep(min(left, LOOK_EVERY))
        return True

    def can(self, capability: str) -> bool:
        return capability in self._box.client.capabilities

    def folder_for(self, use: str) -> str | None:
        """The folder for Sent, Trash or Junk mails (``use`` with a backslash)."""
        folders = self._box.folder.list()
        for one in folders:
            if use.lower() in {flag.lower() for flag in one.flags}:
                return str(one.name)
        for one in folders:
            if one.name.rpartition(one.delim or "/")[2].lower() in NAMES[use]:
                return str(one.name)
        return None

    def keep(self, letter: bytes, folder: str) -> None:
        self._box.append(letter, folder, flag_set=["\\Seen"])

    def move(self, uids: Sequence[int], folder: str) -> None:
        """Only where nothing else can be taken away with it."""
        if not uids or folder == self.folder:
            return
        if not self.can("MOVE"):
            raise Refused(words("The mail server cannot move a mail safely (it lacks MOVE)."))
        self._box.move([str(uid) for uid in uids], folder)


def _literals(answer: Sequence[Any]) -> Iterator[tuple[bytes, bytes]]:
    """What the server said about each literal, before and after it, and the literal itself."""
    for place, item in enumerate(answer):
        if isinstance(item, tuple):
            after = answer[place + 1] if place + 1 < len(answer) else b""
            yield item[0] + (after if isinstance(after, bytes) else b""), item[1]


def _moment(told: bytes) -> datetime:
    """The INTERNALDATE in an answer; now if there is none."""
    found = Internaldate2tuple(told)
    return datetime.fromtimestamp(time.mktime(found), UTC) if found else datetime.now(UTC)
