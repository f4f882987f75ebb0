"""Asking as Ada and answering as Bea, for the tests of the road of a reply."""

from __future__ import annotations

from draht.core.journal.queries import newest
from draht.core.people.access import Viewer
from draht.features.inbox import actions as inbox
from draht.flows.tests.town import Town, the_conversation


def ask(town: Town, viewer: Viewer, text: str = "Where is my parcel?") -> int:
    """Ada asks; the conversation."""
    town.ada_writes(text)
    town.fetch()
    return the_conversation(viewer)


def answer(viewer: Viewer, conversation_id: int, text: str = "On its way.") -> int:
    return inbox.queue_reply(viewer, conversation_id, text).pk


def facts() -> list[str]:
    return [row.fact for row in reversed(newest(1000))]
