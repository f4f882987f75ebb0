"""What we send: in the thread, in any language, with files, and with no header but ours."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from draht.channels.email.letter import POLICY, compose, recipient
from draht.channels.email.mapper import PROOF, Mail, to_message
from draht.channels.email.tests.contract import RECEIVED, US
from draht.contract.messages import Author, Item, Media, OutgoingReply

KEY = "0190c3f2-0000-7000-8000-000000000001"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
JANE = Author("jane@customer.test", "Jane", "jane@customer.test")
HEADERS = {"from", "to", "subject", "date", "message-id", "in-reply-to", "references", "content-type", "mime-version",
           "content-transfer-encoding", PROOF.lower()}  # fmt: skip


def item(author: Author = JANE, ours: bool = False, **raw: Any) -> Item:
    told = {"subject": "Zipper", "message_id": "1@c.test", "references": [], "reply_to": []} | raw
    return Item("1@c.test", "1@c.test", author, NOW, private=True, ours=ours, raw=told)


def written(to: Item, text: str = "Within two days.", *media: Media) -> EmailMessage:
    """As its receiver gets it."""
    letter = compose(OutgoingReply(KEY, text, to, media=media), US, "Acme Support", NOW)
    found = message_from_bytes(letter.as_bytes(policy=POLICY), policy=policy.default)
    assert isinstance(found, EmailMessage)
    return found


def words(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def test_it_stands_in_the_thread() -> None:
    mail = written(item(references=["0@c.test", "0b@c.test"]))
    assert mail["Message-ID"] == f"<draht.{KEY}@acme.test>"
    assert mail["In-Reply-To"] == "<1@c.test>"
    assert mail["References"] == "<0@c.test> <0b@c.test> <1@c.test>"
    assert mail["Subject"] == "Re: Zipper"
    assert mail["From"] == "Acme Support <support@acme.test>"
    assert (mail["To"], mail["Bcc"], mail["Cc"]) == ("jane@customer.test", None, None)


def test_the_same_key_is_the_same_mail() -> None:
    assert written(item())["Message-ID"] == written(item())["Message-ID"]


def test_long_references_are_whole() -> None:
    ids = [f"{n}.{'x' * 240}@c.test" for n in range(60)]
    found = str(written(item(references=ids))["References"]).split()
    assert (found[0], found[-2], found[-1], len(found)) == (f"<{ids[0]}>", f"<{ids[-1]}>", "<1@c.test>", 40)


@pytest.mark.parametrize("subject", ["Re: Zipper", "AW: Zipper", "RE[2]: Zipper", "sv: Zipper", "  re : Zipper"])
def test_one_re_is_enough(subject: str) -> None:
    assert str(written(item(subject=subject))["Subject"]).lower().count(":") == 1


@pytest.mark.parametrize(
    "text", ["äöü 🎉 五", "a\n\n\n.\n..\nb", "From here on", "=20", "x" * 5000, "\tindented\n  more"]
)
def test_every_letter_arrives(text: str) -> None:
    assert words(written(item(), text)).strip("\n") == text.strip()


def test_our_copy_is_read_as_ours() -> None:
    text = "Ja:\n> morgen\n-- \nIhr Team 🎉"
    letter = compose(OutgoingReply(KEY, text, item()), US, "Acme", NOW)
    message = to_message(Mail("7.1", RECEIVED, letter.as_bytes(policy=POLICY)), US)
    assert message is not None
    assert (message.id, message.author.id, message.text) == (US.message_id(KEY), US.address, text)
    assert "whole" not in message.raw


def test_files_go_with_it() -> None:
    dot = Media(b"\x89PNG\r\n\x1a\n\x00", "image/png", "Grüße.png", "Ein Punkt\r\nX: y")
    page = Media(b"a\nb\r\nc", "text/html", "../../etc/passwd", "")
    odd = Media(b"odd", "what?", "", "")
    mail = written(item(), "See:", dot, page, odd)
    assert words(mail).strip() == "See:"
    found = [(one.get_filename(), one.get_content_type(), one.get_content()) for one in mail.iter_attachments()]
    assert found == [
        ("Grüße.png", "image/png", dot.content),
        (".._.._etc_passwd", "application/octet-stream", page.content),
        ("file", "application/octet-stream", b"odd"),
    ]
    first = next(iter(mail.iter_attachments()))
    assert (first["Content-Description"], first["X"]) == ("Ein Punkt X: y", None)
    letter = compose(OutgoingReply(KEY, "See:", item(), media=(dot,)), US, "Acme", NOW)
    message = to_message(Mail("7.1", RECEIVED, letter.as_bytes(policy=POLICY)), US)
    assert message is not None
    assert (message.author.id, message.attachments[0].name) == (US.address, "Grüße.png")


@pytest.mark.parametrize(
    ("found", "to"),
    [
        (item(), "jane@customer.test"),
        (item(reply_to=["other@home.example"]), "other@home.example"),
        (item(reply_to=["Jane Doe"]), "jane@customer.test"),
        (item(Author("j@mächine.example", "J", "j@mächine.example")), "j@xn--mchine-bua.example"),
        (item(Author("unknown")), ""),
        (item(Author("a@b.example\nBcc: x@y.example")), ""),
        (item(kind="bounce"), ""),
        (item(ours=True, to=["jane@customer.test"]), "jane@customer.test"),
        (item(ours=True), ""),
    ],
)
def test_where_it_goes(found: Item, to: str) -> None:
    assert recipient(found) == to


EVIL = st.sampled_from(
    ["\r\nBcc: x@y.example", "a\nX-Evil: 1", "\r\n\r\nbody", "\x00", "\u2028Bcc: x", "=?utf-8?q?=0ABcc:_x?=",
     "=?utf-8?q?=0ABcc=3A_x?=@y.example", "<a>", ">"]
) | st.text(max_size=30)  # fmt: skip
WORDS = st.lists(EVIL, max_size=3).map("".join)


@settings(max_examples=100, deadline=None)
@given(subject=WORDS, message_id=WORDS, references=st.lists(WORDS, max_size=3), name=WORDS, reply_to=WORDS, text=WORDS)
def test_no_customer_writes_our_headers(
    subject: str, message_id: str, references: list[str], name: str, reply_to: str, text: str
) -> None:
    told = item(subject=subject, message_id=message_id, references=references, reply_to=[reply_to])
    letter = compose(OutgoingReply(KEY, text, told), US, name, NOW)
    content = letter.as_bytes(policy=POLICY)
    mail = message_from_bytes(content, policy=policy.default)
    assert {header.lower() for header in mail} <= HEADERS
    assert len(mail.keys()) == len({header.lower() for header in mail})
    assert str(mail["To"]) == recipient(told)
    assert [address.addr_spec for address in mail["From"].addresses] == ["support@acme.test"]
    assert max(map(len, content.split(b"\r\n"))) <= 998
    assert b"\n" not in content.replace(b"\r\n", b"")


@pytest.mark.parametrize("evil", ["=?utf-8?q?=0ABcc:_x?=", "=?utf-8?q?=0D=0ABcc=3A_x?=@y.example"])
def test_a_line_end_that_is_encoded_twice_ends_no_line(evil: str) -> None:
    told = item(
        Author(evil, evil, evil), subject=evil, message_id=evil, references=[evil], reply_to=[evil, "a@b.example"]
    )
    mail = written(told, "x", Media(b"x", "image/png", evil, evil))
    assert mail["Bcc"] is None
    assert mail["To"] == "a@b.example"
    assert [one["Bcc"] for one in mail.walk()] == [None] * 3


def test_a_name_with_signs() -> None:
    letter = compose(OutgoingReply(KEY, "x", item()), US, 'Müller, "Zip" & Co\r\nBcc: x@y.example', NOW)
    mail = message_from_bytes(letter.as_bytes(policy=POLICY), policy=policy.default)
    [sender] = mail["From"].addresses
    assert sender.display_name == 'Müller, "Zip" & Co Bcc: x@y.example'
    assert mail["Bcc"] is None
