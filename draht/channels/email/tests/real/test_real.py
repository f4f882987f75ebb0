"""A conversation over a real Postfix and Dovecot: what the customer gets, what comes back, what the servers refuse."""

from __future__ import annotations

import re
import threading
import time
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy

import pytest

from draht.channels.email.channel import Email
from draht.channels.email.machine import Kind
from draht.channels.email.tests import corpus
from draht.channels.email.tests.contract import letter, settings_for, words_of
from draht.channels.email.tests.real.server import CUSTOMER, PASSWORDS, US, RealMail
from draht.contract.channel import Act
from draht.contract.errors import LoginExpired, Refused, TryLater
from draht.contract.http import Http
from draht.contract.messages import IncomingMessage, Item, Media, NotAllowed, OutgoingReply
from draht.contract.testing import drain, item_of

pytestmark = pytest.mark.real
KEY = "0190c3f2-0000-7000-8000-00000000000{}"
TEXT = "Ja, 1 < 2 € 🎉\n\n.\n..\nFrom us\n-- \n> und mehr"


def written(server: RealMail, mailbox: Email, text: str = "Do you deliver?", **headers: str) -> tuple[Item, str]:
    """A customer's mail as it arrives, and the cursor behind it."""
    server.deliver(letter(text, **headers))
    events, cursor = drain(mailbox, "")
    return item_of(events[-1]), cursor


def answer(to: Item, text: str = "Within two days.", number: int = 1, media: tuple[Media, ...] = ()) -> OutgoingReply:
    return OutgoingReply(KEY.format(number), text, to, media=media)


def test_a_conversation(server: RealMail, mailbox: Email) -> None:
    item, cursor = written(server, mailbox, Message_ID="<1@customer.test>", Subject="Größe 42?")
    mailbox.reply(answer(item, TEXT))
    [at_customer] = server.read(CUSTOMER)
    assert words_of(at_customer).replace("\r\n", "\n").strip() == TEXT
    got = message_from_bytes(at_customer, policy=policy.default)
    assert (got["Subject"], got["From"], got["In-Reply-To"]) == (
        "Re: Größe 42?", "Acme Support <support@acme.test>", "<1@customer.test>",
    )  # fmt: skip
    assert got["Bcc"] is None

    [copy], cursor = drain(mailbox, cursor)
    assert mailbox.account is not None
    assert (copy.author.id, copy.text, copy.parent) == (mailbox.account.id, TEXT, item.id)

    quoted = "Thanks!\n\nOn Sunday, 22 Nov 2026, Acme wrote:\n> " + TEXT.replace("\n", "\n> ")
    references = f"<1@customer.test> {got['Message-ID']}"
    server.deliver(letter(quoted, In_Reply_To=str(got["Message-ID"]), References=references))
    [thanks], cursor = drain(mailbox, cursor)
    assert (thanks.text, thanks.parent, thanks.raw["whole"]) == ("Thanks!", copy.id, quoted)


def test_it_is_kept_among_the_sent_mails(server: RealMail, mailbox: Email) -> None:
    item, _ = written(server, mailbox)
    sent = mailbox.reply(answer(item))
    [kept] = server.read(US, "Gesendet")
    assert sent.id in str(message_from_bytes(kept)["Message-ID"])
    found = mailbox.find_reply(answer(item))
    assert found is not None
    assert abs(found.at - datetime.now(UTC)) < timedelta(minutes=5)


def test_a_bounce_of_our_answer_stands_in_its_conversation(server: RealMail, mailbox: Email) -> None:
    item, cursor = written(server, mailbox, Reply_To="nobody@customer.test")
    sent = mailbox.reply(answer(item))
    server.settle()
    events, _ = drain(mailbox, cursor)
    notice = next(one for one in events if isinstance(one, IncomingMessage) and one.raw["kind"] == Kind.BOUNCE)
    assert notice.text.startswith("Our mail did not arrive at nobody@customer.test: 550 5.1.1")
    assert notice.parent == sent.id
    assert "This is the mail system at host mx.acme.test" in notice.raw["whole"]
    assert isinstance(mailbox.may(Act.REPLY, item_of(notice)), NotAllowed)


