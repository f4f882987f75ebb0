"""Every change to connections, and the only place that opens channels."""

from __future__ import annotations

import secrets as random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from cryptography.fernet import InvalidToken
from django.conf import settings
from django.db import transaction
from django.db.models import Case, F, When
from django.db.models.functions import Least
from django.http import Http404
from django.utils.translation import gettext as _

from draht.connections.models import Connection, Leftover
from draht.connections.registry import channels
from draht.connections.secrets import decrypt, encrypt
from draht.contract.channel import Act, Channel, Fetches, Moderates, Subscribes
from draht.contract.errors import ChannelError, LoginExpired, Refused, TryLater, Unsure, only_the_four
from draht.contract.http import Http
from draht.contract.messages import Account, Item, NotAllowed, Unread
from draht.contract.text import clean
from draht.contract.words import words
from draht.core.clock import DAY, MINUTE, SECOND, now
from draht.core.journal.actions import Told, record, record_all
from draht.core.journal.facts import Fact
from draht.core.people.access import Viewer
from draht.core.people.models import Role
from draht.core.sql import insert_rows, one_of, select
from draht.core.worker.claim import FREE, claim, come, due, free

FETCH_LEASE = 5 * MINUTE  # a worker that dies while it fetches loses the connection after this
LONGEST_PAUSE = 30 * MINUTE
LEFTOVER = {"connection_id": "bigint", "received_at": "bigint", "request": "text", "raw": "text", "reason": "text"}


# -- opening ----------------------------------------------------------------------------------------------------------


@contextmanager
def opened(connection: Connection) -> Iterator[Channel]:
    """The channel of a connection, logged in. Raises ``LoginExpired`` when its tokens cannot be decrypted any more."""
    kind = channels().get(connection.channel)
    if kind is None:
        raise TryLater(words("The channel “{name}” is not installed here.").format(name=connection.channel))
    try:
        config = connection.settings | decrypt(connection.secrets)
    except InvalidToken as error:
        told = words("The stored login was encrypted with another key. Log in again.")
        raise LoginExpired(told) from error
    http = Http()
    try:
        yield kind(config, http, account_of(connection))
    finally:
        http.close()


def account_of(connection: Connection) -> Account:
    return Account(connection.account_id, connection.account_name, connection.account_handle, connection.account_url)


# -- making and changing ----------------------------------------------------------------------------------------------


def test(channel: str, values: Mapping[str, str]) -> Account:
    """Tries a login and says whose it is. Raises one of the four errors."""
    http = Http()
    try:
        with only_the_four(TryLater):
            return channels()[channel](values, http).whoami()
    finally:
        http.close()


def new_hook_key() -> str:
    """What nobody can guess: the last part of an address that a network calls."""
    return random.token_urlsafe(24)


def make(
    viewer: Viewer | None,
    channel: str,
    values: Mapping[str, str],
    department_id: int,
    name: str = "",
    house: str = "",
    hook_key: str = "",
) -> Connection:
    """Connects an account after trying its login. ``viewer`` is an administrator, or ``None`` for the set-up.

    ``house`` is where networks reach our hooks, if that is not the base address; ``hook_key`` one that somebody has
    already typed in there. Raises one of the four errors.
    """
    if viewer is not None:
        viewer.must_be(Role.ADMIN)
    kind = channels()[channel]
    account = test(channel, values)
    _must_be_new(channel, account)
    hook_key = hook_key or new_hook_key()
    _subscribe(kind, values, account, f"{house or settings.BASE_URL}/hook/{hook_key}")
    with transaction.atomic():
        connection = Connection.objects.create(
            channel=channel,
            name=(name or f"{kind.label} · {clean(account.handle or account.name)}")[:120],
            department_id=department_id,
            **_whose(account),
            **_kept(kind, values),
            hook_key=hook_key,
            next_fetch_at=now() if issubclass(kind, Fetches) else None,
            made_at=now(),
        )
        record(
            Fact.CONNECTION_MADE,
            actor_id=viewer.user_id if viewer else None,
            department_id=department_id,
            connection=connection.pk,
            channel=channel,
        )
    return connection


def _must_be_new(channel: str, account: Account) -> None:
    """Where a network is asked or told to call, one account connected twice would bring everything twice."""
    if not issubclass(channels()[channel], Fetches | Subscribes):
        return
    there = Connection.objects.filter(channel=channel, account_id=account.id, account_url=account.url, removed_at=None)
    for connection in there[:1]:
        raise Refused(words("This account is connected already: {name}.").format(name=connection.name))


def _whose(account: Account) -> dict[str, str]:
    """The account as columns; a network may call it what it likes."""
    return {
        "account_id": account.id[:400],
        "account_name": clean(account.name)[:200],
        "account_handle": clean(account.handle)[:200],
        "account_url": account.url[:2000],
    }


def _kept(kind: type[Channel], values: Mapping[str, str]) -> dict[str, Any]:
    """The settings as columns: what is secret is encrypted."""
    secret = {field.key for field in kind.settings if field.secret}
    return {
        "settings": {key: value for key, value in values.items() if key not in secret},
        "secrets": encrypt({key: value for key, value in values.items() if key in secret}),
    }


