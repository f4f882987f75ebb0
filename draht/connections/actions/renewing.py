"""Logins that run out are renewed in time, by one worker at a time. A short fault is not a lost login."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from random import uniform

from django.conf import settings
from django.db import Error as StoreError
from django.db import transaction

from draht.connections.actions.logins import account_of, channel_for, config_of, kept, kind_of, since_of
from draht.connections.actions.trouble import note_trouble
from draht.connections.budget import purse_of
from draht.connections.models import Connection
from draht.connections.secrets import decrypt, encrypt, needs_new_key
from draht.connections.turns import Turns
from draht.contract.errors import ChannelError, LoginExpired, Refused, TryLater, only_the_four
from draht.contract.http import Http
from draht.contract.login import Renews
from draht.contract.words import words
from draht.core.clock import MINUTE, SECOND, now
from draht.core.sql import execute
from draht.core.worker.claim import LONGEST_LEASE

log = logging.getLogger("draht.logins")
RENEW_THREADS = 4
RENEWALS = Turns(RENEW_THREADS)
LEASE = 2 * MINUTE  # a worker that dies while it renews holds the others up for as long
PATIENCE = 10.0  # seconds for which others wait for a new login, if the old one has run out
LOOK = 0.1  # seconds between two looks
STILL_NEW = 2 * MINUTE  # a renewed login that is turned away as early as this was not just too old
STILL_GOOD = 5.0  # seconds that an old login has to be valid for, to be used once more
PAUSE = 60.0  # seconds at least until it is tried again
LOGIN = ["settings", "secrets", "renew_at", "renewed_at", "renewing_until", "removed_at"]


def renew_if_due(connection: Connection) -> None:
    """Before a channel is opened. The old login is used on if it cannot be renewed just now and is still valid.

    Raises ``LoginExpired`` if the network does not renew it any more, ``TryLater`` if it has run out meanwhile.
    """
    if connection.renew_at is not None and connection.renew_at <= now():
        config = config_of(connection)
        _renew(connection, config, usable=_is_valid(config))


def renew_after(connection: Connection, used: Mapping[str, str], error: LoginExpired) -> None:
    """The network turned a login away: it is renewed once. Raises ``TryLater`` if that helped, else what is wrong."""
    connection.refresh_from_db(fields=LOGIN)
    if config_of(connection) == used:
        if now() - (connection.renewed_at or 0) < STILL_NEW:
            raise error
        _renew(connection, used, usable=False)
    raise TryLater(error.reason, after=0) from error


def renew_due() -> bool:
    """Renews a login whose time has come, without anybody waiting for it; whether there was one."""
    work = next_renewal()
    if work:
        work()
    return work is not None


def next_renewal() -> Callable[[], None] | None:
    """The login whose time has come, to be renewed by a call. A network that hangs holds up its own accounts only."""
    at = now()
    there = Connection.objects.filter(renew_at__lte=at, removed_at=None).exclude(trouble_kind="login")
    free = there.exclude(renewing_until__range=(at, at + LONGEST_LEASE)).exclude(pk__in=RENEWALS.must_wait())
    for connection in free.order_by("renew_at")[:1]:
        return RENEWALS.take(connection, partial(_renew_now, connection))
    return None


def _renew_now(connection: Connection) -> None:
    try:
        renew_if_due(connection)
    except ChannelError as error:
        note_trouble(connection.pk, error)


def _renew(connection: Connection, used: Mapping[str, str], *, usable: bool) -> None:
    """Leaves the newest login in ``connection``. ``usable``: the old one will do if there is no new one yet."""
    lease = now() + LEASE
    if not _claimed(connection.pk, lease):
        return None if usable else _wait(connection, used)
    try:
        connection.refresh_from_db(fields=LOGIN)
        if connection.removed_at is None and config_of(connection) == used:
            _keep(connection, used, _asked(connection, used))
    except LoginExpired:
        raise
    except ChannelError as error:
        after = max(getattr(error, "after", None) or 0, PAUSE * uniform(1, 1.5))  # noqa: S311 - nobody gains by it
        Connection.objects.filter(pk=connection.pk).update(renew_at=now() + int(after * SECOND))
        log.warning("The login of connection %s could not be renewed: %s", connection.pk, error.reason)
        if not usable:
            raise error if isinstance(error, Refused) else TryLater(error.reason, after=after) from error
    finally:
        Connection.objects.filter(pk=connection.pk, renewing_until=lease).update(renewing_until=0)
    return None


def _claimed(connection_id: int, lease: int) -> bool:
    at = now()
    statement = (
        "UPDATE connections_connection SET renewing_until = %s WHERE id = %s AND renewing_until NOT BETWEEN %s AND %s"
    )
    return execute(statement, [lease, connection_id, at, at + LONGEST_LEASE]) == 1


def _wait(connection: Connection, used: Mapping[str, str]) -> None:
    """Until somebody else has renewed it."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        time.sleep(LOOK)
        connection.refresh_from_db(fields=LOGIN)
        if config_of(connection) != used:
            return
        if connection.renewing_until < now():
            break
    raise TryLater(words("The login is being renewed."), after=LOOK)


def _asked(connection: Connection, config: Mapping[str, str]) -> Mapping[str, str]:
    kind = kind_of(connection)
    purse = purse_of(connection, kind, config)
    http = Http(purse=purse)
    try:
        channel = channel_for(connection.channel, config, http, account_of(connection), since_of(connection))
        with only_the_four(TryLater):
            return channel.renew() if isinstance(channel, Renews) else {}
    finally:
        http.close()
        purse.settle()


def _keep(connection: Connection, used: Mapping[str, str], new: Mapping[str, str]) -> None:
    """Stores a new login at once: the network may have forgotten the old one already."""
    columns = kept(kind_of(connection), {**used, **new}) | {"renewed_at": now()}
    for pause in (0.1, 0.5, 2.0, None):
        try:
            with transaction.atomic():
                held = Connection.objects.select_for_update().get(pk=connection.pk)
                if held.removed_at is None and config_of(held) == used:  # else somebody logged in anew meanwhile
                    Connection.objects.filter(pk=connection.pk).update(**columns)
            break
        except StoreError:
            if pause is None:
                raise
            time.sleep(pause)
    connection.refresh_from_db(fields=LOGIN)


def _is_valid(config: Mapping[str, str]) -> bool:
    """Whether a login can be used still. Where nothing tells, the network will."""
    try:
        return float(config["expires_at"]) > time.time() + STILL_GOOD
    except (KeyError, ValueError):
        return True


def close_with_the_new_key() -> int:
    """Encrypts with the newest key what only an old one opens; how many logins. Afterwards the old keys can go."""
    changed = 0
    for id, blob in _closed_with_an_old_key():  # unless somebody stored a newer one meanwhile
        changed += Connection.objects.filter(pk=id, secrets=blob).update(secrets=encrypt(decrypt(blob)))
    return changed


def logins_with_an_old_key() -> int:
    return sum(1 for _ in _closed_with_an_old_key())


def _closed_with_an_old_key() -> Iterator[tuple[int, bytes]]:
    if settings.OLD_SECRET_KEYS:
        stored = Connection.objects.filter(removed_at=None).values_list("pk", "secrets")
        yield from ((id, bytes(blob)) for id, blob in stored if needs_new_key(blob))
