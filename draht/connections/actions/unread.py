"""What nobody understood is kept, and read again some day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from draht.connections.models import Leftover
from draht.contract.messages import Unread
from draht.core.clock import now
from draht.core.journal.actions import Told, record, record_all
from draht.core.journal.facts import Fact
from draht.core.people.access import Viewer
from draht.core.sql import insert_rows, one_of, select

LEFTOVER = {"connection_id": "bigint", "received_at": "bigint", "request": "text", "raw": "text", "reason": "text"}


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