def test_the_server_calls_within_a_second(server: RealMail, mailbox: Email) -> None:
    cursor = drain(mailbox, "")[1]
    assert mailbox.lacks() == ()
    timer = threading.Timer(1, server.deliver, (letter("Hello?"),))
    timer.start()
    begin = time.monotonic()
    assert mailbox.wait(cursor, 20)
    timer.join()
    assert 0.9 < time.monotonic() - begin < 4


def test_every_file_of_the_corpus_is_brought(server: RealMail, mailbox: Email) -> None:
    """Dovecot cuts the parts out; the double's own test compares them with what Python parses."""
    corpus.need()
    brought = []
    for path in corpus.mails():
        server.deliver(re.sub(rb"\r?\n", b"\r\n", path.read_bytes()))
    for event in drain(mailbox, "")[0]:
        brought += [(one.name, mailbox.bring(one, 10_000_000)) for one in event.attachments]
    found = dict(brought)
    assert found["truncated.png"].content.startswith(b"\x89PNG")
    assert found["ciële.txt"].content == b"Hi there.\r\n"
    assert b"Subject: Another PDF" in found["ForwardedMessage.eml"].content
    assert found["ForwardedMessage.eml"].content_type == "message/rfc822"
    assert b"bounce me" in found["to nowhere.eml"].content


def test_a_whole_corpus_is_read(server: RealMail, mailbox: Email) -> None:
    corpus.need()
    for path in corpus.mails():
        server.deliver(re.sub(rb"\r?\n", b"\r\n", path.read_bytes()))
    reading = mailbox.fetch("")
    assert reading.unread == ()
    assert len(reading.events) == len(corpus.mails())


def test_files_go_with_an_answer(server: RealMail, mailbox: Email) -> None:
    item, cursor = written(server, mailbox)
    dot = Media(bytes(range(256)) * 4000, "image/png", "Grüße.png", "A dot")
    mailbox.reply(answer(item, media=(dot,)))
    [got] = [message_from_bytes(one, policy=policy.default) for one in server.read(CUSTOMER)]
    [file] = got.iter_attachments()
    assert (file.get_filename(), file.get_content()) == ("Grüße.png", dot.content)
    [copy] = drain(mailbox, cursor)[0]
    assert mailbox.bring(copy.attachments[0], 2_000_000).content == dot.content


def test_too_large_for_the_server(server: RealMail, mailbox: Email) -> None:
    item, _ = written(server, mailbox)
    with pytest.raises(Refused, match="at most 26214400 bytes"):
        mailbox.reply(answer(item, media=(Media(b"x" * 20_000_000, "image/png", "x.png"),)))
    assert server.read(CUSTOMER) == []


def test_what_the_server_does_not_take_is_told_in_the_servers_words(server: RealMail, mailbox: Email) -> None:
    item, _ = written(server, mailbox, Reply_To="jane@elsewhere.example")
    with pytest.raises(Refused, match=r"550: 5\.1\.1 <jane@elsewhere.example>: .* outside world is off"):
        mailbox.reply(answer(item))
    assert server.read(US, "Gesendet") == []


@pytest.mark.parametrize(("act", "folder"), [(Act.DELETE, "Trash"), (Act.SPAM, "Spam")])
def test_taken_away_and_brought_back_by_a_colleague(server: RealMail, mailbox: Email, act: Act, folder: str) -> None:
    item, cursor = written(server, mailbox)
    mailbox.moderate(act, item)
    mailbox.moderate(act, item)
    assert (len(server.read(US)), len(server.read(US, folder))) == (0, 1)
    assert drain(mailbox, cursor)[0] == []
    server.by_hand(("select", folder), ("uid", "MOVE", "1:*", "INBOX"))
    [again] = drain(mailbox, cursor)[0]
    assert again.id == item.id


