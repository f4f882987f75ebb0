"""Measures what an agent does all day at a million conversations: the list, a conversation, counters, search."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Any

from bench.child import options, progress, report
from bench.messages import Words
from bench.past import AGENTS, DEPARTMENTS
from draht.project.cli import set_up

VIEWS = ("open", "open", "open", "unassigned", "unassigned", "mine", "mine", "waiting", "snoozed", "resolved", "all")
WARM_UP = 20


def main(seed: int, samples: int) -> None:
    set_up()
    from draht.project import upkeep

    upkeep.prepare()  # the million conversations are kept from run to run, and Draht may have grown columns since
    progress("the same questions for everybody")
    asked = Asked(seed, samples)
    found = {name: timed(samples, ask) for name, ask in asked.kinds().items()}
    report(found)


def timed(samples: int, ask: Callable[[], Callable[[], Any]]) -> list[float]:
    """Milliseconds of each answer; what is asked is made up before the clock runs."""
    times = []
    for number in range(samples + WARM_UP):
        question = ask()
        began = time.perf_counter()
        question()
        if number >= WARM_UP:
            times.append((time.perf_counter() - began) * 1000)
    return times


class Asked:
    """Questions as agents put them, with a fixed seed: the same ones on both stores."""

    def __init__(self, seed: int, samples: int) -> None:
        from django.test import Client

        from draht.core.people.models import User

        self.chance = random.Random(seed)
        self.samples = samples
        self.viewers = self._viewers()
        self.words = self._words(seed)
        self.ids = self._ids()
        self.clients = {}
        for n in range(1, DEPARTMENTS + 1):  # agents of one department each
            client = self.clients[n] = Client(SERVER_NAME="localhost")
            client.force_login(User.objects.get(pk=n))

    def kinds(self) -> dict[str, Callable[[], Callable[[], Any]]]:
        return {
            "list": self.a_list, "open": self.a_conversation, "counters": self.the_counters,
            "search_newest": self.a_search, "list_page": self.a_list_page, "open_page": self.a_conversation_page,
        }  # fmt: skip

    def _viewers(self) -> list[Any]:
        """A third of the questions come from people with one department, with three, with all."""
        from draht.core.people.access import Viewer
        from draht.core.people.models import Role

        everything = tuple(range(1, DEPARTMENTS + 1))
        chance = self.chance
        some = []
        for _ in range(60):
            user = chance.randint(1, AGENTS)
            own = 1 + (user - 1) % DEPARTMENTS
            three = tuple(sorted({own, *chance.sample(everything, 2)}))
            some += [
                Viewer(user, "One", Role.AGENT, (own,)),
                Viewer(user, "Three", Role.AGENT, three),
                Viewer(user, "All", Role.LEAD, everything),
            ]
        return some

    def _words(self, seed: int) -> Callable[[], str]:
        """Common, medium and rare words; pairs; an unfinished last word."""
        vocabulary, chance = Words(7).words, self.chance
        common, medium, rare = (0, 100), (100, 3000), (3000, 39_000)

        def word(kind: tuple[int, int]) -> str:
            return vocabulary[chance.randrange(*kind)]

        kinds = (
            lambda: word(common),
            lambda: word(medium),
            lambda: word(rare),
            lambda: f"{word(common)} {word(common)}",
            lambda: f"{word(common)} {word(medium)}",
            lambda: f"{word(medium)} {word(medium)}",
            lambda: f"{word(common)} {word(rare)}",
            lambda: word(medium)[:4],
            lambda: f"{word(common)} {word(medium)[:3]}",
            lambda: f"person{chance.randrange(1, 400_000)}",
        )
        return lambda: chance.choice(kinds)()

    def _ids(self) -> dict[int, list[int]]:
        """Conversations of each department: live ones and old ones."""
        from draht.features.inbox.models import Conversation, State

        found = {}
        for department in range(1, DEPARTMENTS + 1):
            of = Conversation.objects.filter(department_id=department).values_list("id", flat=True)
            live = of.filter(state=State.OPEN).order_by("-last_at")[:2000]
            old = of.filter(state=State.RESOLVED).order_by("-last_at")[:20_000:20]
            found[department] = [*live, *old]
        return found

    def a_list(self) -> Callable[[], Any]:
        from draht.features.inbox import queries

        viewer, view = self.chance.choice(self.viewers), self.chance.choice(VIEWS)
        before = ""
        if self.chance.random() < 0.3:  # further down: the cursor is a moment of the past
            page = queries.conversations(viewer, view)
            if page.next:
                last = page.rows[-1].last_at - self.chance.randrange(40 * 86_400_000)
                before = f"{last}-{page.rows[-1].id}"
        return lambda: queries.conversations(viewer, view, before)

    def a_conversation(self) -> Callable[[], Any]:
        from draht.features.inbox import queries

        viewer = self.chance.choice(self.viewers)
        id = self.chance.choice(self.ids[self.chance.choice(viewer.department_ids)])
        return lambda: queries.thread(viewer, id)

    def the_counters(self) -> Callable[[], Any]:
        from draht.features.inbox import queries

        viewer = self.chance.choice(self.viewers)
        return lambda: queries.counters(viewer)

    def a_search(self) -> Callable[[], Any]:
        from draht.features.inbox.search import search

        viewer, words = self.chance.choice(self.viewers), self.words()
        return lambda: search(viewer, words)

    def a_list_page(self) -> Callable[[], Any]:
        """The whole answer of the server, from the request to the HTML of the list."""
        department = self.chance.randint(1, DEPARTMENTS)
        return self._get(department, "list", "inbox:view", self.chance.choice(VIEWS))

    def a_conversation_page(self) -> Callable[[], Any]:
        department = self.chance.randint(1, DEPARTMENTS)
        return self._get(department, "thread", "inbox:open", "open", self.chance.choice(self.ids[department]))

    def _get(self, department: int, pane: str, name: str, *where: object) -> Callable[[], Any]:
        from django.urls import reverse

        client, address = self.clients[department], reverse(name, args=where)

        def ask() -> None:
            answer = client.get(address, headers={"hx-request": "true", "hx-target": pane})
            if answer.status_code != 200:
                raise RuntimeError(f"{address} answered {answer.status_code}.")

        return ask


if __name__ == "__main__":
    main(**options())
