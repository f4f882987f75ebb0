"""A company with a past: a million conversations and their messages, made up in the order of time."""

from __future__ import annotations

import heapq
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any

from bench.messages import Words
from draht.features.inbox.stems import stems

DEPARTMENTS, AGENTS = 20, 100
OPEN, WAITING, SNOOZED, RESOLVED = range(4)  # models.State, which needs Django
YEARS = 3
FIRST = 1_700_000_000  # seconds since 1970
LIVE = {OPEN: 0.0801, WAITING: 0.0302, SNOOZED: 0.0200}  # the rest is resolved
LATE = 0.2  # the last fifth of the conversations …
LATE_LIVE = 0.6  # … holds so much of what is live
TEXTS = 400_000  # different ones; every word of a message is looked up in what they have
MESSAGE = (
    "id", "connection_id", "external_id", "conversation_id", "person_id", "ours", "private", "held", "parent", "text",
    "stems", "language", "url", "attachments", "raw", "at", "received_at", "rank", "gone",
)  # fmt: skip
CONVERSATION = (
    "id", "connection_id", "external_id", "person_id", "department_id", "assignee_id", "state", "unread", "private",
    "title", "preview", "message_count", "first_at", "last_at", "last_out_id", "waiting_since", "snoozed_until",
)  # fmt: skip
PERSON = ("id", "connection_id", "external_id", "name", "handle", "url", "avatar", "first_at")


@dataclass(slots=True)
class Talk:
    """A conversation while its messages are being told."""

    id: int
    department: int
    person: int
    state: int
    left: int
    count: int = 0
    first_at: int = 0
    last_at: int = 0
    last_out: int = 0
    waiting: int | None = None
    preview: str = ""


@dataclass
class Past:
    """Everything follows from the seed: both stores get the same rows."""

    conversations: int
    messages: int
    seed: int = 7
    talks: list[Talk] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)
        words = Words(self.seed)
        texts = [words.text() for _ in range(min(TEXTS, self.messages))]
        self._texts = [(text, stems(text, "en")) for text in texts]
        self.people = max(1, self.conversations // 2)
        self._shares = list(accumulate(1 / (n + 2) for n in range(DEPARTMENTS)))

    def person_rows(self) -> Iterator[tuple[Any, ...]]:
        for id in range(1, self.people + 1):
            yield id, 1 + id % DEPARTMENTS, f"p{id:08}", f"Person {id}", f"person{id}", "", "", FIRST * 1000

    def message_rows(self) -> Iterator[tuple[Any, ...]]:
        """In the order of time; ``talks`` grows as conversations begin."""
        chance, waiting = self._chance, []  # type: ignore[var-annotated]
        pace = YEARS * 365 * 86400 / self.conversations
        at = float(FIRST)
        for _ in range(self.conversations):
            at += chance.expovariate(1 / pace)
            heapq.heappush(waiting, (at, self._begin()))
            while waiting and waiting[0][0] <= at:
                yield self._next(waiting)  # threads that are under way at the end have no end yet

    def conversation_rows(self) -> Iterator[tuple[Any, ...]]:
        """After all messages were told."""
        chance = random.Random(self.seed + 1)
        for t in self.talks:
            assignee = None
            if t.state != OPEN or chance.random() < 0.6:
                assignee = 1 + (t.department - 1 + DEPARTMENTS * chance.randrange(AGENTS // DEPARTMENTS))
            unread = t.state == OPEN and chance.random() < (0.25 if assignee else 0.7)
            snoozed = t.last_at + 86_400_000 if t.state == SNOOZED else None
            yield (t.id, t.department, f"t{t.id:08}", t.person, t.department, assignee, t.state, unread, False, "",
                   t.preview, t.count, t.first_at, t.last_at, t.last_out, t.waiting, snoozed)  # fmt: skip

    def _begin(self) -> int:
        chance, id = self._chance, len(self.talks) + 1
        share = chance.random() * self._shares[-1]
        department = 1 + next(n for n, total in enumerate(self._shares) if total >= share)
        average = self.messages / self.conversations
        length = 1 + int(chance.paretovariate(1.6) * (average - 1) * 0.44)
        person = 1 + chance.randrange(self.people)
        self.talks.append(Talk(id, department, person, self._state(id), min(length, 3000)))
        return id

    def _state(self, id: int) -> int:
        """Live ones are mostly among the late ones."""
        late = id > self.conversations * (1 - LATE)
        factor = LATE_LIVE / LATE if late else (1 - LATE_LIVE) / (1 - LATE)
        draw = self._chance.random() / factor
        for state, share in LIVE.items():
            if draw < share:
                return state
            draw -= share
        return RESOLVED

    def _next(self, waiting: list[tuple[float, int]]) -> tuple[Any, ...]:
        at, id = heapq.heappop(waiting)
        talk, chance = self.talks[id - 1], self._chance
        row = self._message(talk, int(at))
        talk.left -= 1
        if talk.left > 0:
            heapq.heappush(waiting, (at + chance.expovariate(1 / 7200), id))
        return row

    def _message(self, talk: Talk, at: int) -> tuple[Any, ...]:
        self._told = getattr(self, "_told", 0) + 1
        id = at << 20 | self._told & 0xFFFFF
        ours = talk.count > 0 and (talk.state == WAITING if talk.left == 1 else self._chance.random() < 0.4)
        text, words = self._texts[self._chance.randrange(len(self._texts))]
        ms = at * 1000
        talk.count += 1
        talk.first_at, talk.last_at = talk.first_at or ms, ms
        talk.preview = text[:160]
        talk.last_out, talk.waiting = (id, None) if ours else (talk.last_out, talk.waiting or ms)
        external = f"m{self._told:08}"
        raw = f'{{"id": "{external}", "kind": "post", "likes": {at % 17}, "author": {{"id": "p{talk.person:08}"}}}}'
        return (
            id, talk.department, external, talk.id, None if ours else talk.person, ours, False, False, "", text,
            f"~{talk.department} {words}", "en", f"https://net.example/{external}", "[]", raw, ms, ms, ms, -1,
        )  # fmt: skip
