"""E-mail: what one mailbox can do. ``round.py`` reads, ``letter.py`` writes, ``rights.py`` says what may be."""

from __future__ import annotations

from contextlib import AbstractContextManager
from email.parser import BytesHeaderParser
from functools import cached_property
from hashlib import sha256

from draht.channels.email import outbox, rights
from draht.channels.email.access import NONE, STARTTLS, TLS, access_of
from draht.channels.email.answers import Answers
from draht.channels.email.mailbox import Mailbox
from draht.channels.email.mapper import Us, domain_of, of_leftover, to_message
from draht.channels.email.parts import ADDRESS, decoded
from draht.channels.email.round import cursor_of, step
from draht.channels.email.session import opened
from draht.contract.channel import (
    Act,
    BringsMedia,
    Channel,
    Counter,
    Fetches,
    LooksBack,
    Moderates,
    Replies,
    RereadsItems,
    Setting,
    Waits,
)
from draht.contract.errors import Refused
from draht.contract.messages import Account, Attachment, Item, May, Media, OutgoingReply, Reading, Sent, Takes
from draht.contract.reading import read_again
from draht.contract.text import counter
from draht.contract.words import words

LONGEST = 100_000  # characters of an answer; mail itself has no limit
TAKES = Takes(
    count=10,
    types=(
        "image/jpeg", "image/png", "image/gif", "image/webp", "video/mp4", "audio/mpeg", "audio/ogg", "audio/mp4",
        "application/pdf", "text/plain", "text/csv", "application/zip",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
    most=10 * 1024 * 1024,
    alt=500,
)  # fmt: skip
SECURITY = (
    (TLS, words("TLS (ports 993 and 465)")),
    (STARTTLS, words("STARTTLS (ports 143 and 587)")),
    (NONE, words("None: only within your own network")),
)
FOLDERS = {Act.DELETE: "\\Trash", Act.SPAM: "\\Junk"}


class Email(Channel, Fetches, RereadsItems, Waits, Replies, LooksBack, Moderates, BringsMedia):
    """One address and its mailbox."""

    label = "E-mail"
    every = 120  # seconds; where the server can call, what is new comes at once
    settings = (
        Setting("address", words("Address"), words("What customers write to, for example help@example.com")),
        Setting("name", words("Name"), words("Stands beside the address on your answers"), required=False),
        Setting("user", words("User name"), words("Often the address itself")),
        Setting("password", words("Password"), words("Where there are app passwords, one of these"), secret=True),
        Setting("imap_host", words("IMAP server"), words("For reading, for example imap.example.com")),
        Setting("imap_port", words("IMAP port"), default="993"),
        Setting("imap_security", words("IMAP security"), choices=SECURITY, default=TLS),
        Setting("smtp_host", words("SMTP server"), words("For sending, for example smtp.example.com")),
        Setting("smtp_port", words("SMTP port"), default="587"),
        Setting("smtp_security", words("SMTP security"), choices=SECURITY, default=STARTTLS),
        Setting("folder", words("Folder"), words("The one that is read"), default="INBOX"),
        Setting("copy", words("Blind copy to this mailbox"),
                words("It proves that an answer left when the line to the server broke."),
                choices=(("yes", words("Yes")), ("no", words("No"))), default="yes"),
    )  # fmt: skip

    @cached_property
    def us(self) -> Us:
        address = self.config.get("address", "").strip().lower()
        if not ADDRESS.fullmatch(address) or not address.isprintable():
            raise Refused(words("{address} is not a mail address.").format(address=address or "?"))
        address = f"{address.rpartition('@')[0]}@{domain_of(address)}"
        return Us(address, sha256(f"draht\n{self.config.get('password', '')}".encode()).digest())

    @property
    def _name(self) -> str:
        return self.config.get("name", "").strip() or self.us.address

    @property
    def _copies(self) -> bool:
        return self.config.get("copy", "yes") != "no"

    def _box(self, folder: str = "", *, writes: bool = False) -> AbstractContextManager[Mailbox]:
        wanted = folder or self.config.get("folder", "").strip() or "INBOX"
        return opened(access_of(self.config, "imap"), wanted, writes=writes)

    def whoami(self) -> Account:
        account = Account(self.us.address, self._name, self.us.address)
        with self._box():
            pass
        outbox.try_login(access_of(self.config, "smtp"))
        return account

    def lacks(self) -> tuple[str, ...]:
        found = []
        with self._box() as box:
            if not box.can("IDLE"):
                found.append(words("The server cannot call us (it lacks IDLE): new mails may take two minutes."))
            if box.folder_for("\\Sent") is None:
                found.append(words("There is no folder for sent mails: make one named Sent, so that answers are kept."))
            if box.folder_for("\\Trash") is None or not box.can("MOVE"):
                found.append(words("Mails cannot be moved to the trash: it needs a folder named Trash, and MOVE."))
        if not self._copies:
            found.append(words("Without a blind copy to this mailbox, a person has to look whether an answer arrived "
                               "whose confirmation was lost."))  # fmt: skip
        return tuple(found)

    def may(self, act: Act, item: Item) -> May:
        return rights.may(act, item)

    # -- reading ------------------------------------------------------------------------------------------------

    def fetch(self, cursor: str) -> Reading:
        with self._box() as box:
            return step(box, cursor, self.us, self.since)

    def read_item(self, raw: str) -> Reading:
        return read_again(raw, lambda payload: to_message(of_leftover(payload), self.us))

    def wait(self, cursor: str, seconds: float) -> bool:
        before = cursor_of(cursor)
        with self._box() as box:
            if before is None or before.validity != box.validity:
                return True
            return box.wait(before.last, seconds)

    def bring(self, attachment: Attachment, most: int) -> Media:
        place, _, section = attachment.key.partition("/")
        validity, _, uid = place.partition(".")
        with self._box() as box:
            if not uid.isdigit() or str(box.validity) != validity:
                raise Refused(words("This file is gone from the mailbox."))
            header, content = box.section(int(uid), section, most * 4 // 3 + 1000)
        part = BytesHeaderParser().parsebytes(header)
        whole = decoded(part, content)
        if len(whole) > most:
            raise Refused(words("This file is larger than what is kept here."))
        return Media(whole, part.get_content_type(), attachment.name, attachment.alt)

    # -- writing ------------------------------------------------------------------------------------------------

    def counter(self, item: Item) -> Counter:
        return counter(LONGEST, count=len)

    def takes(self, item: Item) -> Takes:
        return TAKES

    def reply(self, reply: OutgoingReply) -> Sent:
        return self._answers.send(reply)

    def find_reply(self, reply: OutgoingReply) -> Sent | None:
        return self._answers.find(reply)

    @property
    def _answers(self) -> Answers:
        smtp = access_of(self.config, "smtp")
        return Answers(self.us, self._name, smtp, self._box, copies=self._copies)

    def moderate(self, act: Act, item: Item) -> None:
        if act not in FOLDERS:
            raise Refused(words("{network} has no such function.").format(network=self.label))
        with self._box(writes=True) as box:
            uids = self._uids(box, item)
            folder = box.folder_for(FOLDERS[act])
            if folder is None:
                raise Refused(words("The mailbox has no folder for that: make one named Trash, and one named Junk."))
            box.move(uids, folder)

    def _uids(self, box: Mailbox, item: Item) -> list[int]:
        """Where a mail lies in the folder, if it still does."""
        if id := str(item.raw.get("message_id") or ""):
            return box.uids_of(id)
        validity, _, uid = str(item.raw.get("place") or "").partition(".")
        return [int(uid)] if validity == str(box.validity) and uid.isdigit() else []
