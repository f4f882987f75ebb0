"""Every change to connections: one verb, one transaction, one journal entry. The only place that opens channels."""

from draht.connections.actions.bringing import bring
from draht.connections.actions.changing import change, change_cap, fetch_now, pause, remove
from draht.connections.actions.fetching import claim_due, fetch_soon, finish_fetch, let_go
from draht.connections.actions.logins import account_of, channel_for
from draht.connections.actions.making import hook_address, log_in_again, make, merged, new_hook_key
from draht.connections.actions.moderating import edit, moderate
from draht.connections.actions.opening import opened
from draht.connections.actions.renewing import (
    RENEW_THREADS,
    close_with_the_new_key,
    logins_with_an_old_key,
    next_renewal,
    renew_due,
)
from draht.connections.actions.subscribing import some_removed, subscribed_again
from draht.connections.actions.trouble import end_trouble, note_trouble
from draht.connections.actions.trying import offers, sign_in, sign_in_address, test_connection
from draht.connections.actions.unread import keep_leftovers, keepable, leftovers, settle_leftovers

__all__ = [
    "RENEW_THREADS",
    "account_of",
    "bring",
    "change",
    "change_cap",
    "channel_for",
    "claim_due",
    "close_with_the_new_key",
    "edit",
    "end_trouble",
    "fetch_now",
    "fetch_soon",
    "finish_fetch",
    "hook_address",
    "keep_leftovers",
    "keepable",
    "leftovers",
    "let_go",
    "log_in_again",
    "logins_with_an_old_key",
    "make",
    "merged",
    "moderate",
    "new_hook_key",
    "next_renewal",
    "note_trouble",
    "offers",
    "opened",
    "pause",
    "remove",
    "renew_due",
    "settle_leftovers",
    "sign_in",
    "sign_in_address",
    "some_removed",
    "subscribed_again",
    "test_connection",
]
