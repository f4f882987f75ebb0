"""A small mail server: one mailbox over IMAP and a submission port over SMTP, strict, on real sockets.

It keeps what it is given and answers as RFC 3501, 2177, 6154, 6851 and 5321 say. A command that they forbid gets BAD or
a 5xx code; a command that marks mails as read fails the test.
"""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

from draht.channels.email.tests.imap import ImapTalk
from draht.channels.email.tests.smtp import SmtpTalk
from draht.contract.loopback import free_port

USER, PASSWORD, ADDRESS = "support", 'pass "word" \\', "support@acme.test"


@dataclass(slots=True)
class Letter:
    """A mail in a folder."""

    uid: int
    content: bytes
    received: datetime
    flags: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Folder:
    """``use``: its special use (RFC 6154)."""

    use: str = ""
    validity: int = 7
    next: int = 1
    letters: list[Letter] = field(default_factory=list)

    def add(self, content: bytes, received: datetime | None = None) -> Letter:
        content = re.sub(rb"\r?\n", b"\r\n", content)
        letter = Letter(self.next, content, received or datetime.now(UTC))
        self.next += 1
        self.letters.append(letter)
        return letter


class MailServer:
    """The double. ``lacks`` are capabilities that it does not have; ``says`` answers to SMTP commands, to refuse.

    Attributes:
        sent: what was handed in: sender, recipients, and the mail.
        arrives: whether mails to our own address come into the mailbox.
    """

    def __init__(self) -> None:
        self.folders = {
            "INBOX": Folder(), "Sent": Folder("\\Sent"), "Papierkorb": Folder("\\Trash"), "Junk": Folder("\\Junk"),
        }  # fmt: skip
        self.capabilities = ["IMAP4rev1", "IDLE", "MOVE", "UIDPLUS", "SPECIAL-USE", "AUTH=PLAIN"]
        self.extensions = ["8BITMIME", "SMTPUTF8", "SIZE 1000000", "AUTH PLAIN LOGIN"]
        self.says: dict[str, str] = {}
        self.sent: list[tuple[str, list[str], bytes]] = []
        self.arrives = True
        self.lock = threading.RLock()
        self.changed = threading.Condition(self.lock)
        self._open = True
        self._servers: list[socket.socket] = []
        self.imap = self._listen(lambda line: ImapTalk(self, line).run())
        self.smtp = self._listen(lambda line: SmtpTalk(self, line).run())

    def close(self) -> None:
        self._open = False
        for one in self._servers:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def settle(self) -> None:
        """Mails arrive at once."""

    def arrive(self, content: bytes, received: datetime | None = None, folder: str = "INBOX") -> int:
        """A mail comes into a folder; gives back its UID."""
        with self.changed:
            letter = self.folders[folder].add(content, received)
            self.changed.notify_all()
        return letter.uid

    def hand_in(self, sender: str, recipients: list[str], content: bytes) -> None:
        with self.lock:
            self.sent.append((sender, recipients, content))
        if self.arrives and ADDRESS in recipients:
            self.arrive(b"Return-Path: <" + sender.encode() + b">\r\n" + content)

    def renumber(self) -> None:
        """The mailbox was restored from a backup: everything has other numbers."""
        with self.lock:
            inbox = self.folders["INBOX"]
            inbox.validity += 1
            inbox.next += 100
            for letter in inbox.letters:
                letter.uid, inbox.next = inbox.next, inbox.next + 1

    def _listen(self, serve: Callable[[socket.socket], None]) -> int:
        server = socket.create_server(("127.0.0.1", free_port()))
        self._servers.append(server)

        def talk(line: socket.socket) -> None:
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # else each answer waits 40 ms
            with suppress(OSError), line:
                serve(line)

        def accept() -> None:
            while self._open:
                try:
                    line, _ = server.accept()
                except OSError:
                    return
                threading.Thread(target=talk, args=(line,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        return int(server.getsockname()[1])
