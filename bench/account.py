"""Prepares a store for the hooks and the screens: accounts with hooks, people who are logged in, kept hooks counted."""

from __future__ import annotations

from typing import Any

from bench.child import options, report
from draht.project.cli import set_up

SECRET = "measuring, not guarding"


def main(what: str, **more: Any) -> None:
    set_up()
    from draht.project import upkeep

    upkeep.prepare()
    report({"make": make, "kept": kept, "conversations": conversations}[what](**more))


def make(departments: int = 1, agents: int = 0) -> dict[str, Any]:
    """An account for each department, and sessions of its agents."""
    from draht.connections.models import Connection
    from draht.connections.secrets import encrypt
    from draht.core.clock import now
    from draht.core.people.models import Department, Role, User

    paths, cookies = [], []
    for n in range(departments):
        department = Department.objects.create(name=f"Department {n}")
        Connection.objects.create(
            channel="sandbox", name=f"Net {n}", department=department, account_id="us", account_name="Nordlicht",
            settings={"url": "http://127.0.0.1/sandbox"}, secrets=encrypt({"hook_secret": SECRET}),
            hook_key=f"bench-{n}", made_at=now(),
        )  # fmt: skip
        paths.append(f"/hook/bench-{n}")
        for a in range(agents):
            user = User.objects.create(
                email=f"a{n}.{a}@example.org", name=f"Agent {n} {a}", role=Role.AGENT, password="!"
            )
            user.departments.add(department)
            cookies.append(session(user))
    return {"paths": paths, "cookies": cookies, "secret": SECRET}


def session(user: Any) -> str:
    """As a login leaves it behind."""
    from importlib import import_module

    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.create()
    return f"{settings.SESSION_COOKIE_NAME}={store.session_key}"


def kept() -> dict[str, Any]:
    """The ids of the messages in the hooks that wait for the worker."""
    import msgspec

    from draht.core.worker.models import Delivery

    bodies = Delivery.objects.order_by("id").values_list("body", flat=True)
    return {"ids": [msgspec.json.decode(bytes(body))["message"]["id"] for body in bodies.iterator(chunk_size=5000)]}


def conversations() -> dict[str, int]:
    from draht.features.inbox.models import Conversation

    return dict(Conversation.objects.values_list("external_id", "id"))


if __name__ == "__main__":
    main(**options())
