"""The table in ``docs/channels/abilities.md``: channel × ability × limit × how it is tested, read from the code.

``python -m tests.channel_table`` writes it; ``tests/test_docs.py`` holds the file against the code.
"""

from __future__ import annotations

import importlib
import inspect
import os
import pkgutil
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import django

import draht.channels
from draht.connections.registry import channels, folder
from draht.contract import channel as contract
from draht.contract import login, visits
from draht.contract.channel import Channel, Counter
from draht.contract.errors import ChannelError
from draht.contract.http import Http
from draht.contract.messages import Account, Author, Item, Takes
from draht.contract.testing import ChannelContract

FILE = Path(__file__).parent.parent / "docs/channels/abilities.md"
HEAD = """\
# What each channel can do

Made from the code by `make channel-table`: every ability of every channel, its limits, and what it is tested with.
*Contract* are the tests that every channel inherits (`draht/contract/testing`), run against a double that keeps state
and checks each request, or against a real server; their number is in brackets. *Own* are files in the channel's
folder `tests` that call the ability.

| channel | ability | limits | tested |
|---|---|---|---|
"""
NOT_IN_CI = "test_live"  # needs a server of somebody's own
NAMES = {
    "Fetches": "is polled", "Hears": "hears hooks", "Waits": "is told at once over an open line",
    "Reconciles": "is read again for edits and deletions", "RereadsItems": "reads leftovers again",
    "ReadsRows": "reads archives", "Replies": "answers", "HasTemplates": "offers agreed texts",
    "LooksBack": "looks back for an answer", "Moderates": "moderates", "Edits": "changes what we wrote",
    "BringsMedia": "opens files",
    "Publishes": "publishes", "Schedules": "schedules", "LooksBackAtPosts": "looks back for a post",
    "Subscribes": "subscribes its hook", "SignsIn": "signs in (OAuth 2)",
    "Renews": "renews its login", "OffersAccounts": "offers several accounts", "Welcomes": "welcomes visitors",
}  # fmt: skip
ITEM = Item("1", "1", Author("ada", "Ada", "ada"), datetime(2026, 11, 20, tzinfo=UTC))


@dataclass(frozen=True)
class Line:
    """One ability of one channel. ``tests``: by what it is tested; empty is a fault."""

    channel: str
    ability: str
    limits: str
    tests: tuple[str, ...]

    def __str__(self) -> str:
        where = f"[`{self.channel}`](../../draht/channels/{self.channel}/README.md)"
        return f"| {where} | {NAMES[self.ability]} | {self.limits} | {'; '.join(self.tests) or '**nothing**'} |"


def lines() -> list[Line]:
    """Every ability of every channel of the house."""
    house = Path(draht.channels.__file__).parent
    own = {name: kind for name, kind in channels().items() if folder(name).parent == house}
    return [
        Line(name, ability.__name__, _limits(kind, ability.__name__), _tests(name, kind, ability))
        for name, kind in own.items()
        for ability in _abilities()
        if issubclass(kind, ability) and not _is_implied(kind, ability)
    ]


def table() -> str:
    return HEAD + "".join(f"{line}\n" for line in lines())


@cache
def _abilities() -> tuple[type, ...]:
    found = [
        value
        for module in (contract, login, visits)
        for value in vars(module).values()
        if inspect.isclass(value) and inspect.isabstract(value) and value.__module__ == module.__name__
    ]
    found += [contract.Schedules, login.SignsIn]
    shown = {one for one in found if one.__name__ in NAMES}
    return tuple(sorted(shown, key=lambda one: list(NAMES).index(one.__name__)))


def _is_implied(kind: type[Channel], ability: type) -> bool:
    """Renewing is a part of signing in, and reading rows is reading items."""
    more: list[type] = ability.__subclasses__()
    return any(issubclass(kind, one) for one in more if one in _abilities())


# -- limits -----------------------------------------------------------------------------------------------------------


