"""Answers, files, templates, reactions; each of the network's codes; and what becomes of a message later."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from draht.channels.whatsapp.channel import WhatsApp
from draht.channels.whatsapp.outbox import whereto
from draht.channels.whatsapp.tests import double
from draht.channels.whatsapp.tests.network import JANE, Network
from draht.contract.channel import Act
from draht.contract.errors import ChannelError, LoginExpired, Refused, TryLater, Unsure
from draht.contract.loopback import Loopback
from draht.contract.messages import Attachment, Author, IncomingMessage, Item, Media, OutgoingReply
from draht.contract.testing import item_of
from draht.contract.testing.publishing import PNG

KEY = "0190c3f2-0000-7000-8000-000000000001"
DOT = Media(PNG, "image/png", "dot.png")


def asked(number: WhatsApp, cloud: double.WhatsApp, text: str = "Do you deliver to Graz?") -> Item:
    cloud.net.write(text)
    [event] = number.read_hook(cloud.hooks()[-1]).events
    assert isinstance(event, IncomingMessage)
    return item_of(event)


def answer(to: Item, text: str = "Yes, within two days.", **more: Any) -> OutgoingReply:
    return OutgoingReply(key=KEY, text=text, to=to, **more)


def test_an_answer_quotes_what_it_answers(number: WhatsApp, cloud: double.WhatsApp) -> None:
    item = asked(number, cloud)
    sent = number.reply(answer(item))
    there = cloud.net.messages[sent.id]
    assert (there.to, there.text) == (JANE, "Yes, within two days.")
    assert there.raw["context"] == {"message_id": item.id}


def test_a_picture_goes_with_words(number: WhatsApp, cloud: double.WhatsApp) -> None:
    sent = number.reply(answer(asked(number, cloud), media=(DOT,)))
    there = cloud.net.messages[sent.id]
    assert (there.raw["type"], there.text) == ("image", "Yes, within two days.")
    assert cloud.uploaded[there.raw["image"]["id"]] == ("image/png", PNG)


def test_a_large_picture_and_a_paper_go_as_documents(number: WhatsApp, cloud: double.WhatsApp) -> None:
    item = asked(number, cloud)
    for media in (
        Media(PNG + bytes(6_000_000), "image/png", "big.png"),
        Media(b"%PDF", "application/pdf", "invoice.pdf"),
    ):
        there = cloud.net.messages[number.reply(answer(item, media=(media,))).id]
        assert there.raw["type"] == "document"
        assert there.raw["document"]["filename"] == media.name


def test_too_many_words_for_a_picture_are_said_before_anything_is_sent(number: WhatsApp, net: Loopback) -> None:
    item = Item("wamid.x", JANE, Author(JANE), net.app.net.now, private=True)  # type: ignore[attr-defined]
    with pytest.raises(Refused, match="1024"):
        number.reply(answer(item, "x" * 1025, media=(DOT,)))
    assert net.requests == []


def test_a_lost_upload_is_tried_again(number: WhatsApp, cloud: double.WhatsApp, net: Loopback) -> None:
    reply = answer(asked(number, cloud), media=(DOT,))
    net.fail_next("lost")
    with pytest.raises(TryLater):
        number.reply(reply)
    number.reply(reply)
    assert len([one for one in cloud.net.messages.values() if one.to == JANE]) == 1


# -- what becomes of it ------------------------------------------------------------------------------------------------


def test_an_answer_whose_confirmation_was_lost_is_seen_later(
    number: WhatsApp, cloud: double.WhatsApp, net: Loopback
) -> None:
    reply = answer(asked(number, cloud))
    net.fail_next("lost")
    with pytest.raises(Unsure):
        number.reply(reply)
    told = [event for hook in cloud.hooks() for event in number.read_hook(hook).events]
    [echo] = told
    assert isinstance(echo, IncomingMessage)
    assert number.account is not None
    assert (echo.text, echo.author.id, echo.thread) == (reply.text, number.account.id, reply.to.thread)
    assert echo.id in cloud.net.messages


def test_what_did_not_arrive_is_shown(number: WhatsApp, cloud: double.WhatsApp) -> None:
    item = asked(number, cloud)
    cloud.loses.append((131026, "Message undeliverable"))
    sent = number.reply(answer(item))
    [notice] = [event for hook in cloud.hooks() for event in number.read_hook(hook).events]
    assert isinstance(notice, IncomingMessage)
    assert (notice.parent, notice.thread) == (sent.id, item.thread)
    assert "cannot be reached on WhatsApp" in notice.text
    assert notice.author.id not in {JANE, number.us}


def test_the_window_may_have_closed_on_the_way(number: WhatsApp, cloud: double.WhatsApp) -> None:
    item = asked(number, cloud)
    cloud.net.now += timedelta(hours=25)  # their clock, not ours
    number.reply(answer(item))
    [notice] = [event for hook in cloud.hooks() for event in number.read_hook(hook).events]
    assert isinstance(notice, IncomingMessage)
    assert "24 hours" in notice.text
    again = answer(item_of(notice))
    with pytest.raises(Refused, match="No approved template"):
        number.reply(again)
    there = cloud.net.messages[number.reply(replace(again, text="Hallo Jane\n\nIhr Paket ist da.")).id]
    assert there.to == JANE
    assert "context" not in there.raw


# -- faults ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "status", "error"),
    [
        (4, 400, TryLater),
        (80007, 400, TryLater),
        (130429, 400, TryLater),
        (131000, 500, TryLater),
        (131016, 500, TryLater),
        (131048, 400, TryLater),
        (131056, 400, TryLater),
        (131057, 500, TryLater),
        (133004, 503, TryLater),
        (190, 401, LoginExpired),
        (10, 403, Refused),
        (100, 400, Refused),
        (200, 403, Refused),
        (368, 403, Refused),
        (131005, 403, Refused),
        (131008, 400, Refused),
        (131009, 400, Refused),
        (131026, 400, Refused),
        (131030, 400, Refused),
        (131031, 403, Refused),
        (131042, 400, Refused),
        (131047, 400, Refused),
        (131051, 400, Refused),
        (132000, 400, Refused),
        (132001, 404, Refused),
        (133010, 400, Refused),
        (1, 500, Unsure),
        (2, 503, Unsure),
    ],
)
def test_each_code_is_one_of_the_four(
    number: WhatsApp, cloud: double.WhatsApp, code: int, status: int, error: type[ChannelError]
) -> None:
    item = asked(number, cloud)
    cloud.refuses.append((code, status, "the details"))
    with pytest.raises(error) as raised:
        number.reply(answer(item))
    assert type(raised.value) is error
    if code == 131056:
        assert isinstance(raised.value, TryLater)
        assert raised.value.after == 10


def test_codes_that_we_know_are_said_in_our_words(number: WhatsApp, cloud: double.WhatsApp) -> None:
    item = asked(number, cloud)
    cloud.refuses.append((131026, 400, "the details"))
    with pytest.raises(Refused, match="cannot be reached on WhatsApp"):
        number.reply(answer(item))


def test_a_request_that_the_document_forbids_is_refused(number: WhatsApp, cloud: double.WhatsApp) -> None:
    """The double judges: an unknown field, a missing one, one of another type."""
    text = {"recipient_type": "individual", "to": JANE, "type": "text", "text": {"body": "x"}}
    for wrong in ({"colour": "red"}, {"recipient_type": "crowd"}, {"text": {"body": 7}}, {"type": "song"}):
        with pytest.raises(Refused):
            number.client.send(text | wrong)
    assert cloud.net.messages == {}


# -- reactions, blocking, groups ---------------------------------------------------------------------------------------


def test_liking_is_a_reaction(number: WhatsApp, cloud: double.WhatsApp, net: Loopback) -> None:
    item = asked(number, cloud)
    net.fail_next("lost")
    with pytest.raises(TryLater):
        number.moderate(Act.LIKE, item)
    number.moderate(Act.LIKE, item)
    assert cloud.net.messages[item.id].reaction == "👍"


def test_an_answer_to_a_reaction_quotes_what_it_is_about(number: WhatsApp, cloud: double.WhatsApp) -> None:
    about = cloud.net.write("x")
    cloud.net.send({"type": "reaction", "reaction": {"message_id": about.id, "emoji": "😮"}})
    [reaction] = number.read_hook(cloud.hooks()[-1]).events
    assert isinstance(reaction, IncomingMessage)
    there = cloud.net.messages[number.reply(answer(item_of(reaction))).id]
    assert there.raw["context"] == {"message_id": about.id}


def test_whom_whatsapp_does_not_let_us_block_stays(number: WhatsApp, cloud: double.WhatsApp) -> None:
    item = asked(number, cloud)
    number.moderate(Act.BAN, item)
    assert cloud.net.blocked == {JANE}
    cloud.net.now += timedelta(days=2)
    with pytest.raises(Refused, match="24 hours"):
        number.moderate(Act.BAN, item)
    with pytest.raises(Refused):
        number.moderate(Act.HIDE, item)


def test_who_has_no_number_is_written_to_by_another_name(number: WhatsApp, cloud: double.WhatsApp) -> None:
    kim = "US.13491208655302741918"
    item = Item("wamid.x", kim, Author(kim), cloud.net.now, private=True)
    assert whereto(item) == {"recipient_type": "individual", "recipient": kim}
    cloud.net.last[kim, number.us] = cloud.net.now
    assert cloud.net.messages[number.reply(answer(item)).id].to == kim


def test_in_a_group_everybody_or_one_is_answered(cloud: double.WhatsApp, number: WhatsApp) -> None:
    item = Item("wamid.x", "Y2FwaV9n", Author(JANE), cloud.net.now)
    assert whereto(item) == {"recipient_type": "group", "to": "Y2FwaV9n"}
    assert whereto(item, privately=True) == {"recipient_type": "individual", "to": JANE}
    cloud.net.last[JANE, number.us] = cloud.net.now
    there = cloud.net.messages[number.reply(answer(item, private=True)).id]
    assert (there.to, "context" in there.raw) == (JANE, False)


# -- files -------------------------------------------------------------------------------------------------------------


def file_of(number: WhatsApp, cloud: double.WhatsApp) -> Attachment:
    cloud.net.send_file(PNG, "image", "image/png", "My shoe")
    [event] = number.read_hook(cloud.hooks()[-1]).events
    assert isinstance(event, IncomingMessage)
    [file] = event.attachments
    return file


def test_a_file_is_brought_with_our_login(number: WhatsApp, cloud: double.WhatsApp) -> None:
    brought = number.bring(file_of(number, cloud), 1_000_000)
    assert (brought.content, brought.content_type) == (PNG, "image/png")


def test_a_file_that_is_too_large_or_gone_is_refused(
    number: WhatsApp, cloud: double.WhatsApp, net: Loopback, world: Network
) -> None:
    file = file_of(number, cloud)
    net.requests.clear()
    with pytest.raises(Refused):
        number.bring(file, 10)
    assert len(net.requests) == 1, "it is not even begun"
    told = number.client.file(file.key)
    world.now += timedelta(minutes=6)
    with pytest.raises(Refused):
        number.client.download(told["url"], 1_000_000)
    with pytest.raises(Refused):
        number.bring(replace(file, key="1"), 1_000_000)
