"""What is kept while somebody signs in on a network's page: in their session, encrypted, for a short time."""

from __future__ import annotations

import secrets as random
from collections.abc import Mapping
from dataclasses import dataclass, replace

from cryptography.fernet import InvalidToken
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.urls import reverse
from django.utils.translation import gettext as _

from draht.connections import actions
from draht.connections.secrets import decrypt, encrypt
from draht.connections.wording import said
from draht.connections.words import Problem, problem_of
from draht.contract.errors import ChannelError, LoginExpired
from draht.core.clock import MINUTE, now
from draht.core.people.access import Viewer

AWAY = 10 * MINUTE  # for agreeing on the network's page
CHOOSING = 30 * MINUTE  # for choosing accounts afterwards
MOST = 5  # sign-ins of one session, in several windows
KEY = "connections.sign_ins"


@dataclass(frozen=True, slots=True)
class Begun:
    """A login on its way: for a new connection, or for one that logs in again (``connection_id``; 0 = new)."""

    channel: str
    values: Mapping[str, str]
    until: int
    verifier: str = ""
    connection_id: int = 0


class Stopped(Exception):
    """It cannot go on: why, what to do, and what it was, if that is known."""

    def __init__(self, problem: Problem, begun: Begun | None = None) -> None:
        super().__init__(problem.title)
        self.problem = problem
        self.begun = begun


def back_address() -> str:
    """Where networks send people back to. It is the same for all channels."""
    return f"{settings.BASE_URL}{reverse('connections:back')}"


def leave(viewer: Viewer, session: SessionBase, channel: str, values: Mapping[str, str], connection_id: int = 0) -> str:
    """The network's page to send the person to. Raises one of the four errors."""
    state, verifier = random.token_urlsafe(24), random.token_urlsafe(48)
    address = actions.sign_in_address(viewer, channel, values, back_address(), state, verifier)
    _keep(session, state, Begun(channel, values, now() + AWAY, verifier, connection_id))
    return address


def come_back(viewer: Viewer, session: SessionBase, told: Mapping[str, str]) -> Begun:
    """The login with its tokens, after the network has sent the person back. Raises ``Stopped``. Good once."""
    begun = _take(session, told.get("state", ""))
    if begun is None or not begun.verifier:
        raise Stopped(_unknown())
    if begun.until < now():
        raise Stopped(_too_late(), begun)
    if "code" not in told:
        raise Stopped(_not_agreed(told), begun)
    try:
        tokens = actions.sign_in(viewer, begun.channel, begun.values, told["code"], back_address(), begun.verifier)
    except ChannelError as error:
        raise Stopped(_not_taken(error), begun) from error
    return replace(begun, values={**begun.values, **tokens}, verifier="")


def keep(session: SessionBase, channel: str, values: Mapping[str, str]) -> str:
    """A login that is there, while somebody chooses the accounts; its ticket."""
    ticket = random.token_urlsafe(24)
    _keep(session, ticket, Begun(channel, values, now() + CHOOSING))
    return ticket


def kept(session: SessionBase, ticket: str) -> Begun:
    """Raises ``Stopped`` when it is over."""
    begun = _read(session.get(KEY, {}).get(ticket, ""))
    if begun is None or begun.verifier or begun.until < now():
        raise Stopped(_too_late(), begun)
    return begun


def forget(session: SessionBase, ticket: str) -> None:
    _take(session, ticket)


# -- in the session ---------------------------------------------------------------------------------------------------


def _keep(session: SessionBase, key: str, begun: Begun) -> None:
    told = {f"value {name}": value for name, value in begun.values.items()}
    rest = {"channel": begun.channel, "until": str(begun.until), "verifier": begun.verifier}
    blob = encrypt(told | rest | {"connection": str(begun.connection_id)}).decode("ascii")
    newest = list(session.get(KEY, {}).items())[1 - MOST :]
    session[KEY] = dict([*newest, (key, blob)])


def _take(session: SessionBase, key: str) -> Begun | None:
    there = dict(session.get(KEY, {}))
    blob = there.pop(key, "")
    session[KEY] = there
    return _read(blob)


def _read(blob: str) -> Begun | None:
    try:
        told = decrypt(blob.encode("ascii"))
    except InvalidToken:
        return None
    if not told:
        return None
    values = {key.removeprefix("value "): value for key, value in told.items() if key.startswith("value ")}
    return Begun(told["channel"], values, int(told["until"]), told["verifier"], int(told["connection"]))


# -- in words ---------------------------------------------------------------------------------------------------------


def _unknown() -> Problem:
    todo = _(
        "Begin it again from here. Each sign-in is good once, and in the browser in which it was begun; the address of"
        " Draht has to be %s there."
    )
    return Problem(_("This sign-in is not known here."), "", todo % settings.BASE_URL)


def _too_late() -> Problem:
    return Problem(_("It took too long."), "", _("For safety a sign-in is kept for minutes only. Begin it again."))


def _not_agreed(told: Mapping[str, str]) -> Problem:
    reason = " ".join(filter(None, (told.get("error", ""), told.get("error_description", ""))))[:500]
    if told.get("error") == "access_denied":
        todo = _("Nothing was connected. Begin it again, and agree on the network's page.")
        return Problem(_("The permission was not given."), reason, todo)
    todo = _("Compare the app with the guide: its keys, its permissions, and the redirect address.")
    return Problem(_("The network did not let anybody sign in."), reason, todo)


def _not_taken(error: ChannelError) -> Problem:
    if not isinstance(error, LoginExpired):
        return problem_of(error)
    todo = _("It is good once and for minutes only. Begin it again.")
    return Problem(_("The network does not accept its own code any more."), said(error.reason), todo)
