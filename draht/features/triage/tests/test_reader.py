"""Reading with the shipped model: labels, confidence, reasons, and what nobody foresaw."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from draht.features.triage.model import SHIPPED
from draht.features.triage.reader import KINDS, Reader

READER = Reader()
SENTENCES = {
    "de": "Warum ist mein Paket immer noch nicht da, wann kommt es endlich?",
    "en": "Why has my parcel still not arrived and when will it come?",
    "es": "¿Por qué no ha llegado todavía mi paquete y cuándo llegará?",
    "fr": "Pourquoi mon colis n'est-il toujours pas arrivé chez moi ?",
    "it": "Perché il mio pacco non è ancora arrivato e quando arriverà?",
    "nl": "Waarom is mijn pakket nog steeds niet aangekomen en wanneer komt het?",
    "pl": "Dlaczego moja paczka jeszcze nie dotarła i kiedy będzie?",
    "pt": "Por que meu pacote ainda não chegou e quando ele vai chegar?",
    "tr": "Paketim neden hâlâ gelmedi ve ne zaman gelecek?",
}
ODD = [
    "",
    " ",
    "\x00",
    "😍" * 200,
    "h̸̡̢̛̲͈e̷̡̛l̶̢̛l̵̡̛o̷̢̕" * 50,
    "<p>" * 5000,
    "<div><b>Hallo</b>",
    "\ud800",
    "x" * 1_000_000,
    "a b " * 250_000,
    "@" * 100_000,
    "www." * 100_000,
    ":(" * 100_000,
    "Здравствуйте, где мой заказ?",
    "你好，我的订单在哪里？",
    "İ" * 1000,
]


@pytest.mark.parametrize(("language", "text"), SENTENCES.items())
def test_tells_nine_languages(language: str, text: str) -> None:
    readings = READER.read(text)
    assert readings.label("language") == language
    assert readings.by_kind["language"].words


@pytest.mark.parametrize(
    ("kind", "label", "text"),
    [
        ("mood", "negative", "@united you lost my bag and nobody cares"),
        ("mood", "negative", "der schlechteste Service, nie wieder"),
        ("mood", "negative", "qué vergüenza de servicio, nadie contesta"),
        ("mood", "positive", "thank you so much for the great flight"),
        ("mood", "positive", "vielen Dank, super Service"),
        ("mood", "positive", "muchas gracias, excelente trabajo"),
        ("mood", "neutral", "what time does the next train leave?"),
        ("intent", "complaint", "been on hold for two hours, unacceptable"),
        ("intent", "praise", "danke für die tolle Hilfe"),
        ("intent", "question", "¿cuándo abre la tienda?"),
        ("intent", "contact", "please call me back"),
        ("spam", "spam", "Check out my channel and subscribe http://spam.example win free money"),
        ("spam", "ham", "my flight was cancelled, can you rebook me?"),
        ("harmful", "harmful", "Du dummes Arschloch, halt die Fresse"),
        ("urgency", "high", "there is smoke in the cabin, this is an emergency"),
        ("answer", "needed", "where is my order?"),
        ("answer", "not needed", "😍😍😍"),
        ("answer", "not needed", "@anna @ben"),
        ("answer", "not needed", "Danke!"),
        ("answer", "not needed", "muchas gracias"),
        ("personal", "iban", "IBAN DE89 3704 0044 0532 0130 00"),
    ],
)
def test_says_what_a_person_would(kind: str, label: str, text: str) -> None:
    assert READER.read(text).label(kind) == label


def test_not_turns_praise_round() -> None:
    plain, turned = (READER.read(text).by_kind["mood"] for text in ("the crew was helpful", "the crew was not helpful"))
    assert (plain.label, turned.label) == ("positive", "negative")


def test_names_the_words_that_decided() -> None:
    words = READER.read("you lost my bag and nobody cares").by_kind["mood"].words
    assert {"lost", "nobody"} & set(words)
    assert len(words) <= 3


def test_reasons_never_repeat_personal_data() -> None:
    readings = READER.read("my mail is secret@example.org")
    assert readings.label("personal") == "mail"
    assert readings.by_kind["personal"].words == ()


def test_a_short_text_has_the_language_of_its_author() -> None:
    assert READER.read("ok").label("language") == ""
    assert READER.read("ok", usual="tr").label("language") == "tr"
    assert READER.read(SENTENCES["de"], usual="tr").label("language") == "de"


@pytest.mark.parametrize("text", ["", "@anna", "12345", "hello bonjour hallo ciao hola"])
def test_says_that_it_is_unsure(text: str) -> None:
    readings = READER.read(text)
    assert readings.label("mood") == ""
    assert readings.label("language") == ""


@pytest.mark.parametrize("text", ODD, ids=range(len(ODD)))
def test_odd_texts_take_a_moment(text: str) -> None:
    begun = time.perf_counter()
    readings = READER.read(text)
    assert time.perf_counter() - begun < 1
    assert set(readings.by_kind) == set(KINDS)


@settings(deadline=None)
@given(st.text(max_size=400))
def test_any_text_is_read(text: str) -> None:
    for reading in READER.read(text).by_kind.values():
        assert 0 <= reading.confidence <= 1.0001
        assert len(reading.words) <= 3


def test_says_the_same_each_time() -> None:
    text = "Warum kommt der Zug nicht?"
    assert READER.read(text) == Reader().read(text)


def test_is_small() -> None:
    assert SHIPPED.stat().st_size < 5 * 2**20


def test_no_reason_repeats_what_is_personal() -> None:
    readings = READER.read("terrible: write to zebulon.quux@terriblemail.example")
    told = " ".join(word for reading in readings.by_kind.values() for word in reading.words)
    assert "zebulon" not in told
    assert "quux" not in told
