"""Mails as they really come: encodings, threads, machines, forgeries, and whatever bytes there are."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from draht.channels.email.machine import Kind
from draht.channels.email.mapper import PROOF, Mail, Us, of_leftover, to_message
from draht.channels.email.markup import to_text
from draht.channels.email.tests import corpus
from draht.channels.email.tests.contract import RECEIVED, US, letter
from draht.contract.messages import IncomingMessage
from draht.contract.reading import read_again
from draht.contract.text import clean

OURS = f"draht.0190c3f2-0000-7000-8000-000000000001@{US.address.partition('@')[2]}"


def read(content: bytes, us: Us = US) -> IncomingMessage:
    message = to_message(Mail("7.12", RECEIVED, content), us)
    assert message is not None
    return message


def recorded(name: str) -> IncomingMessage:
    return read(corpus.mail(name))


def test_every_recorded_mail_becomes_a_message() -> None:
    corpus.need()
    for path in corpus.mails():
        message = read(path.read_bytes())
        assert message.id
        assert message.author.id
        assert message.private
        assert message.text == clean(message.text)
        assert "\ufffd" not in f"{message.text}{message.title}{message.author.name}{message.attachments}", path.name
    assert len(corpus.mails()) >= 17


@pytest.mark.parametrize(
    ("name", "text", "title"),
    [
        ("japanese_iso_2022.eml", "すみません。", "まみむめも"),
        ("bad_encoded_subject.eml", "TEST", "TEST"),
        ("utf8_headers.eml", "body", "Säying Hello"),
        ("multiple_references_with_one_invalid.eml", "foo", "Redacted"),
        ("attachment_message_rfc822.eml", "This is the first part.", "testing"),
        ("raw_email_with_nested_attachment.eml", "Here is a test of an attachment via email.\n\n- Jamis",
         "Testing attachments"),
    ],
)  # fmt: skip
def test_nasty_encodings_are_read(name: str, text: str, title: str) -> None:
    message = recorded(name)
    assert (message.text, message.title) == (text, title)


def test_names_with_raw_bytes() -> None:
    message = recorded("utf8_headers.eml")
    assert (message.author.name, message.author.handle) == ("Jöhn Doe", "jdöe@mächine.example")
    assert recorded("encoding_madness.eml").raw["reply_to"] == []
    assert recorded("attachment_nonascii_filename.eml").attachments[0].name == "ciële.txt"


def test_files_are_named_by_their_place() -> None:
    nested = recorded("raw_email_with_nested_attachment.eml").attachments
    assert [(one.name, one.kind, one.key) for one in nested] == [("truncated.png", "image", "7.12/1.2")]
    inner = recorded("attachment_message_rfc822.eml").attachments
    assert [(one.name, one.key) for one in inner] == [("ForwardedMessage.eml", "7.12/2")]


@pytest.mark.parametrize(
    ("charset", "content", "text"),
    [
        ("utf-8", "für 5 €".encode(), "für 5 €"),
        ("us-ascii", "für 5 €".encode(), "für 5 €"),
        ("no-such-charset", "für 5 €".encode("cp1252"), "für 5 €"),
        ("utf-8", "für 5 €".encode("cp1252"), "für 5 €"),
        ("zlib", b"five", "five"),
        ("gb18030", "五".encode("gb18030"), "五"),
    ],
)
def test_every_byte_becomes_a_letter(charset: str, content: bytes, text: str) -> None:
    head = f"From: a@b.example\nContent-Type: text/plain; charset={charset}\n\n".encode()
    assert read(head + content).text == text


# -- who, when, which -------------------------------------------------------------------------------------------------


def test_a_date_in_the_future_is_not_believed() -> None:
    assert read(b"Date: Sun, 22 Nov 2099 09:55:44 +0100\n\nx").at == RECEIVED
    assert read(b"Date: Sun, 22 Nov 2026 09:55:44 -0000\n\nx").at == datetime(2026, 11, 22, 9, 55, 44, tzinfo=UTC)
    for told in (b"", b"Date: \n", b"Date: yesterday\n", b"Date: 99 Foo 99999 99:99:99 +9999\n"):
        assert read(told + b"\nx").at == RECEIVED


def test_without_an_id_the_same_mail_is_the_same() -> None:
    one = read(b"From: a@b.example\r\nDate: Sun, 22 Nov 2026 09:55:44 +0100\r\n\r\nHello")
    assert one.id.startswith("hash-")
    again = read(b"Received: elsewhere\nFrom: a@b.example\nDate: Sun, 22 Nov 2026 09:55:44 +0100\n\nHello")
    assert again.id == one.id
    assert read(b"From: a@b.example\nDate: Sun, 22 Nov 2026 09:55:44 +0100\n\nHullo").id != one.id


def test_threads_go_by_ids_never_by_subject() -> None:
    first = read(letter("It broke", Message_ID="<1@c.test>"))
    answer = read(letter("And?", Message_ID="<2@c.test>", In_Reply_To="<1@c.test>", References="<1@c.test>"))
    later = read(letter("So?", Message_ID="<3@c.test>", In_Reply_To="<2@c.test>", References="<1@c.test> <2@c.test>"))
    other = read(letter("Hello", subject="Re: A question", Message_ID="<4@c.test>"))
    assert (first.thread or first.id) == answer.thread == later.thread == "1@c.test"
    assert (answer.parent, later.parent) == ("1@c.test", "2@c.test")
    assert (other.thread, other.parent) == ("", "")


def test_an_answer_to_us_joins_ours_whatever_became_of_the_references() -> None:
    for references in ("", "<lost@elsewhere>", f"<lost@elsewhere> <{OURS}>"):
        message = read(letter("Thanks", In_Reply_To=f"<{OURS}>", References=references))
        assert (message.parent, message.thread) == (OURS, "")
    only = read(letter("Thanks", References=f"<1@c.test> <{OURS}>"))
    assert (only.parent, only.thread) == (OURS, "")


def test_endless_references_keep_both_ends() -> None:
    chain = read(letter("x", References=" ".join(f"<{n}@c.test>" for n in range(500)))).raw["references"]
    assert (chain[0], chain[-1], len(chain)) == ("0@c.test", "499@c.test", 40)


def ours(text: str = "Within two days.", key: str = "0190c3f2-0000-7000-8000-000000000001", **headers: str) -> bytes:
    id = US.message_id(key)
    told = {"Message_ID": f"<{id}>", PROOF.replace("-", "_"): US.proof(id, "Within two days.")} | headers
    return letter(text, "Re: A question", "Acme <Support@Acme.test>", **told)


def test_our_own_copy_is_known_by_its_proof() -> None:
    message = read(ours())
    assert (message.id, message.author.id) == (OURS, US.address)


def test_nobody_changes_our_words_under_our_name() -> None:
    assert to_message(Mail("7.1", RECEIVED, ours("We pay you 1000 €.")), US) is None
    stolen = {PROOF.replace("-", "_"): US.proof(OURS, "Within two days.")}
    assert to_message(Mail("7.1", RECEIVED, ours(key="0190", **stolen)), US) is None
    forged = read(letter("I am you", Message_ID=f"<{OURS}>"))
    assert forged.id != OURS
    assert forged.author.id == "jane@customer.test"


def test_a_sender_whom_our_server_doubts_is_not_us() -> None:
    results = "mx.acme.test; spf=fail smtp.mailfrom=acme.test; dmarc=fail"
    message = read(letter("Pay at once", sender=US.address, Authentication_Results=results))
    assert message.author.id != US.address
    assert message.raw["unproven"]
    passed = "mx; spf=fail; dkim=pass; dmarc=pass"
    assert "unproven" not in read(letter("Hi", Authentication_Results=passed)).raw


# -- machines ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "said", "parent"),
    [
        ("local_04-bounce-dsn.eml", "Our mail did not arrive at nobody@customer.test: 550 5.1.1",
         "179530894458.11031.12101372822613664885@acme.test"),
        ("report_422.eml", "has not arrived at fraser@oooooooo.com.au yet; the mail servers go on trying: 452 4.2.2",
         "15655788.13.1200472642578.JavaMail.Administrator@mail.ttttt.com.au"),
        ("report_530.eml", "did not arrive at edwin@zzzzzzz.com: 553 5.3.0",
         "200712232303.lBNN3jDq002941@mail12.rrrr.com.au"),
        ("multipart_report_multiple_status.eml", "did not arrive at u@ci.com",
         "4c2a146147ac8_61ff157c4ec1652df@s.h.c.mail"),
    ],
)  # fmt: skip
def test_a_notice_says_what_became_of_our_mail(name: str, said: str, parent: str) -> None:
    message = recorded(name)
    assert said in message.text
    assert message.parent == parent
    assert message.raw["kind"] == Kind.BOUNCE


def test_a_notice_of_an_answer_of_ours_stands_in_its_conversation() -> None:
    message = read(corpus.mail("local_04-bounce-dsn.eml").replace(
        b"179530894458.11031.12101372822613664885@acme.test", OURS.encode()
    ))  # fmt: skip
    assert (message.parent, message.thread) == (OURS, "")
    assert "This is the mail system at host" in message.raw["whole"]


@pytest.mark.parametrize(
    ("header", "value", "kind"),
    [
        ("Auto-Submitted", "auto-replied", Kind.AUTOMATIC),
        ("Auto-Submitted", "auto-generated (warning)", Kind.AUTOMATIC),
        ("Auto-Submitted", "no", Kind.PERSON),
        ("Auto-Submitted", "No; really", Kind.PERSON),
        ("X-Autoreply", "yes", Kind.AUTOMATIC),
        ("X-Auto-Response-Suppress", "All", Kind.AUTOMATIC),
        ("Precedence", "auto_reply", Kind.AUTOMATIC),
        ("Precedence", "bulk", Kind.BULK),
        ("Precedence", "junk", Kind.BULK),
        ("Precedence", "first-class", Kind.PERSON),
        ("List-Id", "<x.example>", Kind.LIST),
        ("List-Unsubscribe", "<https://x.example>", Kind.BULK),
    ],
)
def test_who_wrote_it(header: str, value: str, kind: Kind) -> None:
    assert read(letter("Hello", **{header.replace("-", "_"): value})).raw["kind"] == kind


def test_a_recorded_list_is_known() -> None:
    assert recorded("empty_in_reply_to.eml").raw["kind"] == Kind.LIST


# -- text -------------------------------------------------------------------------------------------------------------


def test_what_is_folded_away_stays_readable() -> None:
    text = "Thanks!\n\nOn 20 Nov 2026, Acme wrote:\n> Within two days.\n\nSent from my phone"
    message = read(letter(text))
    assert message.text == "Thanks!"
    assert message.raw["whole"] == text
    assert "whole" not in read(letter("Thanks!")).raw


def html(markup: str) -> str:
    mail = EmailMessage()
    mail["From"] = "jane@customer.test"
    mail.set_content(markup, subtype="html")
    return read(mail.as_bytes()).text


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>One</p><p>Two<br>Three</p>", "One\n\nTwo\nThree"),
        ("<div>One</div><div><br></div><div>Two</div>", "One\n\nTwo"),
        ("<ul><li>a</li><li>b</li></ul>", "- a\n- b"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ("a <script>alert(1)</script><style>p{}</style>b", "a b"),
        ('<a href="https://x.example/y">here</a> <a href="https://x.example">x.example</a>',
         "here (https://x.example/y) x.example"),
        ('<a href="javascript:x">here</a>', "here"),
        ('New<blockquote type="cite">Old <b>words</b></blockquote>', "New"),
        ('1<blockquote>Q</blockquote>2<blockquote>R</blockquote>', "1\n\n[…]\n\n2"),
        ("a&nbsp;&lt;b&gt; &#8364;", "a\xa0<b> €"),
        ('<div style="display: none">preview</div>Hello <img alt="logo" src="x">', "Hello [logo]"),
        ("Fine</div></p></blockquote></div>", "Fine"),
    ],
)  # fmt: skip
def test_html_becomes_lines(markup: str, text: str) -> None:
    assert html(markup) == text


@pytest.mark.parametrize(
    "piece",
    ["<!--", "<a ", "<![", "</", "<a b='", "&", "<script>", "<blockquote>", "<template><b></i>", "<p>", "<title>"],
)
def test_hostile_html_takes_no_time(piece: str) -> None:
    begin = time.monotonic()
    to_text(piece * (200_000 // len(piece)))
    to_text(piece * 9_000)
    assert time.monotonic() - begin < 10


def test_outlooks_html_is_parted_too() -> None:
    markup = (
        "<div>New words</div><hr><div><b>From:</b> Acme &lt;support@acme.test&gt;<br><b>Sent:</b> Friday<br>"
        "<b>To:</b> Jane<br><b>Subject:</b> RE: Zipper</div><p>Old words</p>"
    )
    assert html(markup) == "New words"


# -- anything ---------------------------------------------------------------------------------------------------------

NAMES = st.sampled_from(
    ["From", "To", "Subject", "Date", "Message-ID", "References", "In-Reply-To", "Content-Type", "Reply-To", "Sender",
     "Content-Transfer-Encoding", "Content-Disposition", "Return-Path", "List-Id", "Auto-Submitted", PROOF]
)  # fmt: skip
VALUES = st.sampled_from(
    ["multipart/mixed; boundary=b", "multipart/report; boundary=b", "message/rfc822", "message/delivery-status",
     "text/html; charset=utf-7", "text/plain; format=flowed; delsp=yes", "base64", "quoted-printable", "uuencode",
     "=?utf-8?B?zzz", "=?x?q?=FF?=", "<a@b.example>", f"<{OURS}>", "a@b.example", '"a, b" <a@b.example>', "<>",
     "attachment; filename*0*=utf-8''%ff; filename*1=x", "x: ;;,,<<>>@@", "text/plain; name*=x''%00"]
) | st.text(max_size=40)  # fmt: skip
BODIES = st.lists(
    st.sampled_from(
        ["--b", "--b--", "", "Content-Type: text/html", "Final-Recipient: rfc822; x", "<p>", "=ZZ", "begin"]
    )
    | st.text(max_size=30),
    max_size=12,
).map("\n".join)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(NAMES, VALUES), max_size=12), BODIES, st.sampled_from(["utf-8", "utf-16", "cp1252"]))
def test_whatever_comes_is_a_message_that_can_be_kept(headers: list[tuple[str, str]], body: str, charset: str) -> None:
    lines = "\n".join(f"{name}: {value}" for name, value in headers)
    mail = Mail("7.1", RECEIVED, f"{lines}\n\n{body}.".encode(charset, "replace"))
    message = to_message(mail, US)
    if message is None:
        return
    assert message.id.isprintable() or clean(message.id) == message.id
    assert message.author.id
    assert message.at.tzinfo is not None
    for told in (message.text, message.title, message.author.name, message.raw.get("whole", "")):
        assert told == clean(told)
    kept = mail.as_leftover()
    again = read_again(kept, lambda payload: to_message(of_leftover(payload), US))
    assert [event.id for event in again.events] == [message.id]


@settings(max_examples=200, deadline=None)
@given(st.binary(min_size=1, max_size=200).filter(lambda content: content.strip()))
def test_any_bytes_are_a_mail(content: bytes) -> None:
    message = to_message(Mail("7.1", RECEIVED, content), US)
    assert message is None or message.author.id


def test_nothing_at_all_is_a_leftover() -> None:
    with pytest.raises(ValueError, match="empty"):
        read(b"\r\n")


def test_a_plain_mail_is_read_in_a_tenth_of_a_millisecond() -> None:
    """Measured: 80 µs; half of it is Python's parser. The bound leaves room for a busy machine."""
    mail = Mail("7.1", RECEIVED, letter("My zipper broke after two days."))
    best = min(_seconds(mail) for _ in range(30))
    assert best < 0.0004


def _seconds(mail: Mail) -> float:
    begin = time.perf_counter()
    for _ in range(20):
        to_message(mail, US)
    return (time.perf_counter() - begin) / 20
