"""What is shown of replies as people and programs write them, and that nothing new is ever hidden."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from draht.channels.email.quotes import GAP, split
from draht.channels.email.tests import corpus

# What a person reads first in each mail of the corpus
BEGIN_AND_END = {
    "reply_correct_sig.txt": ("this is an email with a correct -- signature.",) * 2,
    "reply_email_1_2.txt": ("Hi,", 'the keys in a bucket, you’ll need to delete them all individually."'),
    "reply_email_1_3.txt": ("Oh thanks.", "-Abhishek Kona"),
    "reply_email_1_4.txt": ("Awesome! I haven't had another problem with it.",) * 2,
    "reply_email_1_5.txt": ("One: Here's what I've got.", "It goes on and on\nfor a while."),
    "reply_email_1_8.txt": ("I will reply under this one", "and under this."),
    "reply_email_2_1.txt": ("Outlook with a reply",) * 2,
    "reply_email_BlackBerry.txt": ("Here is another email",) * 2,
    "reply_email_bullets.txt": ("test 2 this should list second", "- how about bullets\n   - and another"),
    "reply_email_gmail.txt": ("This is a test for inbox replying to a github message.",) * 2,
    "reply_email_headers_no_delimiter.txt": ("And another reply!",) * 2,
    "reply_email_iPhone.txt": ("Here is another email",) * 2,
    "reply_email_partial_quote_header.txt": ("On your remote host you can run:", "fails, the tunnel is not working."),
}
OLD_WORDS = (
    ">", "wrote:", "mailto:", "Sent from", "Riak bucket of all", "riak-users", "Loader seems", "Dear Google", "okay?",
    "Give us an example", "That way people", "A reply\n", "odd issue", "rick", "Joe Smith",
)  # fmt: skip


@pytest.mark.parametrize("name", sorted(BEGIN_AND_END))
def test_of_a_recorded_reply_the_new_words_are_shown(name: str) -> None:
    found = split(corpus.mail(name).decode())
    begin, end = BEGIN_AND_END[name]
    assert found.new.startswith(begin)
    assert found.new.endswith(end)
    assert not [old for old in OLD_WORDS if old in found.new]
    assert found.folded == (name != "reply_email_1_5.txt")


def test_the_whole_corpus_is_known() -> None:
    assert {path.name for path in corpus.need().glob("reply_*.txt")} == set(BEGIN_AND_END)


def test_answers_between_the_quotes_stay_in_their_order() -> None:
    found = split("> Which size?\n42\n> Which colour?\nRed\n> Bye\n")
    assert found.new == f"42\n\n{GAP}\n\nRed"


@pytest.mark.parametrize(
    "header",
    [
        "Am 20.11.2026 um 10:00 schrieb Acme Support <support@acme.test>:",
        "Acme Support <support@acme.test> schrieb am Fr., 20. Nov. 2026, 10:00:",
        "Am Freitag, 20. November 2026 schrieb Acme\nSupport <support@acme.test>:",
        "El vie, 20 nov 2026 a las 10:00, Acme (<support@acme.test>) escribió:",
        "Le ven. 20 nov. 2026 à 10:00, Acme <support@acme.test> a écrit :",
        "2026-11-20 10:00 GMT+01:00 Acme <support@acme.test>:",
        "-----Ursprüngliche Nachricht-----\nirgendwas",
        "________________________________\nVon: Acme <support@acme.test>\nGesendet: Freitag\nBetreff: AW: Zipper",
        "De: Acme\nEnviado: viernes\nPara: Jane\nAsunto: RE: Zipper",
    ],
)
def test_what_programs_write_above_the_old_mail(header: str) -> None:
    found = split(f"Danke!\n\n{header}\n\nOld words\nwithout any sign.\n")
    assert (found.new, found.folded) == ("Danke!", True)


@pytest.mark.parametrize(
    "text",
    [
        "On Monday I wrote: where is it?",
        "I wrote on 20 Nov 2026:\nWhere is my parcel?",
        "From: the beginning it was broken.",
        "Order:\n  - 2 boots\n  - 1 glove",
        "I have -- as I said -- no idea",
        "Sent from hell? The parcel took three weeks to arrive, and then the box was empty when we opened it.",
        "5 > 3 and 3 < 5",
        "--\n" + "\n".join(f"line {n} of a long text below a line" for n in range(40)),
    ],
)
def test_what_only_looks_like_a_quote_stays(text: str) -> None:
    assert split(text).new == text.strip()
    assert not split(text).folded


def test_a_forwarded_mail_is_shown() -> None:
    text = "Please help.\n\n---------- Forwarded message ---------\nFrom: Jane\nSubject: Zipper\nTo: me\n\n> It broke\n"
    assert split(text).new == text.strip()
    outlook = "FYI\n\nFrom: Jane\nSent: Friday\nTo: me\nSubject: Zipper\n\nIt broke"
    assert split(outlook, forwarded=True).new == outlook
    assert split(outlook).new == "FYI"


def test_if_nothing_is_new_everything_is_shown() -> None:
    assert split("> It broke\n> Really\n") == split("> It broke\n> Really")
    assert split("> It broke").new == "> It broke"
    assert not split("> It broke").folded


LINES = st.sampled_from(
    ["", ">", "> old", "On 1 Jan, Jane wrote:", "--", "-- ", "From: Jane", "Sent: now", "To: us", "Subject: x",
     "_" * 30, "mailing list", "Sent from my phone", "-----Original Message-----", "***", "2:"]
) | st.text(max_size=30)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(LINES, max_size=30).map("\n".join))
def test_every_mail_keeps_some_words_and_gains_none(text: str) -> None:
    found = split(text)
    assert bool(found.new) == bool(text.strip())
    for line in found.new.split("\n"):
        assert line == GAP or line.strip() in text
    assert found.folded or found.new == text.strip()


def test_a_hostile_mail_takes_no_time() -> None:
    for text in ("On " * 60_000, "> " * 90_000, "On 1\n" * 40_000, "--\n" * 4_000, "From: a\n" * 20_000):
        split(text)
