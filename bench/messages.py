"""The stream of messages that is taken in: threads of people, told in the order of time, made as they are asked for.

A thread's messages follow each other within hours while other threads begin; 2 % are delivered a second time.
"""

from __future__ import annotations

import heapq
import random
from bisect import bisect
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import accumulate

from draht.contract.messages import Author, IncomingMessage

BEGIN = datetime(2026, 1, 5, tzinfo=UTC)
DAYS = 30.0  # that the stream covers
US = Author("us", "Nordlicht", "nordlicht")
OURS = 0.35  # of the messages after the first
AGAIN = 0.02  # of the messages are delivered twice
WORDS = 40_000
LENGTH = 108  # characters of a text, on average
SYLLABLES = [a + b for a in "bdfgklmnprstvwz" for b in ("a", "e", "i", "o", "u", "ei", "au", "er", "en", "al")]


class Words:
    """A vocabulary in which the n-th word occurs with 1/n, as in languages that people speak."""

    def __init__(self, seed: int, size: int = WORDS) -> None:
        chance = random.Random(seed)
        found: dict[str, None] = {}
        while len(found) < size:
            found["".join(chance.choices(SYLLABLES, k=1 + (len(found) > 90) + (len(found) > 3000)))] = None
        self.words = list(found)
        self._weights = list(accumulate(1 / (n + 1) for n in range(size)))
        self._chance = random.Random(seed + 1)

    def text(self) -> str:
        """A few sentences; the length is spread around ``LENGTH``."""
        chance, total = self._chance, self._weights[-1]
        length = min(600, max(8, round(chance.lognormvariate(4.55, 0.5))))
        picked: list[str] = []
        while length > 0:
            word = self.words[bisect(self._weights, chance.random() * total)]
            picked.append(word)
            length -= len(word) + 1
        return " ".join(picked).capitalize() + "."


def stream(messages: int, threads: int, people: int, seed: int = 2) -> Iterator[IncomingMessage]:
    """All messages in the order of time, some of them twice."""
    chance = random.Random(seed)
    again: list[IncomingMessage] = []
    for message in _once(messages, threads, people, seed):
        yield message
        if chance.random() < AGAIN:
            again.append(message)
        if again and chance.random() < AGAIN:
            yield again.pop(chance.randrange(len(again)))
    yield from again


def _once(messages: int, threads: int, people: int, seed: int) -> Iterator[IncomingMessage]:
    chance, words = random.Random(seed), Words(seed)
    authors = [*range(people), *(chance.randrange(people) for _ in range(threads - people))][:threads]
    chance.shuffle(authors)
    left = [1] * threads
    for _ in range(messages - threads):  # most threads are short, some are long
        left[int(threads * chance.random() ** 2)] += 1
    waiting = sorted((chance.random() * DAYS * 86400, thread, 0) for thread in range(threads))
    heapq.heapify(waiting)
    number = 0
    while waiting:
        at, thread, place = heapq.heappop(waiting)
        number += 1
        yield _message(number, at, thread, place, authors[thread], chance, words)
        if place + 1 < left[thread]:
            heapq.heappush(waiting, (at + chance.expovariate(1 / 7200), thread, place + 1))


def _message(
    number: int, at: float, thread: int, place: int, person: int, chance: random.Random, words: Words
) -> IncomingMessage:
    ours = place > 0 and chance.random() < OURS
    author = US if ours else Author(f"p{person}", f"{words.words[person % 9999]} {person}".title(), f"person{person}")
    moment = BEGIN + timedelta(seconds=at, milliseconds=number % 1000)
    id, text = f"m{number:x}", words.text()
    return IncomingMessage(
        id=id,
        author=author,
        text=text,
        at=moment,
        thread=f"t{thread}",
        revision=moment,
        language="en",
        url=f"https://net.example/{id}",
        raw={"id": id, "kind": "post", "likes": number % 17, "author": {"id": author.id, "verified": place % 9 == 0}},
    )
