"""The ground that everything stands on: database, disk, clock, and the journal's chain."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryFile

from babel.numbers import format_decimal
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from draht.core.clock import MINUTE, SECOND, now
from draht.core.journal import restored, seals
from draht.core.journal.queries import newest
from draht.core.sql import is_postgres, select
from draht.core.ui.times import locale, span
from draht.core.worker.models import DutyState
from draht.features.inbox import checks
from draht.project.findings.finding import Finding, fail, ok, warn

PATIENCE = 2 * SECOND  # for a store that somebody else writes to
PROBE = 64 * 1024  # bytes that are written on trial
LITTLE, SHORT = 200 * 1024**2, 1024**3  # bytes of free disk
LOOKED_BACK = 500  # rows of the journal


def migrations() -> Iterator[Finding]:
    try:
        executor = MigrationExecutor(connection)
        missing = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    except DatabaseError as error:
        yield fail(*_why_not(str(error).strip()))
        return
    if missing:
        says = ngettext("The database lacks %d step.", "The database lacks %d steps.", missing) % missing
        yield fail(says, _("Run draht migrate, or start Draht: it does so by itself."))
    else:
        yield ok(_("The database is up to date."))


def can_write() -> Iterator[Finding]:
    """Writes something and takes it back, into the store and beside it: finds a full, locked or read-only one."""
    try:
        with _short_patience(), transaction.atomic():
            DutyState.objects.create(name="probe", fault="x" * PROBE)
            transaction.set_rollback(True)
        if not is_postgres():
            _write_beside(Path(connection.settings_dict["NAME"]).resolve().parent)
    except (DatabaseError, OSError) as error:
        yield fail(*_why_not(str(error).strip()))
    else:
        yield ok(_("It can be read and written to."))


def _write_beside(place: Path) -> None:
    """What is rolled back never reaches the disk; a file does."""
    with TemporaryFile(dir=place) as file:
        file.write(b"x" * PROBE)
        file.flush()
        os.fsync(file.fileno())


def _why_not(words: str) -> tuple[str, str]:
    lower = words.lower()
    if "locked" in lower:
        says = _("Another process has been writing for more than %(span)s.") % {"span": f"{PATIENCE // SECOND} s"}
        todo = _("Nothing is lost; everything waits. Find the process that holds the file, for instance with: fuser -v")
        return says, f"{todo} {connection.settings_dict['NAME']}"
    if "full" in lower or "no space" in lower:
        return _("The disk is full: %s.") % words, _("Free some space. Draht goes on by itself; hooks are sent again.")
    if "readonly" in lower or "read-only" in lower:
        return _("The store cannot be written to: %s.") % words, _(
            "Look who owns the data folder, and its permissions."
        )
    return _("The store does not answer: %s") % words, _("Look whether the database server runs, and at its log.")


@contextmanager
def _short_patience() -> Iterator[None]:
    """SQLite waits 20 seconds for a lock; a page cannot."""
    if is_postgres():
        yield
        return
    [(usual,)] = select("PRAGMA busy_timeout")
    select(f"PRAGMA busy_timeout = {PATIENCE}")
    try:
        yield
    finally:
        select(f"PRAGMA busy_timeout = {usual}")


def integrity() -> Iterator[Finding]:
    if is_postgres():
        [(checksums,)] = select("SHOW data_checksums")
        yield ok(_("PostgreSQL looks after its own pages (data checksums: %s).") % checksums)
        return
    faults = [words for (words,) in select("PRAGMA quick_check(5)") if words != "ok"]
    if faults:
        todo = _("Stop Draht and restore the newest backup. Until then, write nothing.")
        yield fail(_("The file is damaged: %s") % "; ".join(faults), todo)
    else:
        yield ok(_("The file is sound."))


def disk() -> Iterator[Finding]:
    places = {settings.DATA_DIR}
    if not is_postgres():
        places.add(Path(connection.settings_dict["NAME"]).resolve().parent)
    for place in sorted(places):
        free = shutil.disk_usage(place).free
        says = _("%(free)s free in %(place)s.") % {"free": _size(free), "place": place}
        if free < SHORT:
            level = fail if free < LITTLE else warn
            yield level(says, _("Free some space before it runs out."))
        else:
            yield ok(says)


def _size(count: int) -> str:
    large = count >= SHORT
    return f"{format_decimal(count / 1024**3, '0.0', locale())} GB" if large else f"{count // 1024**2} MB"


def clock() -> Iterator[Finding]:
    """Rows that were written in the future tell of a clock that was set back."""
    rows = newest(LOOKED_BACK)
    ahead = max([row.at for row in rows] + [checks.newest_message() or 0]) - now()
    if ahead > MINUTE:
        says = _("The clock was set back, or ran ahead before: the newest rows are %s in the future.") % span(ahead)
        todo = _(
            "Look at the time of this machine and let it be kept by NTP. Nothing is lost; times until then are off."
        )
        yield warn(says, todo)
        return
    backwards = [before.at - after.at for after, before in pairwise(rows)]
    jump = max(backwards, default=0)
    if jump > MINUTE:
        says = _("The clock was set back by %s a while ago.") % span(jump)
        yield warn(says, _("It is right again by now. Let the machine's time be kept by NTP."))
    else:
        yield ok(_("Times follow each other."))


def journal() -> Iterator[Finding]:
    """Walks the whole chain."""
    if restored.is_from_elsewhere():
        todo = _("Run draht migrate, or restart Draht: it takes the rows over.")
        yield fail(_("The journal was restored from another database cluster."), todo)
        return
    broken = seals.check()
    if broken is None:
        state = seals.state()
        said = {"rows": f"{state.rows:,}", "head": state.head, "open": state.unsealed}
        yield ok(_("%(rows)s rows, none changed; head %(head)s, %(open)s not sealed yet.") % said)
        return
    says = _("Row %(id)s is broken: %(why)s.") % {"id": broken.entry_id, "why": broken.why}
    yield fail(says, _("Somebody changed the database by hand. Compare with a backup: draht backup checks its copies."))