def _subscribe(kind: type[Channel], values: Mapping[str, str], account: Account, address: str) -> None:
    """Tells the network our address where it can be told; the first hooks then wait until the connection is there."""
    http = Http()
    try:
        channel = kind(values, http, account)
        if isinstance(channel, Subscribes):
            with only_the_four(Unsure):
                channel.subscribe(address)
    finally:
        http.close()


def log_in_again(viewer: Viewer, connection_id: int, values: Mapping[str, str]) -> None:
    """New settings for a connection, tried first. Empty secret values keep what was stored.

    Raises one of the four errors; ``Refused`` too when the login belongs to another account, whose conversations would
    mix with those that are here.
    """
    viewer.must_be(Role.ADMIN)
    connection = _there(connection_id)
    kind = channels()[connection.channel]
    secret = {field.key for field in kind.settings if field.secret}
    merged = connection.settings | _readable(connection) | {k: v for k, v in values.items() if v or k not in secret}
    account = test(connection.channel, merged)
    if account.id != connection.account_id:
        other = words("This is the login of another account: {name}. Connect that as an account of its own.")
        raise Refused(other.format(name=account.name))
    _subscribe(kind, merged, account, hook_address(connection))
    with transaction.atomic():
        Connection.objects.filter(pk=connection_id).update(
            **_whose(account), **_kept(kind, merged), next_fetch_at=now() if issubclass(kind, Fetches) else None
        )
        record(Fact.CONNECTION_CHANGED, actor_id=viewer.user_id, connection=connection_id, login=True)
        end_trouble(connection_id)


def hook_address(connection: Connection) -> str:
    """Where the network calls us."""
    return f"{settings.BASE_URL}/hook/{connection.hook_key}"


def _there(connection_id: int) -> Connection:
    found = Connection.objects.filter(pk=connection_id, removed_at=None).first()
    if found is None:
        raise Http404(_("There is no such connection, or it was removed."))
    return found


def _readable(connection: Connection) -> dict[str, str]:
    try:
        return decrypt(connection.secrets)
    except InvalidToken:
        return {}


def change(viewer: Viewer, connection_id: int, *, name: str, department_id: int) -> None:
    """What colleagues call it, and whose it is. Conversations that are there stay where they are."""
    viewer.must_be(Role.ADMIN)
    with transaction.atomic():
        connection = _there(connection_id)
        Connection.objects.filter(pk=connection_id).update(name=name[:120], department_id=department_id)
        record(
            Fact.CONNECTION_CHANGED, actor_id=viewer.user_id, connection=connection_id, name=name[:120],
            department=department_id, department_before=connection.department_id,
        )  # fmt: skip


def pause(viewer: Viewer, connection_id: int, *, paused: bool) -> None:
    """Stops asking the network for what is new, or goes on with it."""
    viewer.must_be(Role.ADMIN)
    with transaction.atomic():
        _there(connection_id)
        Connection.objects.filter(pk=connection_id).update(paused=paused, next_fetch_at=_soon())
        record(Fact.CONNECTION_CHANGED, actor_id=viewer.user_id, connection=connection_id, paused=paused)


def fetch_now(viewer: Viewer, connection_id: int) -> None:
    """Lets the worker ask the network at once, without waiting for its turn."""
    viewer.must_be(Role.ADMIN)
    _there(connection_id)
    Connection.objects.filter(pk=connection_id).update(next_fetch_at=_soon())


def _soon() -> Case:
    """Now, for those that fetch at all."""
    return Case(When(next_fetch_at__isnull=False, then=now()), default=None)


def remove(viewer: Viewer, connection_id: int) -> None:
    """Disconnects: the login is forgotten, what was received stays."""
    viewer.must_be(Role.ADMIN)
    with transaction.atomic():
        _there(connection_id)
        Connection.objects.filter(pk=connection_id).update(
            removed_at=now(), next_fetch_at=None, secrets=b"", hook_key=f"removed-{connection_id}", trouble="",
            trouble_kind="", trouble_since=None,
        )  # fmt: skip
        record(Fact.CONNECTION_REMOVED, actor_id=viewer.user_id, connection=connection_id)


def moderate(connection: Connection, act: Act, item: Item) -> None:
    """Carries an act of moderation out on the network. Raises one of the four errors."""
    with opened(connection) as channel:
        answer = channel.may(act, item)
        if isinstance(answer, NotAllowed):
            raise Refused(answer.why)
        if not isinstance(channel, Moderates):
            raise Refused(words("{network} cannot be moderated from here.").format(network=channel.label))
        channel.moderate(act, item)


# -- fetching ---------------------------------------------------------------------------------------------------------


DUE = f"{due('next_fetch_at')} AND {FREE} AND NOT paused AND removed_at IS NULL"


