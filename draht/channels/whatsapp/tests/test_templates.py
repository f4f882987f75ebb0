"""Templates: which are offered, how they are known again, and that nothing else goes out where they are needed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from draht.channels.whatsapp.channel import WhatsApp
from draht.channels.whatsapp.templates import Approved, Part, pick, to_templates
from draht.channels.whatsapp.tests import double
from draht.channels.whatsapp.tests.test_outgoing import DOT, answer, asked
from draht.contract.errors import Refused
from draht.contract.loopback import Loopback


def test_only_what_needs_nothing_but_words_is_offered(number: WhatsApp) -> None:
    offered = {one.name: one for one in number.templates()}
    assert set(offered) == {"hello_world", "order_update", "by_name"}
    assert offered["hello_world"].text == "Hello World\n\nWelcome and congratulations!\n\nBoots & More"
    assert (offered["hello_world"].language, offered["by_name"].language) == ("en-US", "de")


def test_a_template_is_known_by_its_text(number: WhatsApp, cloud: double.WhatsApp) -> None:
    old = replace(asked(number, cloud), at=cloud.net.now - timedelta(days=3))
    cloud.net.now += timedelta(days=3)
    text = "Hi Jane, there is news about your order 4711 (boots). Write to us!"
    there = cloud.net.messages[number.reply(answer(old, f" {text}\r\n")).id]
    assert there.text == text
    named = cloud.net.messages[number.reply(answer(old, "Hallo Jane\n\nIhr Paket ist da.")).id]
    [header] = named.raw["template"]["components"]
    assert header["parameters"] == [{"type": "text", "text": "Jane", "parameter_name": "vorname"}]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Hi {{1}}, there is news about your order 7. Write to us!", "gaps"),
        ("Hi Jane, there is news about your\norder. Write to us!", "No approved"),
        ("Buy now!", "No approved"),
        ("Anything", "No approved"),
    ],
)
def test_anything_else_is_refused_before_it_is_sent(
    number: WhatsApp, cloud: double.WhatsApp, net: Loopback, text: str, why: str
) -> None:
    old = replace(asked(number, cloud), at=cloud.net.now - timedelta(days=3))
    net.requests.clear()
    with pytest.raises(Refused, match=why):
        number.reply(answer(old, text))
    assert {method for method, _ in net.requests} == {"GET"}
    with pytest.raises(Refused, match="without files"):
        number.reply(answer(old, "Ihr Paket ist da.", media=(DOT,)))
    assert number.takes(old).count == 0


def test_gaps_are_filled_in_their_order_wherever_they_stand() -> None:
    one = Approved("x", "en", (Part("header", "{{1}}!"), Part("body", "{{1}} and {{2}} (again {{1}})")))
    told = pick([one], "Ada!\n\nBoots and shoes (again Boots)")
    header, body = told["components"]
    assert [value["text"] for value in header["parameters"]] == ["Ada"]
    assert [value["text"] for value in body["parameters"]] == ["Boots", "shoes"]
    with pytest.raises(Refused):
        pick([one], "Ada!\n\nBoots and shoes (again gloves)")
    assert to_templates([]) == []


def test_a_template_of_nothing_but_gaps_holds_nobody_up() -> None:
    gaps = " ".join(f"{{{{{n}}}}}" for n in range(1, 12))
    with pytest.raises(Refused):
        pick([Approved("x", "en", (Part("body", f"{gaps}."),))], "word " * 200)
