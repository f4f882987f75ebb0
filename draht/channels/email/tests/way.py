"""The way to mail servers: passes every byte on, unless the next talk is to fail as mail servers fail."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Protocol

from draht.contract.loopback import free_port

IMAP_SAYS = {401: "[AUTHENTICATIONFAILED] no", 429: "[LIMIT] too much", 500: "[SERVERBUG] oh", 503: "[UNAVAILABLE] no"}
# What SMTP says, and to which command
SMTP_SAYS = {
    401: ("AUTH", "535 5.7.8 who are you?"), 429: ("MAIL", "450 4.7.1 too much"), 403: ("RCPT", "550 5.7.1 not there"),
    422: ("MAIL", "552 5.3.4 too large"), 500: ("MAIL", "451 4.3.0 oh"), 503: ("MAIL", "421 4.3.2 closing"),
}  # fmt: skip


class Servers(Protocol):
    """Two ports on loopback: the double's, or those of real servers."""

    imap: int
    smtp: int

    def settle(self) -> None:
        """Returns when every mail has arrived."""


class Way:
    """As ``Loopback``, for IMAP and SMTP: a fault is for the next connection.

    A status code is said in the words of the protocol; ``"lost"`` passes a mail on and breaks the line before its
    confirmation; ``"late"`` breaks it before the mail; ``"garbage"`` and ``"hang up"`` are as in HTTP.
    """

    def __init__(self, app: Servers) -> None:
        self.app: Any = app
        self.faults: list[int | str] = []
        self.requests: list[Any] = []
        self._open = True
        self._listening: list[socket.socket] = []
        imap = self._listen(lambda line, fault: self._imap(line, app.imap, fault))
        smtp = self._listen(lambda line, fault: self._smtp(line, app.smtp, fault))
        self.url = f"{imap}/{smtp}"

    def fail_next(self, *faults: int | str) -> None:
        self.faults += faults

    def close(self) -> None:
        self._open = False
        for one in self._listening:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _listen(self, serve: Callable[[socket.socket, int | str | None], None]) -> int:
        server = socket.create_server(("127.0.0.1", free_port()))
        self._listening.append(server)

        def accept() -> None:
            while self._open:
                try:
                    line, _ = server.accept()
                except OSError:
                    return
                self.requests.append(server.getsockname()[1])
                fault = self.faults.pop(0) if self.faults else None
                threading.Thread(target=talk, args=(line, fault), daemon=True).start()

        def talk(line: socket.socket, fault: int | str | None) -> None:
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # else each answer waits 40 ms
            with suppress(OSError), line:
                serve(line, None if fault == "fine" else fault)

        threading.Thread(target=accept, daemon=True).start()
        return int(server.getsockname()[1])

    def _imap(self, line: socket.socket, port: int, fault: int | str | None) -> None:
        if fault is None or fault in {"lost", "late"}:
            _pass_on(line, port)
        elif fault == "garbage":
            line.sendall(b"\xff\x00<html>{\r\n" * 3)
        elif isinstance(fault, int):
            _refuse_imap(line, IMAP_SAYS[fault])

    def _smtp(self, line: socket.socket, port: int, fault: int | str | None) -> None:
        if fault is None:
            _pass_on(line, port)
        elif fault in {"lost", "late"}:
            _pass_on(line, port, lose=str(fault), settle=self.app.settle)
        elif fault == "garbage":
            line.sendall(b"\xff\x00<html>{\r\n" * 3)
        elif isinstance(fault, int):
            _refuse_smtp(line, *SMTP_SAYS[fault])


def _refuse_imap(line: socket.socket, words: str) -> None:
    line.sendall(b"* OK ready\r\n")
    for told in line.makefile("rb"):
        tag, command = told.split()[:2]
        if command.upper() == b"CAPABILITY":
            line.sendall(b"* CAPABILITY IMAP4rev1\r\n" + tag + b" OK done\r\n")
        else:
            line.sendall(tag + f" NO {words}\r\n".encode())


def _refuse_smtp(line: socket.socket, at: str, words: str) -> None:
    line.sendall(b"220 ready\r\n")
    for told in line.makefile("rb"):
        command = told[:4].upper().decode()
        if command == "EHLO":
            line.sendall(b"250-here\r\n250 AUTH PLAIN\r\n")
        elif command == at:
            line.sendall(f"{words}\r\n".encode())
        elif command == "DATA":
            raise AssertionError("A mail goes out that was refused.")
        else:
            line.sendall(b"235 welcome\r\n" if command == "AUTH" else b"250 fine\r\n")


def _pass_on(line: socket.socket, port: int, lose: str = "", settle: Callable[[], None] | None = None) -> None:
    """Both directions until one ends. A lost mail is handed over whole, and its confirmation kept back."""
    with socket.create_connection(("127.0.0.1", port)) as there:
        there.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        handed_over = threading.Event()
        back = threading.Thread(target=_answers, args=(there, line, handed_over), daemon=True)
        back.start()
        tail = b""
        while chunk := line.recv(65_536):
            tail = (tail + chunk)[-65_541:]
            if lose == "late" and b"\r\nDATA\r\n" in b"\r\n" + tail.upper():
                return
            if lose == "lost" and tail.endswith(b"\r\n.\r\n"):
                handed_over.set()
            there.sendall(chunk)
            if handed_over.is_set():
                back.join(10)
                assert settle is not None
                settle()
                return
        with suppress(OSError):
            there.shutdown(socket.SHUT_WR)
        back.join(10)


def _answers(there: socket.socket, line: socket.socket, handed_over: threading.Event) -> None:
    with suppress(OSError):
        while chunk := there.recv(65_536):
            if handed_over.is_set():
                return
            line.sendall(chunk)
        line.shutdown(socket.SHUT_RDWR)
