"""All looks, in the order in which somebody would look."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from draht.project.findings import inbox, store, work
from draht.project.findings.finding import Finding, Level, fail

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

log = logging.getLogger("draht.check")


@dataclass(frozen=True, slots=True)
class Look:
    """``deep``: it may take minutes on a large store, so only ``draht check`` does it."""

    name: str
    label: StrOrPromise
    find: Callable[[], Iterable[Finding]]
    deep: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    look: Look
    finding: Finding


LOOKS = (
    Look("disk", gettext_lazy("Disk"), store.disk),
    Look("migrations", gettext_lazy("Database"), store.migrations),
    Look("store", gettext_lazy("Store"), store.can_write),
    Look("clock", gettext_lazy("Clock"), store.clock),
    Look("duties", gettext_lazy("Duties"), work.duties),
    Look("deliveries", gettext_lazy("Hooks"), work.deliveries),
    Look("replies", gettext_lazy("Answers"), work.replies),
    Look("posts", gettext_lazy("Posts"), work.posts),
    Look("connections", gettext_lazy("Connections"), work.connections),
    Look("leftovers", gettext_lazy("Leftovers"), work.leftovers),
    Look("integrity", gettext_lazy("File"), store.integrity, deep=True),
    Look("journal", gettext_lazy("Journal"), store.journal, deep=True),
    Look("search", gettext_lazy("Search"), inbox.search, deep=True),
    Look("conversations", gettext_lazy("Conversations"), inbox.conversations, deep=True),
)
GROUND = "migrations"
NEEDED = ("store", "migrations")  # without these nobody can be served


def look(only: Collection[str] = (), *, deep: bool = False) -> Iterator[Found]:
    """Looks and tells as it goes. One that fails is a finding and never stops the others.

    Only where there is no database, or one of another version, there is nothing further to be looked at.
    """
    for one in LOOKS:
        if one.name in only or (not only and (deep or not one.deep)):
            findings = _find(one)
            yield from (Found(one, finding) for finding in findings)
            if one.name == GROUND and any(finding.level == Level.FAIL for finding in findings):
                return


def _find(one: Look) -> list[Finding]:
    try:
        return list(one.find())
    except Exception as error:  # whatever is wrong must be shown, not hide the rest
        log.exception("The look at %s failed.", one.name)
        if not connection.in_atomic_block:
            connection.close()
        return [fail(_("This could not be looked at: %s") % error, _("The log tells more."))]


def is_serving() -> bool:
    """Whether this process can answer people: for a monitor."""
    return all(found.finding.level != Level.FAIL for found in look(NEEDED))
