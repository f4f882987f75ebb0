"""What follows from the messages: does it still?"""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from draht.features.inbox import checks
from draht.project.findings.finding import Finding, fail, ok


def search() -> Iterator[Finding]:
    fault = checks.search_fault()
    if fault:
        yield fail(_("Search: %s.") % fault, _("Run draht check --mend: the index is made anew."))
    else:
        yield ok(_("The search finds what the messages say."))


def conversations() -> Iterator[Finding]:
    wrong = list(checks.wrong_conversations())
    if not wrong:
        yield ok(_("Every conversation says what its messages say."))
        return
    named = ", ".join(f"{one.id} ({one.field})" for one in wrong)
    yield fail(_("Conversations that differ from their messages: %s") % named, _("Run draht check --mend."))
