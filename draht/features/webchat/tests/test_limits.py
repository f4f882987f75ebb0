"""Who asks too often waits, and everybody is told apart as well as an address allows."""

from __future__ import annotations

import pytest

from draht.features.webchat import limits
from draht.features.webchat.limits import Limit, address_of


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_so_many_at_once_then_one_by_one() -> None:
    clock = Clock()
    limit = Limit(20, clock)
    assert [limit.wait("ada") for _ in range(20)] == [0.0] * 20
    assert limit.wait("ada") == pytest.approx(3.0)
    assert limit.wait("ben") == 0.0
    clock.now += 2.9
    assert limit.wait("ada") > 0
    clock.now += 0.2
    assert limit.wait("ada") == 0.0
    assert limit.wait("ada") > 0
    clock.now += 60
    assert [limit.wait("ada") for _ in range(20)] == [0.0] * 20


def test_a_wait_that_was_told_is_long_enough() -> None:
    clock = Clock()
    limit = Limit(7, clock)
    for _ in range(100):
        clock.now += limit.wait("ada") + 1e-6
    assert limit.wait("ada") <= 60 / 7


def test_who_was_here_long_ago_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_REMEMBERED", 100)
    clock = Clock()
    limit = Limit(20, clock)
    for n in range(1000):
        clock.now += 1
        limit.wait(str(n))
    assert len(limit._full_at) <= 100


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("203.0.113.7", "", "203.0.113.7"),
        ("93.184.216.34", "198.51.100.1", "93.184.216.34"),  # nobody outside speaks for others
        ("127.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.5", "6.6.6.6, 198.51.100.1", "198.51.100.1"),  # what our own proxy has seen
        ("127.0.0.1", "nonsense", "127.0.0.1"),
        ("2a00:1450:4001:81b::200e", "", "2a00:1450:4001:81b::/64"),
        ("127.0.0.1", "2a00:1450:4001:81b:1:2:3:4", "2a00:1450:4001:81b::/64"),
        ("", "", ""),
    ],
)
def test_whose_request_it_is(peer: str, forwarded: str, address: str) -> None:
    assert address_of(peer, forwarded) == address
