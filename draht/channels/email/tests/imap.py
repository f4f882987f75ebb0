"""One talk over IMAP with the double: what RFC 3501 wants of a server, as far as a mailbox is read and moved."""

from __future__ import annotations

import base64
import re
import socket
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import Message
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from draht.channels.email.tests.double import Folder, Letter, MailServer

_WORD = re.compile(r'"((?:[^"\\]|\\["\\])*)"|(\([^)]*\))|([^\s"()]+)')
_BODY = re.compile(r"BODY\.PEEK\[([^\]]*)\](?:<(\d+)\.(\d+)>)?")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Bad(Exception):
    """A command that the RFC does not know or that comes at the wrong time."""


class No(Exception):
    """A command that cannot be carried out."""


class ImapTalk:
    """States: not known, known, and with a folder chosen."""

    def __init__(self, server: MailServer, line: socket.socket) -> None:
        self.server, self.line = server, line
        self.reader = line.makefile("rb")
        self.known, self.writes = False, False
        self.chosen: Folder | None = None
        self.told = 0  # how many mails the other side has been told of

    def say(self, words: str | bytes) -> None:
        self.line.sendall((words if isinstance(words, bytes) else words.encode()) + b"\r\n")

    def run(self) -> None:
        self.say("* OK double ready")
        while told := self.reader.readline():
            assert told.endswith(b"\r\n"), "IMAP lines end with CR LF"
            tag, _, rest = told.decode().strip().partition(" ")
            verb, _, arguments = rest.partition(" ")
            try:
                self.answer(tag, verb.upper(), arguments)
            except Bad as error:
                self.say(f"{tag} BAD {error}")
            except No as error:
                self.say(f"{tag} NO {error}")
            if verb.upper() == "LOGOUT":
                return

    def answer(self, tag: str, verb: str, arguments: str) -> None:
        if verb == "UID":
            verb, _, arguments = arguments.partition(" ")
            verb = f"UID {verb.upper()}"
        self.must_be_allowed(verb)
        match verb:
            case "CAPABILITY":
                self.say(f"* CAPABILITY {' '.join(self.server.capabilities)}")
            case "NOOP":
                self.tell_news()
            case "LOGOUT":
                self.say("* BYE")
            case "LOGIN":
                self.log_in(words_in(arguments))
            case "AUTHENTICATE":
                self.say("+")
                _, *login = base64.b64decode(self.reader.readline()).decode().split("\0")
                self.log_in(login)
            case "LIST":
                for name, folder in self.server.folders.items():
                    self.say(f'* LIST ({folder.use}) "/" "{name}"')
            case "STATUS":
                name = words_in(arguments)[0]
                folder = self.folder(name)
                self.say(f'* STATUS "{name}" (UIDVALIDITY {folder.validity} UIDNEXT {folder.next})')
            case "SELECT" | "EXAMINE":
                self.choose(words_in(arguments)[0], writes=verb == "SELECT")
            case "IDLE":
                self.idle()
            case "APPEND":
                self.append(arguments)
            case "UID SEARCH":
                self.search(words_in(arguments))
            case "UID FETCH":
                self.fetch(*arguments.split(" ", 1))
            case "UID MOVE":
                self.move(*words_in(arguments))
            case _:
                raise Bad(f"{verb} is no command here")
        self.say(f"{tag} OK {verb} done")

    def must_be_allowed(self, verb: str) -> None:
        if not self.known and verb not in {"CAPABILITY", "LOGIN", "AUTHENTICATE", "LOGOUT", "NOOP"}:
            raise Bad("log in first")
        if self.chosen is None and verb.startswith("UID"):
            raise Bad("choose a folder first")
        needed = {"IDLE": "IDLE", "UID MOVE": "MOVE"}.get(verb)
        if needed and needed not in self.server.capabilities:
            raise Bad(f"no {needed} here")

    def log_in(self, login: list[str]) -> None:
        from draht.channels.email.tests.double import PASSWORD, USER

        if login != [USER, PASSWORD]:
            raise No("[AUTHENTICATIONFAILED] Authentication failed.")
        self.known = True

    def folder(self, name: str) -> Folder:
        if name not in self.server.folders:
            raise No(f"[NONEXISTENT] Mailbox doesn't exist: {name}")
        return self.server.folders[name]

    def choose(self, name: str, *, writes: bool) -> None:
        self.chosen, self.writes = self.folder(name), writes
        self.told = len(self.chosen.letters)
        self.say(f"* FLAGS (\\Seen)\r\n* {self.told} EXISTS\r\n* 0 RECENT")
        self.say(f"* OK [UIDVALIDITY {self.chosen.validity}] valid\r\n* OK [UIDNEXT {self.chosen.next}] next")

    def tell_news(self) -> None:
        if self.chosen is not None and len(self.chosen.letters) != self.told:
            self.told = len(self.chosen.letters)
            self.say(f"* {self.told} EXISTS")

    def idle(self) -> None:
        """Tells what comes until the other side says DONE."""
        self.say("+ idling")
        self.line.settimeout(0.05)
        done = b""
        while done != b"DONE\r\n":
            with self.server.lock:
                self.tell_news()
            try:
                done += self.line.recv(100)
            except TimeoutError:
                continue
        self.line.settimeout(None)

    def append(self, arguments: str) -> None:
        folder = self.folder(words_in(arguments)[0])
        size = int(arguments.rpartition("{")[2].rstrip("}"))
        self.say("+ go on")
        content = self.reader.read(size)
        assert self.reader.readline() == b"\r\n"
        letter = folder.add(content)
        letter.flags = set(re.findall(r"\\\w+", arguments))

    def search(self, words: list[str]) -> None:
        assert self.chosen is not None
        found = list(self.chosen.letters)
        while words:
            match words.pop(0).upper():
                case "UID":
                    found = [one for one in found if one.uid in self.numbers(words[0])]
                    words.pop(0)
                case "SINCE":
                    day, month, year = words.pop(0).split("-")
                    since = datetime(int(year), MONTHS.index(month) + 1, int(day), tzinfo=UTC)
                    found = [one for one in found if one.received >= since]
                case "HEADER":
                    name, value = words.pop(0), words.pop(0)
                    found = [one for one in found if value in str(message_from_bytes(one.content)[name] or "")]
                case other:
                    raise Bad(f"{other} is no search key here")
        self.say(f"* SEARCH {' '.join(str(one.uid) for one in found)}".rstrip())

    def numbers(self, told: str) -> set[int]:
        """A set of UIDs. ``n:*`` holds the last mail, whatever n is (RFC 3501, 6.4.8)."""
        assert self.chosen is not None
        there = [one.uid for one in self.chosen.letters]
        found: set[int] = set()
        for piece in told.split(","):
            first, _, end = piece.partition(":")
            low, high = int(first), max(there, default=0) if end == "*" else int(end or first)
            low, high = min(low, high), max(low, high)
            found |= {uid for uid in there if low <= uid <= high}
        return found

    def fetch(self, uids: str, what: str) -> None:
        assert self.chosen is not None
        assert not re.search(r"BODY\[|RFC822\b(?!\.SIZE)", what), "this would mark mails as read"
        for number, letter in enumerate(self.chosen.letters, 1):
            if letter.uid in self.numbers(uids):
                self.say(f"* {number} FETCH (UID {letter.uid}".encode() + self.told_of(letter, what) + b")")

    def told_of(self, letter: Letter, what: str) -> bytes:
        told = b""
        if "INTERNALDATE" in what:
            at = letter.received
            told += f' INTERNALDATE "{at.day:2d}-{MONTHS[at.month - 1]}-{at:%Y %H:%M:%S +0000}"'.encode()
        if "RFC822.SIZE" in what:
            told += f" RFC822.SIZE {len(letter.content)}".encode()
        for section, begin, length in _BODY.findall(what):
            found = section_of(letter.content, section)
            part = ""
            if length:
                found, part = found[int(begin) : int(begin) + int(length)], f"<{begin}>"
            told += f" BODY[{section}]{part} {{{len(found)}}}\r\n".encode() + found
        return told

    def move(self, uids: str, name: str) -> None:
        if not self.writes or self.chosen is None:
            raise No("[READ-ONLY] this folder is only read")
        target, taken = self.folder(name), self.numbers(uids)
        for letter in [one for one in self.chosen.letters if one.uid in taken]:
            self.chosen.letters.remove(letter)
            target.add(letter.content, letter.received)
        self.told = len(self.chosen.letters)


