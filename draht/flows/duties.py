"""Everything that has to be done again and again, on one page."""

from __future__ import annotations

import draht.connections.actions as connections
import draht.features.inbox.actions as inbox
from draht.core.journal.seals import seal
from draht.core.people.actions import forget_old_sessions
from draht.core.worker.loop import Duty
from draht.flows.keep_files import FILE_THREADS, forget, next_file
from draht.flows.publish_posts import PUBLISH_THREADS, next_post
from draht.flows.reconcile import RECONCILE_THREADS, next_rereading
from draht.flows.resubscribe import SUBSCRIBE_THREADS, next_subscription
from draht.flows.send_replies import SEND_THREADS, next_reply
from draht.flows.take_in import FETCH_THREADS, HOOK_THREADS, next_fetch, next_hooks
from draht.flows.watch_networks import WATCH_THREADS, next_wait

DUTIES = [
    Duty("read hooks", next_hooks, every=0.1, threads=HOOK_THREADS),
    Duty("fetch", next_fetch, every=0.5, threads=FETCH_THREADS),
    Duty("watch networks", next_wait, every=2, threads=WATCH_THREADS, waits=False),
    Duty("look after hooks", next_subscription, every=5, threads=SUBSCRIBE_THREADS),
    Duty("send replies", next_reply, every=0.25, threads=SEND_THREADS),
    Duty("publish posts", next_post, every=0.5, threads=PUBLISH_THREADS),
    Duty("read again", next_rereading, every=5, threads=RECONCILE_THREADS),
    Duty("keep files", next_file, every=0.5, threads=FILE_THREADS),
    Duty("forget files", forget, every=600),
    Duty("renew logins", connections.next_renewal, every=5, threads=connections.RENEW_THREADS),
    Duty("close logins with the new key", connections.close_with_the_new_key, every=600),
    Duty("wake snoozed", inbox.wake_snoozed, every=5),
    Duty("seal the journal", seal, every=2),
    Duty("forget old sessions", forget_old_sessions, every=60),
]