def _limits(kind: type[Channel], ability: str) -> str:
    match ability:
        case "Fetches":
            pace = "plans its own pace" if kind.budget and kind.budget.units else f"every {kind.every} s"  # type: ignore[attr-defined]
            return (
                f"{pace}; {kind.budget.units:,} {kind.budget.unit} a day" if kind.budget and kind.budget.units else pace
            )
        case "Replies":
            key = kind.repeats_for  # type: ignore[attr-defined]
            told = [_counted(kind, False), _counted(kind, True), f"knows our key for {_span(key)}" if key else ""]
            return "; ".join(dict.fromkeys(part for part in [*told, _files(kind, "takes", ITEM)] if part))
        case "Publishes":
            return "; ".join(part for part in (_count(kind, "post_counter"), _files(kind, "post_takes")) if part)
        case "Schedules":
            least, most = kind.ahead  # type: ignore[attr-defined]
            return f"{_span(least)} to {_span(most)} ahead"
        case "Reconciles":
            return f"{kind.batch} at once"  # type: ignore[attr-defined]
        case "SignsIn":
            return ", ".join(f"`{scope.name}`" for scope in kind.oauth.scopes)  # type: ignore[attr-defined]
    return ""


def _counted(kind: type[Channel], private: bool) -> str:
    item = Item("1", "1", ITEM.author, ITEM.at, private=private)
    found = _count(kind, "counter", item)
    return f"{found} in private" if private and found != _count(kind, "counter", ITEM) else found


def _count(kind: type[Channel], method: str, *about: Item) -> str:
    try:
        counter: Counter = getattr(_opened(kind), method)(*about)
    except (ChannelError, KeyError):
        return "as the network says"
    return f"{counter.limit:,} {counter.unit}"


def _files(kind: type[Channel], method: str, *about: Item) -> str:
    takes: Takes = getattr(_opened(kind), method)(*about)
    types = ", ".join(sorted({one.partition("/")[2] for one in takes.types}))
    return (
        f"{takes.count} file{'s' * (takes.count > 1)} of {takes.most // 1_000_000 or 1} MB: {types}"
        if takes.count
        else ""
    )


def _opened(kind: type[Channel]) -> Channel:
    """With settings that lead nowhere: what has to be asked of the network is not known."""
    values = {setting.key: setting.default or "http://127.0.0.1:9" for setting in kind.settings}
    return kind(values, Http(timeout=0.2), Account("us", "Us", "us"))


def _span(seconds: float) -> str:
    for unit, size in (("days", 86_400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:,.0f} {unit}"
    return f"{seconds:g} s"


# -- tests ------------------------------------------------------------------------------------------------------------


def _tests(name: str, kind: type[Channel], ability: type) -> tuple[str, ...]:
    against = sorted({_against(test) for test in contracts(name) if issubclass(test.channel, kind)})
    names = "|".join(one.__name__ for one in ability.__mro__ if one.__name__ in NAMES)
    promises = [test for test, source in _promises().items() if re.search(rf"isinstance\([^)]*\b({names})\b", source)]
    found = [f"contract ({len(promises)}) on {' and '.join(against)}"] if against and promises else []
    files = _files_that_call(name, ability)
    return (*found, *([f"own: {', '.join(files)}"] if files else []))


@cache
def _promises() -> dict[str, str]:
    members = inspect.getmembers(ChannelContract, inspect.isfunction)
    return {name: inspect.getsource(member) for name, member in members if name.startswith("test_")}


def contracts(name: str) -> Iterator[type[ChannelContract]]:
    """The classes that hold a channel to its contract, on a double or on a real server."""
    package = importlib.import_module(f"draht.channels.{name}.tests")
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        name = module.name.rpartition(".")[2]
        if not name.startswith("test_") or name == NOT_IN_CI:
            continue
        for value in vars(importlib.import_module(module.name)).values():
            if inspect.isclass(value) and issubclass(value, ChannelContract) and value.__module__ == module.name:
                yield value


def _against(test: type[ChannelContract]) -> str:
    return "the real server" if ".real." in test.__module__ else "a double"


def _files_that_call(name: str, ability: type) -> list[str]:
    """Which of the channel's own tests call a method of the ability."""
    methods = [m for m, _ in inspect.getmembers(ability, inspect.isfunction) if not m.startswith("_")]
    called = re.compile("|".join(rf"\.{method}\(" for method in methods)) if methods else re.compile(r"\.ahead\b|at=")
    tests = folder(name) / "tests"
    files = [file for file in tests.rglob("test_*.py") if file.stem != NOT_IN_CI]
    calling = [file.relative_to(tests) for file in files if called.search(file.read_text())]
    return sorted(f"`{file.with_suffix('').as_posix()}`" for file in calling)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "draht.project.settings")
    django.setup()
    FILE.write_text(table())