def words_in(arguments: str) -> list[str]:
    """Atoms, quoted strings and lists in brackets."""
    return [
        re.sub(r"\\(.)", r"\1", found[1]) if found[0].startswith('"') else found[0]
        for found in _WORD.finditer(arguments)
    ]


def section_of(content: bytes, section: str) -> bytes:
    """RFC 3501, 6.4.5: cut out of the bytes by the boundaries, not put together from parsed parts."""
    head, gap, body = content.partition(b"\r\n\r\n")
    if section in {"", "HEADER", "TEXT"}:
        return {"": content, "HEADER": head + gap, "TEXT": body}[section]
    part = content
    for number in section.removesuffix(".MIME").split("."):
        head, _, body = part.partition(b"\r\n\r\n")
        mail: Message = message_from_bytes(head + b"\r\n\r\n")
        boundary = mail.get_boundary()
        if boundary is None:
            raise Bad(f"there is no part {section}")
        pieces = re.split(rb"(?:^|\r\n)--" + re.escape(boundary.encode()) + rb"(?:--)?[ \t]*(?=\r\n|$)", body)
        part = pieces[int(number)].removeprefix(b"\r\n")
    head, gap, body = part.partition(b"\r\n\r\n")
    return head + gap if section.endswith(".MIME") else body
