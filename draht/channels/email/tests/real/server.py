"""A real Postfix and Dovecot from Debian's packages, on loopback, in a folder of their own, gone when the tests end.

Both run in the foreground, each as the leader of a process group (no system service is touched). Ports are below 32768:
higher ones collide with outgoing connections.
"""

from __future__ import annotations

import imaplib
import os
import random
import shutil
import smtplib
import socket
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from signal import SIGKILL, SIGTERM

import pytest

PARTS = Path(__file__).parent
PROGRAMS = ("dovecot", "postfix", "openssl")
PATIENCE = 60  # seconds until a server answers
MAIL_USER = 5000  # owns the mailboxes; no name is needed
LIST = "requirements/debian-real.txt"
US, CUSTOMER = "support@acme.test", "jane@customer.test"
PASSWORDS = {US: "supportpw", CUSTOMER: "janepw"}


class RealMail:
    """Two mailboxes: ours (``support@acme.test``) and a customer's (``jane@customer.test``).

    Attributes:
        imap, imaps: ports of Dovecot, without TLS (with STARTTLS) and with.
        smtp, smtps: ports for handing in with a login.
        door: the port that the world delivers to.
        certificate: the file with the certificate that both show.
    """

    def __init__(self) -> None:
        _demand_packages()
        self.folder = Path(tempfile.mkdtemp(prefix="draht-mail-"))
        self.folder.chmod(0o755)  # the servers run as several users
        self.certificate = self.folder / "cert.pem"
        self._running: list[subprocess.Popen[bytes]] = []
        names = ("imap", "imaps", "smtp", "smtps", "door", "lmtp", "auth")
        self.ports = dict(zip(names, _free_ports(len(names)), strict=True))
        self.imap, self.imaps, self.smtp = self.ports["imap"], self.ports["imaps"], self.ports["smtp"]
        self.smtps, self.door = self.ports["smtps"], self.ports["door"]
        try:
            self._start()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        if (self.folder / "postfix" / "main.cf").exists():  # its master leads a group of its own
            with suppress(RuntimeError, subprocess.TimeoutExpired):
                self._run("postfix", "-c", str(self.folder / "postfix"), "stop")
        for process in reversed(self._running):
            with suppress(ProcessLookupError):
                os.killpg(process.pid, SIGTERM)
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, SIGKILL)
        shutil.rmtree(self.folder, ignore_errors=True)

    def forget(self) -> None:
        """Both mailboxes are new."""
        self.settle()
        shutil.rmtree(self.folder / "mail")
        self._make(self.folder / "mail", MAIL_USER)

    def deliver(self, content: bytes, *, settle: bool = True) -> None:
        """A customer's mail from the world, until it lies in our mailbox."""
        with smtplib.SMTP("127.0.0.1", self.door, "[127.0.0.1]") as server:
            server.sendmail(CUSTOMER, [US], content)
        if settle:
            self.settle()

    def settle(self) -> None:
        """Returns when nothing is on its way any more."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if "queue is empty" in self._run("postqueue", "-c", str(self.folder / "postfix"), "-p"):
                return
            time.sleep(0.05)
        raise RuntimeError("Mails stay in the queue.")

    def read(self, who: str, folder: str = "INBOX") -> list[bytes]:
        """What lies in a mailbox, read by hand."""
        self.settle()
        box = imaplib.IMAP4("127.0.0.1", self.imap)
        try:
            box.login(who, PASSWORDS[who])
            if box.select(folder, readonly=True)[0] != "OK":
                return []
            found = box.uid("FETCH", "1:*", "(BODY.PEEK[])")[1]
            return [item[1] for item in found if isinstance(item, tuple)]
        finally:
            box.logout()

    def unseen(self) -> int:
        """How many of our mails nobody has read."""
        box = imaplib.IMAP4("127.0.0.1", self.imap)
        box.login(US, PASSWORDS[US])
        box.select(readonly=True)
        found = box.search(None, "UNSEEN")[1][0]
        box.logout()
        return len(found.split())

    def by_hand(self, *commands: tuple[str, ...]) -> None:
        """Commands of IMAP in our mailbox, as a colleague's program gives them."""
        box = imaplib.IMAP4("127.0.0.1", self.imap)
        box.login(US, PASSWORDS[US])
        box.select()
        for name, *arguments in commands:
            typ, answer = getattr(box, name)(*arguments)
            assert typ == "OK", answer
        box.logout()

    def _start(self) -> None:
        self._certify()
        self._make(self.folder / "mail", MAIL_USER)
        self._make(self.folder / "spool")
        self._make(self.folder / "data")
        shutil.chown(self.folder / "data", "postfix")
        self._make(self.folder / "postfix")
        lines = "".join(f"{who}:{{PLAIN}}{password}::::::\n" for who, password in PASSWORDS.items())
        (self.folder / "users").write_text(lines)
        self._fill("dovecot.conf", self.folder / "dovecot.conf")
        self._fill("main.cf", self.folder / "postfix" / "main.cf")
        self._fill("master.cf", self.folder / "postfix" / "master.cf")
        self._spawn("dovecot", "-F", "-c", str(self.folder / "dovecot.conf"))
        self._spawn("postfix", "-c", str(self.folder / "postfix"), "start-fg")
        self._wait_until_all_answer()

    def _certify(self) -> None:
        self._run(
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1",
            "-keyout", str(self.folder / "key.pem"), "-out", str(self.certificate),
        )  # fmt: skip

    def _fill(self, part: str, target: Path) -> None:
        text = (PARTS / part).read_text().replace("FOLDER", str(self.folder)).replace("MAIL_USER", str(MAIL_USER))
        for name, port in self.ports.items():
            text = text.replace(f"PORT_OF_{name.upper()};", str(port))
        target.write_text(text)

    def _make(self, folder: Path, owner: int | None = None) -> None:
        folder.mkdir()
        if owner is not None:
            os.chown(folder, owner, owner)

    def _run(self, *command: str) -> str:
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
        if done.returncode:
            raise RuntimeError(f"{command[0]} failed:\n{done.stdout}\n{done.stderr}")
        return done.stdout

    def _spawn(self, *command: str) -> None:
        with (self.folder / f"{command[0]}.log").open("wb") as log:
            self._running.append(subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True))

    def _wait_until_all_answer(self) -> None:
        end = time.monotonic() + PATIENCE
        for port in self.ports.values():
            while not _answers(port):
                if time.monotonic() > end or any(one.poll() is not None for one in self._running):
                    logs = "\n".join(log.read_text(errors="replace")[-3000:] for log in self.folder.glob("*.log"))
                    raise RuntimeError(f"The real mail servers do not start:\n{logs}")
                time.sleep(0.1)


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _demand_packages() -> None:
    missing = [name for name in PROGRAMS if not shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")]
    if os.geteuid() != 0:
        pytest.fail("Postfix and Dovecot begin as root and then become several users: run these tests as root.", False)
    if missing:
        install = f"apt-get install -y --no-install-recommends $(grep -v '^#' {LIST})"
        pytest.fail(f"Real mail needs {', '.join(missing)}. Install the packages of {LIST}:\n{install}", False)


def _free_ports(count: int) -> list[int]:
    found: list[int] = []
    for port in random.sample(range(20_000, 32_000), 500):
        if not _answers(port):
            found.append(port)
        if len(found) == count:
            return found
    raise RuntimeError("no free ports")
