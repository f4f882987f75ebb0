"""Reading the mailbox: nothing is missed and nothing is marked, whatever the server does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy

import pytest

from draht.channels.email import mailbox as imap
from draht.channels.email.channel import Email
from draht.channels.email.machine import inner_of
from draht.channels.email.parts import leaves
from draht.channels.email.round import AT_ONCE
from draht.channels.email.tests import corpus
from draht.channels.email.tests.contract import letter, settings_for
from draht.channels.email.tests.double import PASSWORD, USER, MailServer
from draht.channels.email.tests.way import Way
from draht.contract.errors import ChannelError, LoginExpired, Refused, TryLater
from draht.contract.http import Http
from draht.contract.messages import IncomingMessage
from draht.contract.testing import drain

NOW = datetime.now(UTC)


def texts(email: Email, cursor: str) -> tuple[list[str], str]:
    events, cursor = drain(email, cursor)
    return [event.text for event in events if isinstance(event, IncomingMessage)], cursor


def test_what_came_during_an_outage_is_all_there(mails: MailServer, email: Email) -> None:
    cursor = drain(email, "")[1]
    count = 2 * AT_ONCE + 7
    for n in range(count):
        mails.arrive(letter(f"mail {n}"))
    found, cursor = texts(email, cursor)
    assert found == [f"mail {n}" for n in range(count)]
    assert texts(email, cursor)[0] == []


def test_the_first_fetch_reads_as_far_back_as_is_asked(mails: MailServer, way: Way) -> None:
    for days in (100, 40, 20, 0):
        mails.arrive(letter(f"{days} days"), NOW - timedelta(days=days))
    settings = settings_for(way.url, USER, PASSWORD)
    assert texts(Email(settings, Http()), "")[0] == ["20 days", "0 days"]
    assert texts(Email(settings, Http(), since=NOW - timedelta(days=50)), "")[0] == ["40 days", "20 days", "0 days"]
    assert texts(Email(settings, Http(), since=NOW + timedelta(days=9)), "")[0] == []


def test_an_old_mail_that_is_moved_into_the_folder_is_read(mails: MailServer, email: Email) -> None:
    mails.arrive(letter("new"))
    cursor = drain(email, "")[1]
    mails.arrive(letter("was taken for spam"), NOW - timedelta(days=90))
    assert texts(email, cursor)[0] == ["was taken for spam"]


def test_a_gap_in_the_numbers_is_none_in_the_reading(mails: MailServer, email: Email) -> None:
    cursor = drain(email, "")[1]
    uids = [mails.arrive(letter(f"mail {n}")) for n in range(3)]
    inbox = mails.folders["INBOX"]
    inbox.letters = [one for one in inbox.letters if one.uid != uids[1]]
    inbox.next += 1000
    mails.arrive(letter("mail 3"))
    found, cursor = texts(email, cursor)
    assert found == ["mail 0", "mail 2", "mail 3"]
    inbox.letters.clear()
    assert texts(email, cursor) == ([], cursor)


def test_a_mailbox_that_is_numbered_anew_is_caught_up_with(mails: MailServer, email: Email) -> None:
    mails.arrive(letter("ancient"), NOW - timedelta(days=20))
    mails.arrive(letter("known"))
    events, cursor = drain(email, "")
    mails.arrive(letter("came meanwhile"))
    mails.renumber()
    again, after = drain(email, cursor)
    assert [event.text for event in again] == ["known", "came meanwhile"]
    assert again[0].id == events[1].id
    assert texts(email, after)[0] == []
    mails.arrive(letter("after"))
    assert texts(email, after)[0] == ["after"]


@pytest.mark.parametrize("cursor", ["nonsense", "7.1", "a.b.c", "7.1.2026-99-99"])
def test_a_cursor_of_somebody_else_begins_anew(mails: MailServer, email: Email, cursor: str) -> None:
    mails.arrive(letter("Hello"))
    assert texts(email, cursor)[0] == ["Hello"]


def test_nothing_is_marked_as_read(mails: MailServer, email: Email) -> None:
    mails.arrive(letter("Hello"))
    drain(email, "")
    assert mails.folders["INBOX"].letters[0].flags == set()


def test_of_an_enormous_mail_the_beginning_is_read(
    mails: MailServer, email: Email, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap, "LONGEST", 5000)
    monkeypatch.setattr(imap, "MOST_AT_ONCE", 6000)
    monkeypatch.setattr(imap, "BEGINNING", 1000)
    for text in ("small", "huge\n" + "x" * 60 * 200, "small too"):
        mails.arrive(letter(text))
    found, _ = texts(email, "")
    assert (found[0], found[2]) == ("small", "small too")
    assert found[1].startswith("huge")
    assert len(found[1]) < 1000


def test_a_strange_mail_is_left_over_and_the_others_go_on(mails: MailServer, email: Email) -> None:
    mails.arrive(letter("before"))
    mails.arrive(b"\r\n\r\n")
    mails.arrive(letter("after"))
    reading = email.fetch("")
    assert [event.text for event in reading.events if isinstance(event, IncomingMessage)] == ["before", "after"]
    [left] = reading.unread
    assert "empty" in left.reason
    assert email.read_item(left.raw).unread[0].raw == left.raw


# -- files ------------------------------------------------------------------------------------------------------------


def test_every_file_of_the_corpus_is_brought(mails: MailServer, email: Email) -> None:
    """The double cuts parts out of the bytes by their boundaries; here they are compared with what Python parses."""
    corpus.need()
    for path in corpus.mails():
        mails.arrive(path.read_bytes())
    brought = 0
    for event in drain(email, "")[0]:
        parsed = dict(leaves(message_from_bytes(_content(mails, event), policy=policy.compat32)))
        for one in event.attachments:
            media = email.bring(one, 10_000_000)
            part = parsed[one.key.partition("/")[2]]
            if part.is_multipart():
                assert inner_of(part)[0]["Subject"].encode() in media.content
            else:
                content = part.get_payload(decode=True)
                assert isinstance(content, bytes)
                assert media.content.rstrip(b"\r\n") == content.rstrip(b"\r\n")
            assert media.content_type == part.get_content_type()
            brought += 1
    assert brought >= 5


def _content(mails: MailServer, event: IncomingMessage) -> bytes:
    uid = int(event.raw["place"].partition(".")[2])
    return next(one.content for one in mails.folders["INBOX"].letters if one.uid == uid)


def test_a_mail_that_is_a_file(mails: MailServer, email: Email) -> None:
    mails.arrive(
        b"From: scan@acme.test\nContent-Type: application/pdf\nContent-Transfer-Encoding: base64\n\nJVBERi0=\n"
    )
    [event] = drain(email, "")[0]
    media = email.bring(event.attachments[0], 100)
    assert (media.content, media.content_type, media.name) == (b"%PDF-", "application/pdf", "application.pdf")


def test_a_file_that_is_gone_or_too_large(mails: MailServer, email: Email) -> None:
    mails.arrive((b"From: a@b.example\nContent-Type: image/png\n\n") + b"x" * 5000)
    [event] = drain(email, "")[0]
    with pytest.raises(Refused, match="larger"):
        email.bring(event.attachments[0], 4999)
    assert len(email.bring(event.attachments[0], 5000).content) == 5000
    mails.folders["INBOX"].letters.clear()
    with pytest.raises(Refused, match="gone"):
        email.bring(event.attachments[0], 5000)
    mails.renumber()
    with pytest.raises(Refused, match="gone"):
        email.bring(event.attachments[0], 5000)


# -- waiting ----------------------------------------------------------------------------------------------------------


def test_waiting_where_the_server_cannot_call(mails: MailServer, email: Email, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imap, "LOOK_EVERY", 0.05)
    mails.capabilities.remove("IDLE")
    cursor = drain(email, "")[1]
    assert not email.wait(cursor, 0.2)
    mails.arrive(letter("Hello"))
    assert email.wait(cursor, 5)


def test_waiting_does_not_overlook_what_is_there_or_numbered_anew(mails: MailServer, email: Email) -> None:
    cursor = drain(email, "")[1]
    mails.arrive(letter("between fetch and wait"))
    assert email.wait(cursor, 5)
    cursor = drain(email, cursor)[1]
    assert not email.wait(cursor, 0.1)
    mails.renumber()
    assert email.wait(cursor, 5)
    assert email.wait("", 5)


# -- faults -----------------------------------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # imaplib forgets sockets without TLS
@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"password": "wrong"}, LoginExpired, "AUTHENTICATIONFAILED"),
        ({"password": "fälsch"}, LoginExpired, "AUTHENTICATIONFAILED"),
        ({"folder": "Nowhere"}, Refused, "no folder Nowhere"),
        ({"imap_port": "9"}, TryLater, "cannot be reached"),
        ({"imap_port": "many"}, Refused, "not a port"),
        ({"imap_security": "a bit"}, Refused, "tls, starttls or none"),
        ({"imap_security": "starttls"}, TryLater, "127.0.0.1"),
        ({"imap_host": "93.184.216.34"}, Refused, "without tls"),
        ({"address": "nobody"}, Refused, "not a mail address"),
    ],
)
def test_a_login_that_does_not_work_says_why(
    way: Way, changes: dict[str, str], error: type[ChannelError], words: str
) -> None:
    broken = Email(settings_for(way.url, USER, PASSWORD) | changes, Http())
    for attempt in (broken.whoami, lambda: broken.fetch("")):
        with pytest.raises(error, match=words):
            attempt()


def test_a_line_that_breaks_while_waiting_is_a_short_fault(mails: MailServer, way: Way, email: Email) -> None:
    cursor = drain(email, "")[1]
    way.fail_next("hang up")
    with pytest.raises(TryLater):
        email.wait(cursor, 1)
