"""What people are told about channels and their troubles: what it is, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass

from babel.lists import format_list
from django.utils.translation import gettext as _

from draht.connections.wording import said
from draht.contract.channel import Channel, Fetches, Hears, Moderates, Publishes, ReadsRows, Replies
from draht.contract.errors import ChannelError, LoginExpired, TryLater, Unsure
from draht.core.clock import SECOND
from draht.core.ui.times import locale, span

MOST_NAMED = 3  # administrators


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a login could not be tried or taken: what it is, the network's own words, and what to do."""

    title: str
    words: str
    todo: str


def problem_of(error: ChannelError) -> Problem:
    """One of the four errors, for somebody who is filling in a login."""
    match error:
        case LoginExpired():
            title = _("The network does not accept this login.")
            todo = _("Look whether it was copied as a whole, belongs to this account, and is still valid.")
        case TryLater():
            title = _("The network cannot be reached just now.")
            todo = _("Nothing was changed. Look whether the address is right.") + " " + _when(error)
        case Unsure():
            title = _("The network's answer was lost.")
            todo = _("It may have understood us or not. Nothing was kept here, and trying again does no harm.")
        case _:
            title = _("It was refused.")
            todo = _("The words say why. Often the login lacks a permission; the guide names those that are needed.")
    return Problem(title, said(error.reason), todo)


def _when(error: TryLater) -> str:
    if not error.after:
        return _("Try again in a moment.")
    return _("Try again in %(span)s.") % {"span": span(int(error.after * SECOND))}


def trouble_todo(kind: str) -> str:
    """What to do about the trouble of a connection, for those who can."""
    return {
        "login": _("The network no longer accepts our login. Log in again."),
        "later": _("The network cannot be reached or asks us to wait. Draht tries again by itself."),
        "budget": _("The quota or the month's money is used up. It goes on by itself when they begin anew."),
        "refused": _("The network says no. Its words say why; often an address or a permission has changed."),
        "gone": _("The package of this channel is not installed. Install it again, or remove the connection."),
    }[kind]


def trouble_told(kind: str, name: str, administrators: list[str]) -> str:
    """The trouble of a connection for everybody on the desk: what it means, and who can mend it."""
    if kind == "later":
        told = _("%(name)s cannot be reached. Draht keeps trying; answers wait until then.")
        return told % {"name": name}
    if kind == "budget":
        return _("%(name)s has used up its quota or its money; answers wait until it begins anew.") % {"name": name}
    who = named(administrators)
    if kind == "login":
        told = _("%(name)s needs a new login: nothing arrives or leaves. %(who)s can log in again.")
    else:
        told = _("%(name)s refuses what we ask. %(who)s can see to it.")
    return told % {"name": name, "who": who}


def named(people: list[str]) -> str:
    """Any one of these people."""
    return format_list(people[:MOST_NAMED], style="or", locale=locale()) if people else _("An administrator")


def abilities(kind: type[Channel]) -> list[str]:
    """What a channel can do, in a few words; its class line says it."""
    told = [
        (Fetches | Hears, _("read")),
        (Replies, _("answer")),
        (Moderates, _("moderate")),
        (Publishes, _("publish")),
        (ReadsRows, _("import")),
    ]
    return [word for ability, word in told if issubclass(kind, ability)]