def claim_due(limit: int = 1) -> list[Connection]:
    """Connections whose next fetch is due, leased to the caller. Two workers never get the same one."""
    at = now()
    ids = claim("connections_connection", DUE, [*come(at), *free(at)], "next_fetch_at", limit, at + FETCH_LEASE)
    return list(Connection.objects.filter(pk__in=ids))


def finish_fetch(connection: Connection, cursor: str | None, unread: Sequence[Unread], *, more: bool) -> None:
    """Moves the cursor, in the transaction that stored the messages.

    Unless the fetch took so long that its lease ran out: then somebody else may be further on already.
    """
    kind = channels()[connection.channel]
    every = kind.every * SECOND if issubclass(kind, Fetches) else MINUTE
    Connection.objects.filter(pk=connection.pk, lease_until=connection.lease_until).update(
        **({} if cursor is None else {"cursor": cursor}),
        next_fetch_at=now() + (0 if more else every),
        fetched_at=now(),
        lease_until=0,
        failures=0,
    )
    keep_leftovers(connection.pk, unread)
    if connection.trouble_kind:
        end_trouble(connection.pk)


def let_go(connection: Connection) -> None:
    """Gives a connection back that was claimed, and could not be fetched because of our own store."""
    Connection.objects.filter(pk=connection.pk, lease_until=connection.lease_until).update(
        lease_until=0, next_fetch_at=now() + 15 * SECOND
    )


def keep_leftovers(connection_id: int, unread: Sequence[Unread], requests: Sequence[str] = ()) -> None:
    """Keeps what nobody understood, each payload once: a feed shows the same strange entry every time.

    ``requests`` are those of the hooks in which they came, one for each.
    """
    of = requests or [""] * len(unread)
    kept = {keepable(left.raw): (keepable(left.reason), one) for left, one in zip(unread, of, strict=True)}
    if not kept:
        return
    where, parameter = one_of("raw", list(kept), "text")
    find = f"SELECT raw FROM connections_leftover WHERE connection_id = %s AND {where}"
    known = {raw for (raw,) in select(find, [connection_id, parameter])}
    at = now()
    new = [(connection_id, at, one, raw, reason) for raw, (reason, one) in kept.items() if raw not in known]
    insert_rows("connections_leftover", LEFTOVER, new)
    if new:
        record_all([Told(Fact.LEFTOVER_KEPT, data={"connection": connection_id, "count": len(new)})])


def keepable(text: str) -> str:
    """What both stores can hold: PostgreSQL's text has no null character."""
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()


def leftovers(connection_id: int, after: int = 0, limit: int = 200) -> list[Leftover]:
    return list(Leftover.objects.filter(connection_id=connection_id, pk__gt=after).order_by("pk")[:limit])


def settle_leftovers(viewer: Viewer, connection_id: int, read: Sequence[int], still: Mapping[int, str]) -> None:
    """Forgets leftovers that were read at last; the others get the newest reason. In the transaction of reading."""
    Leftover.objects.filter(pk__in=read, connection_id=connection_id).delete()
    for left in Leftover.objects.filter(pk__in=list(still)):
        if not left.reason.endswith(keepable(still[left.pk])):  # "line 7: it has no time" tells more
            Leftover.objects.filter(pk=left.pk).update(reason=keepable(still[left.pk]))
    if read:
        record(Fact.LEFTOVERS_READ, actor_id=viewer.user_id, connection=connection_id, count=len(read))


# -- trouble ----------------------------------------------------------------------------------------------------------


def note_trouble(connection_id: int, error: ChannelError) -> None:
    """Writes down what went wrong and when to try again: a short fault pauses, a lost login waits for a person."""
    at = now()
    kind = {LoginExpired: "login", TryLater: "later"}.get(type(error), "refused")
    after = min(getattr(error, "after", None) or 0, DAY / SECOND)
    reason = clean(error.reason)
    with transaction.atomic():
        connection = Connection.objects.select_for_update().get(pk=connection_id)
        pause = min(LONGEST_PAUSE, 15 * SECOND * 2 ** min(connection.failures, 8))
        began = connection.trouble_kind != kind
        Connection.objects.filter(pk=connection_id).update(
            lease_until=0,
            failures=Least(F("failures") + 1, 100),
            next_fetch_at=Case(
                When(next_fetch_at__isnull=False, then=at + max(pause, int(after * SECOND))),
                default=None,
            ),
            trouble=reason[:1000],
            trouble_kind=kind,
            trouble_since=at if began else connection.trouble_since,
        )
        if began:
            record(
                Fact.TROUBLE_BEGAN, department_id=connection.department_id, connection=connection_id, kind=kind,
                reason=reason[:300],
            )  # fmt: skip


@transaction.atomic
def end_trouble(connection_id: int) -> None:
    """It works again; nothing happens if it always did."""
    troubled = Connection.objects.filter(pk=connection_id).exclude(trouble_kind="")
    for department in troubled.values_list("department_id", flat=True):
        if troubled.update(trouble="", trouble_kind="", trouble_since=None, failures=0):
            record(Fact.TROUBLE_ENDED, department_id=department, connection=connection_id)
