"""Trying a login: whose it is, which accounts it opens, and what it still lacks."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from draht.connections.actions.logins import channel_for, there_is
from draht.connections.actions.opening import opened
from draht.connections.actions.trouble import end_trouble, note_trouble
from draht.connections.budget import KeptPurse, trial_purse
from draht.connections.models import Connection
from draht.connections.registry import channels
from draht.contract.channel import Channel
from draht.contract.errors import ChannelError, Refused, TryLater, only_the_four
from draht.contract.http import Http
from draht.contract.login import Offer, OffersAccounts, SignsIn
from draht.contract.messages import Account
from draht.contract.words import words
from draht.core.clock import now
from draht.core.people.access import Viewer
from draht.core.people.models import Role

log = logging.getLogger("draht.logins")


@contextmanager
def tried(
    channel: str, values: Mapping[str, str], account: Account | None = None, purse: KeptPurse | None = None
) -> Iterator[Channel]:
    """A channel that nobody has connected yet, or with another login than the stored one."""
    http = Http(purse=purse or trial_purse(channel, channels()[channel], values))
    try:
        yield channel_for(channel, values, http, account)
    finally:
        http.close()


def whose(channel: str, values: Mapping[str, str], purse: KeptPurse | None = None) -> Account:
    """Tries a login and says whose it is. Raises one of the four errors."""
    with tried(channel, values, purse=purse) as one, only_the_four(TryLater):
        return one.whoami()


def offers(viewer: Viewer, channel: str, values: Mapping[str, str]) -> Sequence[Offer]:
    """The accounts that a login opens. Raises one of the four errors."""
    viewer.must_be(Role.ADMIN)
    with tried(channel, values) as one, only_the_four(TryLater):
        return one.accounts() if isinstance(one, OffersAccounts) else [Offer(one.whoami())]


def sign_in_address(
    viewer: Viewer, channel: str, values: Mapping[str, str], back: str, state: str, verifier: str
) -> str:
    """The network's page on which somebody agrees. Raises one of the four errors."""
    viewer.must_be(Role.ADMIN)
    with tried(channel, values) as one, only_the_four(TryLater):
        if not isinstance(one, SignsIn):
            raise Refused(words("Nobody signs in at {network}.").format(network=one.label))
        return one.sign_in_address(back, state, verifier)


def sign_in(
    viewer: Viewer, channel: str, values: Mapping[str, str], code: str, back: str, verifier: str
) -> Mapping[str, str]:
    """The tokens for the code that the network gave. Raises one of the four errors."""
    viewer.must_be(Role.ADMIN)
    with tried(channel, values) as one, only_the_four(TryLater):
        if not isinstance(one, SignsIn):
            raise Refused(words("Nobody signs in at {network}.").format(network=one.label))
        return one.sign_in(code, back, verifier)


def note_lacks(connection: Connection) -> None:
    """Writes down what a login that works still lacks. If the network cannot say just now, it is asked another time."""
    try:
        with opened(connection) as channel, only_the_four(TryLater):
            _keep(connection, channel.lacks())
    except ChannelError as error:
        log.warning("What connection %s lacks could not be found out: %s", connection.pk, error.reason)


def test_connection(viewer: Viewer, connection_id: int) -> None:
    """Tries the stored login and finds out what it lacks. Raises one of the four errors, which is its trouble then."""
    viewer.must_be(Role.ADMIN)
    connection = there_is(connection_id)
    try:
        _look(connection)
    except ChannelError as error:
        note_trouble(connection_id, error)
        raise
    end_trouble(connection_id)


def _look(connection: Connection, *, again: bool = True) -> None:
    try:
        with opened(connection) as channel, only_the_four(TryLater):
            channel.whoami()
            _keep(connection, channel.lacks())
    except TryLater as error:
        if error.after != 0 or not again:  # else its login was renewed just now
            raise
        _look(connection, again=False)


def _keep(connection: Connection, lacks: Sequence[str]) -> None:
    Connection.objects.filter(pk=connection.pk).update(lacks=list(lacks), tested_at=now())
