"""Answering: sent once or not at all, said in the server's words, found again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email import message_from_bytes

import pytest

from draht.channels.email.answers import PATIENCE
from draht.channels.email.channel import Email
from draht.channels.email.tests.contract import letter, settings_for, words_of
from draht.channels.email.tests.double import ADDRESS, PASSWORD, USER, MailServer
from draht.channels.email.tests.way import Way
from draht.contract.channel import Act
from draht.contract.errors import ChannelError, LoginExpired, Refused, TryLater, Unsure
from draht.contract.http import Http
from draht.contract.messages import Author, Item, Media, OutgoingReply
from draht.contract.testing import drain, item_of

KEY = "0190c3f2-0000-7000-8000-000000000001"
ID = f"draht.{KEY}@acme.test"


def asked(mails: MailServer, email: Email, **headers: str) -> Item:
    mails.arrive(letter("Do you deliver?", **headers))
    return item_of(drain(email, "")[0][-1])


def answer(to: Item, text: str = "Within two days.", **more: object) -> OutgoingReply:
    return OutgoingReply(key=KEY, text=text, to=to, **more)  # type: ignore[arg-type]


def sent_mails(mails: MailServer) -> list[str]:
    return [str(message_from_bytes(one.content)["Message-ID"]) for one in mails.folders["Sent"].letters]


def test_it_goes_to_the_customer_and_blindly_to_us(mails: MailServer, email: Email) -> None:
    sent = email.reply(answer(asked(mails, email, Reply_To="home@customer.test")))
    [(sender, recipients, content)] = mails.sent
    assert (sender, recipients) == (ADDRESS, ["home@customer.test", ADDRESS])
    assert ADDRESS not in str(message_from_bytes(content)["To"])
    assert sent.id == ID
    assert words_of(content).strip() == "Within two days."
    assert sent_mails(mails) == [f"<{ID}>"]
    assert mails.folders["Sent"].letters[0].flags == {"\\Seen"}


def test_a_conversation_stays_together(mails: MailServer, email: Email) -> None:
    item = asked(mails, email, Message_ID="<1@c.test>")
    email.reply(answer(item))
    ours = next(event for event in drain(email, "")[0] if event.id == ID)
    assert (ours.parent, ours.thread) == (item.id, "1@c.test")
    sent = message_from_bytes(mails.sent[0][2])
    mails.arrive(letter("Thanks", In_Reply_To=sent["Message-ID"], References=f"<1@c.test> {sent['Message-ID']}"))
    thanks = drain(email, "")[0][-1]
    assert thanks.parent == ID


@pytest.mark.parametrize(
    ("says", "error", "words"),
    [
        ({"connect": "421 4.3.2 too many"}, TryLater, "too many"),
        ({"connect": "554 5.3.2 no service"}, TryLater, "no service"),
        ({"AUTH": "535 5.7.8 who?"}, LoginExpired, "535: 5.7.8 who"),
        ({"AUTH": "534 5.7.9 use an app password"}, LoginExpired, "app password"),
        ({"AUTH": "454 4.7.0 later"}, TryLater, "454"),
        ({"MAIL": "450 4.7.1 slow down"}, TryLater, "slow down"),
        ({"MAIL": "550 5.4.5 Daily user sending limit exceeded"}, Refused, "sending limit"),
        ({"RCPT": "451 4.7.1 greylisted"}, TryLater, "greylisted"),
        ({"RCPT": "550 5.1.1 user unknown"}, Refused, "user unknown"),
        ({"DATA": "451 4.3.0 disk"}, TryLater, "disk"),
        ({"DATA": "554 5.6.0 no"}, Refused, "554"),
        ({"end": "452 4.3.1 full"}, TryLater, "full"),
        ({"end": "554 5.7.1 This is spam"}, Refused, "This is spam"),
    ],
)
def test_a_no_is_said_in_the_servers_words(
    mails: MailServer, email: Email, says: dict[str, str], error: type[ChannelError], words: str
) -> None:
    item = asked(mails, email)
    mails.says = says
    with pytest.raises(error, match=words):
        email.reply(answer(item))
    assert mails.sent == []
    assert sent_mails(mails) == []


def test_an_unknown_recipient_is_refused(mails: MailServer, email: Email) -> None:
    with pytest.raises(Refused, match=r"550: 5\.1\.1 <nobody@customer.test>: user unknown"):
        email.reply(answer(asked(mails, email, Reply_To="nobody@customer.test")))
    assert mails.sent == []


def test_a_line_that_breaks_before_the_mail_is_a_short_fault(mails: MailServer, way: Way, email: Email) -> None:
    item = asked(mails, email)
    for fault in ("hang up", "garbage"):
        way.fail_next(fault)
        with pytest.raises(TryLater):
            email.reply(answer(item))
    assert mails.sent == []


def test_a_lost_confirmation_is_unsure_and_found_by_the_copy(mails: MailServer, way: Way, email: Email) -> None:
    item = asked(mails, email)
    way.fail_next("lost")
    with pytest.raises(Unsure):
        email.reply(answer(item))
    assert sent_mails(mails) == []
    found = email.find_reply(answer(item, first_tried_at=datetime.now(UTC)))
    assert found is not None
    assert found.id == ID


def test_a_mail_that_never_left_is_missing_only_after_a_while(mails: MailServer, way: Way, email: Email) -> None:
    item = asked(mails, email)
    way.fail_next("late")
    with pytest.raises((Unsure, TryLater)):
        email.reply(answer(item))
    assert mails.sent == []
    with pytest.raises(Unsure, match="on its way"):
        email.find_reply(answer(item, first_tried_at=datetime.now(UTC)))
    assert email.find_reply(answer(item, first_tried_at=datetime.now(UTC) - PATIENCE - timedelta(seconds=1))) is None


def test_without_a_copy_a_person_decides(mails: MailServer, way: Way) -> None:
    email = Email(settings_for(way.url, USER, PASSWORD, copy="no"), Http())
    item = asked(mails, email)
    way.fail_next("lost")
    with pytest.raises(Unsure):
        email.reply(answer(item))
    assert mails.sent[0][1] == ["jane@customer.test"]
    with pytest.raises(Refused, match="Ask the customer"):
        email.find_reply(answer(item, first_tried_at=datetime.now(UTC) - timedelta(days=1)))
    assert any("blind copy" in one for one in email.lacks())
    email.reply(answer(item))
    assert email.find_reply(answer(item, first_tried_at=datetime.now(UTC))) is not None


def test_it_is_sent_even_if_it_cannot_be_kept(mails: MailServer, way: Way, email: Email) -> None:
    item = asked(mails, email)
    way.fail_next("fine", 503)
    assert email.reply(answer(item)).id == ID
    assert sent_mails(mails) == []
    del mails.folders["Sent"]
    assert email.reply(answer(item)).id == ID


def test_a_server_that_keeps_sent_mails_itself_keeps_one(mails: MailServer, email: Email) -> None:
    item = asked(mails, email)
    mails.arrive(f"Message-ID: <{ID}>\n\nx".encode(), folder="Sent")
    email.reply(answer(item))
    assert sent_mails(mails) == [f"<{ID}>"]


def test_a_mail_that_is_too_large_is_not_begun(mails: MailServer, email: Email) -> None:
    item = asked(mails, email)
    with pytest.raises(Refused, match="at most 1000000 bytes"):
        email.reply(answer(item, media=(Media(b"x" * 900_000, "image/png", "x.png"),)))
    assert mails.sent == []


def test_an_address_with_such_letters(mails: MailServer, email: Email) -> None:
    asked(mails, email)
    jane = Author("jüne@customer.test", "Jüne", "jüne@customer.test")
    item = Item("1", "1", jane, datetime.now(UTC), private=True)
    email.reply(answer(item))
    assert mails.sent[0][1][0] == "jüne@customer.test"
    mails.extensions.remove("SMTPUTF8")
    with pytest.raises(Refused, match="such letters"):
        email.reply(answer(item))


# -- logging in, and what is missing ----------------------------------------------------------------------------------


def test_both_servers_are_tried(mails: MailServer, email: Email) -> None:
    account = email.whoami()
    assert (account.id, account.name) == (ADDRESS, "Acme Support")
    mails.says = {"AUTH": "535 5.7.8 who?"}
    with pytest.raises(LoginExpired, match="535"):
        email.whoami()
    mails.says, mails.extensions = {}, ["8BITMIME"]
    assert email.whoami() == account


def test_what_is_missing_is_named(mails: MailServer, email: Email) -> None:
    assert email.lacks() == ()
    mails.capabilities = ["IMAP4rev1"]
    del mails.folders["Sent"]
    told = email.lacks()
    assert len(told) == 3
    assert all(word in " ".join(told) for word in ("IDLE", "named Sent", "MOVE"))


# -- moving -----------------------------------------------------------------------------------------------------------


def test_a_folder_is_known_by_its_use_or_its_name(mails: MailServer, email: Email) -> None:
    item = asked(mails, email)
    mails.folders["Papierkorb"].use = ""
    email.moderate(Act.DELETE, item)
    assert len(mails.folders["Papierkorb"].letters) == 1
    assert mails.folders["INBOX"].letters == []
    email.moderate(Act.DELETE, item)


def test_a_mail_without_an_id_is_found_by_its_place(mails: MailServer, email: Email) -> None:
    mails.arrive(b"From: a@b.example\n\nBuy!")
    mails.arrive(letter("Stays"))
    item = item_of(drain(email, "")[0][0])
    email.moderate(Act.SPAM, item)
    assert [len(mails.folders[name].letters) for name in ("INBOX", "Junk")] == [1, 1]
    mails.renumber()
    email.moderate(Act.SPAM, item)
    assert [len(mails.folders[name].letters) for name in ("INBOX", "Junk")] == [1, 1]


def test_nothing_is_moved_where_it_is_not_safe(mails: MailServer, email: Email) -> None:
    item = asked(mails, email)
    mails.capabilities.remove("MOVE")
    with pytest.raises(Refused, match="MOVE"):
        email.moderate(Act.DELETE, item)
    del mails.folders["Papierkorb"]
    with pytest.raises(Refused, match="no folder"):
        email.moderate(Act.DELETE, item)
    with pytest.raises(Refused, match="no such function"):
        email.moderate(Act.LIKE, item)
    assert len(mails.folders["INBOX"].letters) == 1
