"""Every change to connections: one verb, one transaction, one journal entry. The only place that opens channels."""

from draht.connections.actions.changing import change, fetch_now, pause, remove
from draht.connections.actions.fetching import claim_due, finish_fetch, let_go
from draht.connections.actions.making import hook_address, log_in_again, make, new_hook_key, test
from draht.connections.actions.moderating import edit, moderate
from draht.connections.actions.opening import account_of, opened
from draht.connections.actions.trouble import end_trouble, note_trouble
from draht.connections.actions.unread import keep_leftovers, keepable, leftovers, settle_leftovers

__all__ = [
    "account_of",
    "change",
    "claim_due",
    "edit",
    "end_trouble",
    "fetch_now",
    "finish_fetch",
    "hook_address",
    "keep_leftovers",
    "keepable",
    "leftovers",
    "let_go",
    "log_in_again",
    "make",
    "moderate",
    "new_hook_key",
    "note_trouble",
    "opened",
    "pause",
    "remove",
    "settle_leftovers",
    "test",
]
