"""Personal data in public: what GL-11 accepts and what it does not."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from draht.features.triage.personal import COVER, is_card, is_iban, kinds, masked, personal_data

FOUND = [
    ("DE89 3704 0044 0532 0130 00", "iban"),
    ("IBAN: GB82 WEST 1234 5698 7654 32.", "iban"),
    ("my card is 4111 1111 1111 1111 ok?", "card"),
    ("4111-1111-1111-1111", "card"),
    ("0711 123456-78", "phone"),
    ("+49 711 12345678", "phone"),
    ("ruft an: 0151 23456789", "phone"),
    ("call me at (212) 555-0142", "phone"),
    ("llámame +34 612 345 678", "phone"),
    ("zekidemir@example.org please", "mail"),
    ("ich wohne Musterstraße 12, 70173 Stuttgart", "address"),
    ("I live at 221 Baker Street", "address"),
    ("vivo en calle Mayor 5", "address"),
    ("geboren am 12.03.1980", "birth"),
]
NOT_FOUND = [
    "DE89 3704 0044 0532 0130 01",
    "4111 1111 1111 1112",
    "Bestellung 4711-2026-000123",
    "12.11.2026 um 14:30",
    "PLZ 70173",
    "flight 236 at 18:45, gate 22",
    "@anna @bob 100% agree",
    "",
]


@pytest.mark.parametrize(("text", "kind"), FOUND)
def test_is_found_and_covered(text: str, kind: str) -> None:
    found = personal_data(text)
    assert list(kinds(found)) == [kind]
    assert COVER in masked(text)
    assert text[found[0].start : found[0].end] not in masked(text)


@pytest.mark.parametrize("text", NOT_FOUND)
def test_is_left_alone(text: str) -> None:
    assert personal_data(text) == []
    assert masked(text) == text


def test_check_digits() -> None:
    assert is_iban("DE89370400440532013000")
    assert not is_iban("DE89370400440532013001")
    assert not is_iban("DE89")
    assert is_card("4111111111111111")
    assert not is_card("0000000000000000")


def test_covers_all_of_several() -> None:
    text = "mail me a@example.org or b@example.org, 0151 23456789"
    assert masked(text) == f"mail me {COVER} or {COVER}, {COVER}"


@pytest.mark.parametrize("piece", ["1 ", "0", "a@", "DE89 ", "calle a ", "+49 (", "1-", "aa1"])
def test_a_megabyte_takes_a_moment(piece: str) -> None:
    text = piece * (1_000_000 // len(piece))
    begun = time.perf_counter()
    personal_data(text)
    assert time.perf_counter() - begun < 1


@given(st.text(max_size=300))
def test_never_stumbles(text: str) -> None:
    found = personal_data(text)
    assert all(a.end <= b.start for a, b in pairwise(found))
    masked(text)
