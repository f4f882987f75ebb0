"""What may be done with one mail, and what to bear in mind. Pure."""

from __future__ import annotations

import re

from draht.channels.email.letter import recipient
from draht.channels.email.machine import Kind
from draht.contract.channel import Act, not_allowed
from draht.contract.messages import Allowed, Item, May, NotAllowed
from draht.contract.words import words

_NOBODY = re.compile(
    r"(?:no|not|do[-_.]?not|never|nicht|bitte[-_.]?nicht)[-_.]?(?:reply|respond|answer|antworten)|"
    r"no[-_.]?(?:responder|contestar)|ne[-_.]?pas[-_.]?repondre",
    re.IGNORECASE,
)


def may(act: Act, item: Item) -> May:
    if item.deleted:
        return NotAllowed(words("This mail was taken away."))
    if act is Act.REPLY:
        return _may_reply(item)
    if act is Act.REPLY_PRIVATELY:
        return NotAllowed(words("A mail is private: an ordinary answer is as private."))
    if act in {Act.DELETE, Act.SPAM}:
        return _may_move(act, item)
    return not_allowed("E-mail")


def _may_reply(item: Item) -> May:
    if item.raw.get("kind") == Kind.BOUNCE:
        return NotAllowed(words("A mail server wrote this. Nobody would read an answer."))
    to = recipient(item)
    if not to:
        return NotAllowed(words("This mail does not tell an address that could be answered."))
    return Allowed(note="\n".join(_notes(item, to)))  # the house says each line in the reader's language


def _notes(item: Item, to: str) -> list[str]:
    raw, found = item.raw, []
    if item.raw.get("kind") == Kind.LIST:
        found.append(words("This came over a mailing list: everybody on it may get the answer."))
    elif to.lower() != item.author.id:
        found.append(words("The answer goes to {address}.").format(address=to))
    if _NOBODY.search(to.partition("@")[0]):
        found.append(words("By its address, nobody reads answers there."))
    if raw.get("kind") == Kind.AUTOMATIC:
        found.append(words("A machine wrote this: it may answer to your answer."))
    if raw.get("kind") == Kind.BULK:
        found.append(words("This is a newsletter."))
    if raw.get("cc"):
        found.append(words("Others got a copy of this mail; they do not get the answer."))
    if raw.get("unproven"):
        found.append(words("Our mail server doubts that it comes from this sender."))
    return found


def _may_move(act: Act, item: Item) -> May:
    if item.ours:
        return NotAllowed(words("A mail that was sent cannot be taken back."))
    if act is Act.SPAM:
        return Allowed(note=words("It goes to the spam folder of the mailbox."))
    return Allowed(note=words("It goes to the trash of the mailbox."))
