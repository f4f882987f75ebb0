"""One fetch: what came into the folder after the cursor, without a gap, whatever the server did meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from draht.channels.email.mailbox import Mailbox
from draht.channels.email.mapper import Mail, Us, to_message
from draht.contract.messages import Event, Reading, Unread
from draht.contract.reading import read_each

AT_ONCE = 50  # mails of one fetch
USUAL = timedelta(days=30)  # how far back the first fetch reads if nobody says
MARGIN = timedelta(days=2)  # SINCE counts days in the server's zone


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where we are: the folder's UIDVALIDITY, the last UID, and the day of the newest mail.

    The day is for the worst case: a server that numbers its mails anew is read from that day on, and what is known
    already is known by its Message-ID.
    """

    validity: int
    last: int
    day: datetime

    def __str__(self) -> str:
        return f"{self.validity}.{self.last}.{self.day:%Y-%m-%d}"


def cursor_of(told: str) -> Cursor | None:
    """``None`` at the beginning, or if somebody else wrote it."""
    try:
        validity, last, day = told.split(".")
        return Cursor(int(validity), int(last), datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=UTC))
    except ValueError:
        return None


def step(box: Mailbox, told: str, us: Us, since: datetime | None) -> Reading:
    """At most ``AT_ONCE`` mails."""
    before = cursor_of(told)
    if before is not None and before.validity == box.validity:
        uids, day = box.uids_after(before.last), before.day
    else:
        now = datetime.now(UTC)
        day = before.day if before else (since or now - USUAL)
        uids = box.uids_since(day - MARGIN)
    mails, taken = box.read(uids, AT_ONCE)
    events, unread = read_mails(mails, us, since if before is None else None)
    last = uids[taken - 1] if taken else (before.last if before and before.validity == box.validity else box.next - 1)
    cursor = Cursor(box.validity, last, max([day, *(mail.received for mail in mails)]))
    return Reading(events, unread, str(cursor), more=taken < len(uids))


def read_mails(
    mails: list[Mail], us: Us, since: datetime | None = None
) -> tuple[tuple[Event, ...], tuple[Unread, ...]]:
    """Each on its own; a strange one is kept as JSON that can be read again."""
    events: list[Event] = []
    unread: list[Unread] = []
    for mail in mails:
        if since is not None and mail.received < since:
            continue
        found, left = read_each([mail], lambda one: to_message(one, us))
        events += found
        unread += [Unread(mail.as_leftover(), one.reason) for one in left]
    return tuple(events), tuple(unread)
