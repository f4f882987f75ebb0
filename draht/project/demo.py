"""The demo company: colleagues, departments, and a connection to every channel that can demonstrate itself."""

from __future__ import annotations

import time

from django.conf import settings
from django.db import connection, transaction
from rich.progress import Progress, SpinnerColumn, TextColumn

import draht.connections.actions as connections
from draht.connections.models import Connection
from draht.connections.outlets import outlets
from draht.connections.registry import channels
from draht.contract.channel import Demonstrates
from draht.contract.errors import ChannelError
from draht.core.clock import DAY, now
from draht.core.people.access import viewer_of
from draht.core.people.actions import add_person, department
from draht.core.people.models import Role, User
from draht.features.publishing import actions as publishing
from draht.features.publishing.actions import Draft, NotPossible
from draht.flows.take_in import fetch
from draht.project.upkeep import console

AGENT = "bea@nordlicht.example"
ADMIN = "admin@nordlicht.example"
PASSWORD = "kaffee-um-neun"  # noqa: S105 - printed at every start of the demo
PEOPLE = [
    (AGENT, "Bea Berger", Role.AGENT, ["Service"]),
    ("jonte@nordlicht.example", "Jonte Petersen", Role.AGENT, ["Service", "Shop"]),
    ("cem@nordlicht.example", "Cem Aydin", Role.LEAD, ["Service"]),
    ("tia@nordlicht.example", "Tia Lorenz", Role.TRAINEE, ["Service"]),
    (ADMIN, "Eva Adler", Role.ADMIN, ["Service"]),
]
POSTS = [
    "We roast on Tuesdays and Thursdays. Whoever comes by between ten and noon may have a look, and a cup.",
    "New in the shop: descaler that smells of nothing at all. It works for every machine since 2015.",
    "Saturday is open workshop: bring your machine, we show you how to change the gasket yourself.",
]


def set_up(house: str) -> None:
    """Sets up what is missing; a second start finds everything there. ``house``: where this process can be reached."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("Looking for the demo company")
        if not User.objects.exists():
            progress.update(task, description="Hiring the demo company's people")
            for email, name, role, departments in PEOPLE:
                add_person(None, email, name, role, departments, PASSWORD)
        connected = Connection.objects.count()
        for name, kind in channels().items():
            if issubclass(kind, Demonstrates) and not Connection.objects.filter(channel=name).exists():
                progress.update(task, description=f"Connecting {kind.label}")
                _connect(name, kind, house)
        if Connection.objects.count() > connected:
            _publish()
    connection.close()


def _publish() -> None:
    """Two posts that have left, and one for the day after tomorrow."""
    user = User.objects.filter(email=AGENT).first()
    if user is None or user.role == Role.NONE:
        return
    bea = viewer_of(user)
    to = dict.fromkeys((one.id for one in outlets(bea)[:1]), "")
    for words in POSTS if to else ():
        at = now() + 2 * DAY if words is POSTS[-1] else None
        try:
            publishing.publish(bea, publishing.write(bea, Draft(words, to=to, at=at)).pk)
        except NotPossible as problem:  # the demo runs without it
            console.print(str(problem))


def _connect(name: str, kind: type[Demonstrates], house: str) -> None:
    with transaction.atomic():
        service = department("Service").pk
    values = kind.demo(str(settings.DATA_DIR), house, f"{house}/demo/")
    for attempt in range(5):
        try:
            made = connections.make(None, name, values, service, house=house)
            while fetch(made).more:
                made.refresh_from_db()
        except ChannelError as error:  # the server next door may need another moment
            console.print(f"{name}: {error.reason}")
            time.sleep(0.5 * (attempt + 1))
        else:
            return
