"""One talk over SMTP with the double (RFC 5321, 4954, 1870)."""

from __future__ import annotations

import base64
import binascii
import re
import socket
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from draht.channels.email.tests.double import MailServer

_PATH = re.compile(r"(?:MAIL FROM|RCPT TO):<([^<>\s]*)>(.*)", re.IGNORECASE)


class SmtpTalk:
    """Commands in their order, or 503."""

    def __init__(self, server: MailServer, line: socket.socket) -> None:
        self.server, self.line = server, line
        self.reader = line.makefile("rb")
        self.known = False
        self.sender: str | None = None
        self.recipients: list[str] = []

    def say(self, words: str) -> None:
        self.line.sendall(f"{words}\r\n".encode())

    def run(self) -> None:
        self.say(self.server.says.get("connect", "220 double.test ESMTP"))
        for told in self.reader:
            assert told.endswith(b"\r\n"), "SMTP lines end with CR LF"
            assert len(told) <= 1000
            words = told.decode("utf-8").strip()
            verb = words[:4].upper()
            if verb in self.server.says:
                self.say(self.server.says[verb])
            elif verb == "QUIT":
                return self.say("221 bye")
            else:
                self.answer(verb, words)
        return None

    def answer(self, verb: str, words: str) -> None:
        match verb:
            case "EHLO":
                self.say(
                    "\r\n".join(["250-double.test", *(f"250-{one}" for one in self.server.extensions), "250 HELP"])
                )
            case "AUTH":
                self.authenticate(words)
            case "MAIL":
                self.mail(words)
            case "RCPT":
                self.recipient(words)
            case "DATA":
                self.data()
            case "RSET" | "NOOP":
                self.say("250 2.0.0 fine")
            case _:
                self.say("502 5.5.1 what?")

    def authenticate(self, words: str) -> None:
        from draht.channels.email.tests.double import PASSWORD, USER

        _, kind, *first = words.split()
        if kind.upper() != "PLAIN" or not first:
            return self.say("504 5.5.4 PLAIN only")
        try:
            _, user, password = base64.b64decode(first[0], validate=True).decode().split("\0")
        except (binascii.Error, ValueError):
            return self.say("501 5.5.2 no base64")
        self.known = (user, password) == (USER, PASSWORD)
        return self.say("235 2.7.0 welcome" if self.known else "535 5.7.8 authentication failed")

    def mail(self, words: str) -> None:
        found = _PATH.fullmatch(words)
        if not self.known:
            return self.say("530 5.7.0 authentication required")
        if not found or self.sender is not None:
            return self.say("501 5.5.4 syntax")
        if not found[1].isascii() and "SMTPUTF8" not in found[2]:
            return self.say("553 5.6.7 SMTPUTF8 is needed")
        self.sender = found[1]
        return self.say("250 2.1.0 fine")

    def recipient(self, words: str) -> None:
        found = _PATH.fullmatch(words)
        if self.sender is None:
            return self.say("503 5.5.1 MAIL first")
        if not found or "@" not in found[1]:
            return self.say("501 5.1.3 no address")
        if found[1].startswith("nobody@"):
            return self.say(f"550 5.1.1 <{found[1]}>: user unknown")
        self.recipients.append(found[1])
        return self.say("250 2.1.5 fine")

    def data(self) -> None:
        if not self.recipients or self.sender is None:
            return self.say("503 5.5.1 RCPT first")
        self.say("354 go on")
        lines = []
        for told in self.reader:
            assert told.endswith(b"\r\n")
            assert b"\r" not in told[:-2]
            assert len(told) <= 1001, "RFC 5322, 2.1.1"
            if told == b".\r\n":
                break
            lines.append(told.removeprefix(b"."))
        if "end" in self.server.says:
            return self.say(self.server.says["end"])
        self.server.hand_in(self.sender, self.recipients, b"".join(lines))
        self.sender, self.recipients = None, []
        return self.say("250 2.0.0 queued")
