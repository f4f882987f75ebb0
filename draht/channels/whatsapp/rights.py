"""What may be done with one item on WhatsApp, until when, and what to know about it. Pure but for the clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from draht.channels.whatsapp.mapper import is_notice, says_over
from draht.channels.whatsapp.refusals import OVER
from draht.contract.channel import Act, not_allowed
from draht.contract.messages import Allowed, Item, May, NotAllowed
from draht.contract.words import words

LABEL = "WhatsApp"
WINDOW = timedelta(hours=24)  # since their last message: anything may be answered
OURS = words("This is a message of our own. Answer what they wrote.")


def may(act: Act, item: Item) -> May:
    if item.deleted:
        return NotAllowed(words("This was taken back on WhatsApp."))
    if is_notice(item.raw) and act is not Act.REPLY:
        return NotAllowed(words("WhatsApp itself tells this."))
    match act:
        case Act.REPLY:
            return _reply(item)
        case Act.REPLY_PRIVATELY:
            return _reply_privately(item)
        case Act.LIKE:
            return _like(item)
        case Act.BAN:
            return _ban(item)
        case Act.EDIT | Act.DELETE:
            return NotAllowed(words("WhatsApp lets companies change or take back nothing that was sent."))
    return not_allowed(LABEL)


def is_open(item: Item, now: datetime | None = None) -> bool:
    """Whether they wrote within the last day. A notice does not tell when they did, only that it was too long ago."""
    if says_over(item.raw):
        return False
    return (now or datetime.now(UTC)) < item.at + WINDOW


def _reply(item: Item) -> May:
    if item.ours:
        return NotAllowed(OURS)
    if not is_open(item):
        return Allowed(
            note=words(
                "More than 24 hours have passed since their last message: WhatsApp only delivers the text of an "
                "approved template now, and Meta may charge for it. When they answer, you can write freely again."
            ),
            templates=True,
        )
    if is_notice(item.raw):
        return Allowed(note=words("The answer goes to the person whom our message did not reach."))
    return Allowed(
        until=item.at + WINDOW, note=words("After 24 hours only texts that Meta has approved before can be sent.")
    )


def _reply_privately(item: Item) -> May:
    if item.private:
        return NotAllowed(words("This is a private chat: an ordinary answer is as private."))
    if item.ours:
        return NotAllowed(OURS)
    if not is_open(item):
        return NotAllowed(OVER, until=item.at + WINDOW)
    return Allowed(until=item.at + WINDOW, note=words("It only arrives if this person has written to us alone, too."))


def _like(item: Item) -> May:
    if not is_open(item):
        return NotAllowed(OVER, until=item.at + WINDOW)
    return Allowed(until=item.at + WINDOW, note=words("They see 👍 below their message."))


def _ban(item: Item) -> May:
    if item.ours:
        return NotAllowed(OURS)
    if not is_open(item):
        told = words("WhatsApp only lets us block somebody who wrote within the last 24 hours.")
        return NotAllowed(told, until=item.at + WINDOW)
    return Allowed(
        until=item.at + WINDOW,
        note=words("What they wrote stays; nothing new comes from them, and we cannot write to them any more."),
    )