def test_reading_leaves_mails_unread(server: RealMail, mailbox: Email) -> None:
    written(server, mailbox)
    assert server.unseen() == 1


def test_a_mailbox_that_is_made_anew_is_caught_up_with(server: RealMail, mailbox: Email) -> None:
    item, cursor = written(server, mailbox, Message_ID="<1@customer.test>")
    kept = server.read(US)[0]
    server.forget()
    time.sleep(1.1)  # UIDVALIDITY is the second in which a mailbox was made
    server.deliver(kept)
    server.deliver(letter("And now?"))
    again, after = drain(mailbox, cursor)
    assert [one.text for one in again] == ["Do you deliver?", "And now?"]
    assert again[0].id == item.id
    assert after.partition(".")[0] != cursor.partition(".")[0]
    assert drain(mailbox, after)[0] == []


def test_a_busy_mailbox_is_read_whole_and_only_once(server: RealMail, mailbox: Email) -> None:
    cursor = drain(mailbox, "")[1]
    for n in range(120):
        server.deliver(letter(f"mail {n}"), settle=False)
    server.settle()
    events, cursor = drain(mailbox, cursor)
    assert sorted(one.text for one in events) == sorted(f"mail {n}" for n in range(120))
    assert drain(mailbox, cursor)[0] == []


# -- lines and logins -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("imap", "smtp"), [("tls", "tls"), ("starttls", "starttls")])
def test_secret_lines(server: RealMail, monkeypatch: pytest.MonkeyPatch, imap: str, smtp: str) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(server.certificate))
    ports = f"{server.imaps if imap == 'tls' else server.imap}/{server.smtps if smtp == 'tls' else server.smtp}"
    settings = settings_for(ports, US, PASSWORDS[US], imap_security=imap, smtp_security=smtp)
    mailbox = Email(settings, Http())
    assert mailbox.whoami().id == US
    item, _ = written(server, mailbox)
    assert mailbox.reply(answer(item))
    assert len(server.read(CUSTOMER)) == 1
    cursor = drain(mailbox, "")[1]
    timer = threading.Timer(0.5, server.deliver, (letter("Hello?"),))
    timer.start()
    assert mailbox.wait(cursor, 20)
    timer.join()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # imaplib forgets sockets without TLS
@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_certificate_that_nobody_vouches_for(server: RealMail, security: str) -> None:
    tls = security == "tls"
    ports = f"{server.imaps if tls else server.imap}/{server.smtps if tls else server.smtp}"
    settings = settings_for(ports, US, PASSWORDS[US], imap_security=security, smtp_security=security)
    with pytest.raises(TryLater, match="certificate that can be trusted"):
        Email(settings, Http()).whoami()
    with pytest.raises(TryLater, match="certificate that can be trusted"):
        Email(settings | {"imap_port": str(server.imap), "imap_security": "none"}, Http()).whoami()


@pytest.mark.parametrize("password", ["wrong", "fälsch", 'wr"ong\\'])
def test_a_wrong_password_asks_for_a_new_login(server: RealMail, mailbox: Email, password: str) -> None:
    item, _ = written(server, mailbox)
    wrong = Email(settings_for(f"{server.imap}/{server.smtp}", US, password), Http(), mailbox.account)
    for attempt in (wrong.whoami, lambda: wrong.fetch(""), lambda: wrong.moderate(Act.SPAM, item)):
        with pytest.raises(LoginExpired, match="AUTHENTICATIONFAILED"):
            attempt()
    with pytest.raises(LoginExpired, match="535"):
        wrong.reply(answer(item))
    assert server.read(CUSTOMER) == []


def test_a_folder_that_is_not_there(server: RealMail) -> None:
    lost = Email(settings_for(f"{server.imap}/{server.smtp}", US, PASSWORDS[US], folder="Nowhere"), Http())
    with pytest.raises(Refused, match="no folder Nowhere"):
        lost.whoami()
