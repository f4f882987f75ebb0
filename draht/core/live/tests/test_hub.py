"""Open screens hear of what happens, whoever wrote it, on both stores; and only of what their colleague may see."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import Client

from draht.core.clock import now
from draht.core.journal.actions import record
from draht.core.journal.facts import Fact
from draht.core.journal.queries import end
from draht.core.live.hub import Hub
from draht.core.live.stream import stream
from draht.core.people.models import Department, Role, User
from draht.core.sql import is_postgres

pytestmark = pytest.mark.usefixtures("shared_db")
PATIENCE = 5.0  # seconds


class Line:
    """One request to ``/live``, and what came down it."""

    def __init__(self, cookie: str, **headers: str) -> None:
        self.status = 0
        self.text = ""
        self.ended = False
        self._gone = asyncio.Event()
        query = headers.pop("query", "")
        self.scope = {
            "headers": [(b"cookie", cookie.encode())] + [(k.encode(), v.encode("latin-1")) for k, v in headers.items()],
            "query_string": query.encode(),
        }

    async def receive(self) -> dict[str, Any]:
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: dict[str, Any]) -> None:
        self.status = message.get("status", self.status)
        self.text += message.get("body", b"").decode()
        self.ended = message["type"] == "http.response.body" and not message.get("more_body")

    def hears(self, name: str) -> bool:
        return f"event: {name}\n" in self.text

    def hang_up(self) -> None:
        self._gone.set()

    @property
    def last_id(self) -> str:
        return [line[4:] for line in self.text.splitlines() if line.startswith("id: ")][-1]


def cookie_of(user: User) -> str:
    client = Client()
    client.force_login(user)
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


def happens(department: Department, conversation: int = 1) -> None:
    with transaction.atomic():
        record(Fact.NOTE_WRITTEN, department_id=department.pk, conversation_id=conversation)


Opens = Callable[[Line], Coroutine[Any, Any, None]]


def run(scene: Callable[[Opens], Awaitable[None]]) -> None:
    """Plays a scene beside a hub."""

    async def play() -> None:
        hub = Hub(asyncio.get_running_loop())
        hub.start()
        lines: list[Line] = []
        streams = asyncio.TaskGroup()

        async def opens(line: Line) -> None:
            streams.create_task(stream(hub, line.scope, line.receive, line.send))
            lines.append(line)
            await until(lambda: line.status)

        async with streams:
            try:
                await scene(opens)
            finally:
                for line in lines:
                    line.hang_up()
                hub.stop()
        await asyncio.to_thread(hub.join)
        await asyncio.gather(*(asyncio.to_thread(_leave) for _ in range(16)))

    asyncio.run(play())


def _leave() -> None:
    time.sleep(0.02)  # so that each thread gets one
    connection.close()


async def until(true: Callable[[], object], within: float = PATIENCE) -> None:
    end = time.monotonic() + within
    while not true():
        assert time.monotonic() < end, "waited in vain"
        await asyncio.sleep(0.005)


def test_a_screen_hears_of_its_own_department_only(service: Department, bea: User) -> None:
    press = Department.objects.create(name="Press")
    cookie = cookie_of(bea)

    async def scene(opens: Opens) -> None:
        line = Line(cookie)
        await opens(line)
        await asyncio.to_thread(happens, press, 7)
        await asyncio.to_thread(happens, service, 8)
        await until(lambda: line.hears("conversation-8"))
        assert line.hears("list")
        assert line.hears("counters")
        assert not line.hears("conversation-7")

    run(scene)


@pytest.mark.parametrize("who", ["nobody", "dan", "gone", "stranger", "crooked"])
def test_who_may_not_look_hears_nothing(who: str, bea: User, dan: User) -> None:
    cookies = {"nobody": "", "dan": cookie_of(dan), "stranger": "sessionid=abcdefghijklmnop", "gone": cookie_of(bea),
               "crooked": 'sessionid="\\000\\377' + "x" * 30 + '"; a=b; =; ;;'}  # fmt: skip
    User.objects.filter(pk=bea.pk).update(is_active=False)

    async def scene(opens: Opens) -> None:
        line = Line(cookies[who])
        await opens(line)
        assert line.status == 403

    run(scene)


def test_what_was_missed_is_told(service: Department, bea: User) -> None:
    press = Department.objects.create(name="Press")
    cookie = cookie_of(bea)
    happens(service, 1)
    start = str(end())
    happens(service, 2)
    happens(press, 3)

    async def scene(opens: Opens) -> None:
        line = Line(cookie, **{"last-event-id": start})
        await opens(line)
        await until(lambda: line.hears("conversation-2"))
        assert not line.hears("conversation-1")
        assert not line.hears("conversation-3")
        line.hang_up()
        await asyncio.to_thread(happens, service, 4)
        again = Line(cookie, **{"last-event-id": line.last_id})
        await opens(again)
        await until(lambda: again.hears("conversation-4"))
        assert not again.hears("conversation-2")

    run(scene)


def test_what_happens_between_the_page_and_its_stream_is_told(service: Department, bea: User) -> None:
    cookie = cookie_of(bea)
    page_made_at = now()
    happens(service, 5)

    async def scene(opens: Opens) -> None:
        line = Line(cookie, query=f"from={page_made_at}")
        await opens(line)
        await until(lambda: line.hears("conversation-5"))
        later = Line(cookie, query=f"from={now() + 60_000}")
        await opens(later)
        await asyncio.to_thread(happens, service, 6)
        await until(lambda: later.hears("conversation-6"))
        assert not later.hears("conversation-5")

    run(scene)


@pytest.mark.parametrize("told", ["²-1", "9" * 18 + "-" + "9" * 18, "x", "0-0", "-", "1e3-1"])
def test_crooked_places_break_nothing(told: str, service: Department, bea: User) -> None:
    cookie = cookie_of(bea)

    async def scene(opens: Opens) -> None:
        for line in (Line(cookie, **{"last-event-id": told}), Line(cookie, query=f"from={told}&from=")):
            await opens(line)
            assert line.status == 200
            await asyncio.to_thread(happens, service, 9)
            await until(lambda line=line: line.hears("conversation-9"))  # type: ignore[misc]

    run(scene)


def test_rights_that_change_end_the_stream_at_once(service: Department, bea: User, cem: User) -> None:
    cookies = [cookie_of(bea), cookie_of(cem)]

    def changed() -> None:
        with transaction.atomic():
            bea.departments.clear()
            record(Fact.PERSON_CHANGED, actor_id=cem.pk, person=bea.pk)

    def opened() -> None:
        with transaction.atomic():
            Department.objects.create(name="Press")
            record(Fact.DEPARTMENT_ADDED, actor_id=cem.pk, department=1)

    async def scene(opens: Opens) -> None:
        hers, his = Line(cookies[0]), Line(cookies[1])
        await opens(hers)
        await opens(his)
        await asyncio.to_thread(changed)
        await until(lambda: hers.ended)
        assert not his.ended
        await asyncio.to_thread(opened)
        await until(lambda: his.ended)  # a lead sees every department: he comes back with the new one

    run(scene)


def test_who_is_thrown_out_hears_no_more(service: Department, bea: User) -> None:
    cookie = cookie_of(bea)

    def out() -> None:
        with transaction.atomic():
            User.objects.filter(pk=bea.pk).update(is_active=False, role=Role.NONE)
            record(Fact.PERSON_CHANGED, person=bea.pk)

    async def scene(opens: Opens) -> None:
        line = Line(cookie)
        await opens(line)
        await asyncio.to_thread(out)
        await until(lambda: line.ended)
        again = Line(cookie)
        await opens(again)
        assert again.status == 403

    run(scene)


def test_rows_held_back_by_an_older_transaction_are_told_soon_after(service: Department, bea: User) -> None:
    """On PostgreSQL an older transaction, of whatever kind, holds rows back; its end wakes nobody."""
    cookie = cookie_of(bea)
    begun, may_end = threading.Event(), threading.Event()

    def older() -> None:
        try:
            with transaction.atomic():
                Department.objects.filter(pk=service.pk).update(name="Service")
                begun.set()
                may_end.wait(PATIENCE)
        finally:
            connection.close()

    async def scene(opens: Opens) -> None:
        line = Line(cookie)
        await opens(line)
        thread = threading.Thread(target=older)
        thread.start()
        await asyncio.to_thread(begun.wait)
        if not is_postgres():
            may_end.set()  # SQLite has one writer: we would wait for each other
        await asyncio.to_thread(happens, service, 3)
        await asyncio.sleep(0.3)
        assert line.hears("conversation-3") is not is_postgres()
        may_end.set()
        await until(lambda: line.hears("conversation-3"), within=0.5)
        await asyncio.to_thread(thread.join)

    run(scene)


def test_many_screens_hear_soon(service: Department, bea: User) -> None:
    cookie = cookie_of(bea)

    async def scene(opens: Opens) -> None:
        lines = [Line(cookie) for _ in range(100)]
        for line in lines:
            await opens(line)
        began = time.monotonic()
        await asyncio.to_thread(happens, service, 11)
        await until(lambda: all(line.hears("conversation-11") for line in lines))
        assert time.monotonic() - began < 1

    run(scene)
