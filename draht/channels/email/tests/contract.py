"""What is the same for the double and for the real servers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from typing import Any

from draht.channels.email.channel import Email
from draht.channels.email.mapper import Mail, Us, of_leftover, to_message
from draht.channels.email.tests.way import Servers, Way
from draht.contract.messages import Reading
from draht.contract.reading import read_each
from draht.contract.testing import ChannelContract, Net

US = Us("support@acme.test", b"key")
RECEIVED = datetime(2026, 11, 22, 12, tzinfo=UTC)


def settings_for(url: str, user: str, password: str, **others: str) -> dict[str, str]:
    """The settings for servers on loopback."""
    imap, smtp = url.split("/")
    return {
        "address": "support@acme.test", "name": "Acme Support", "user": user, "password": password,
        "imap_host": "127.0.0.1", "imap_port": imap, "imap_security": "none",
        "smtp_host": "127.0.0.1", "smtp_port": smtp, "smtp_security": "none", "folder": "INBOX", "copy": "yes",
    } | others  # fmt: skip


def letter(text: str, subject: str = "A question", sender: str = "Jane <jane@customer.test>", **headers: str) -> bytes:
    """A customer's mail."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, "support@acme.test", subject
    mail["Date"], mail["Message-ID"] = format_datetime(datetime.now(UTC)), make_msgid(domain="customer.test")
    for name, value in headers.items():
        del mail[name.replace("_", "-")]
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    return mail.as_bytes()


def words_of(content: bytes) -> str:
    """What the receiver of a mail reads, by another parser than ours."""
    body = message_from_bytes(content, policy=policy.default).get_body(("plain",))
    assert body is not None
    return str(body.get_content())


class EmailContract(ChannelContract):
    """The channel, its samples, and the way to its servers."""

    channel = Email

    def reach(self, double: Servers) -> Net:
        return Way(double)

    def connect(self, url: str, double: Any) -> Mapping[str, str]:
        raise NotImplementedError

    def read_sample(self, payload: Any) -> Reading:
        if isinstance(payload, bytes):
            payload = Mail("7.12", RECEIVED, payload)
        return Reading(
            *read_each([payload], lambda one: to_message(one if isinstance(one, Mail) else of_leftover(one), US))
        )
