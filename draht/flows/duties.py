"""Everything that has to be done again and again, on one page."""

from __future__ import annotations

import draht.features.inbox.actions as inbox
from draht.core.journal.seals import seal
from draht.core.people.actions import forget_old_sessions
from draht.core.worker.loop import Duty
from draht.flows.send_replies import send_due
from draht.flows.take_in import fetch_due, read_hooks

DUTIES = [
    Duty("read hooks", read_hooks, every=0.1),
    Duty("fetch", fetch_due, every=0.5, threads=4),
    Duty("send replies", send_due, every=0.25, threads=2),
    Duty("wake snoozed", inbox.wake_snoozed, every=5),
    Duty("seal the journal", seal, every=2),
    Duty("forget old sessions", forget_old_sessions, every=60),
]
