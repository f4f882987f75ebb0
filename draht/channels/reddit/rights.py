"""What may be done with one item on Reddit, and what to know about it. Pure."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import quote

from draht.channels.reddit.mapper import NOBODY, WEB
from draht.channels.reddit.refusals import LOCKED, TOO_OLD
from draht.contract.channel import Act, not_allowed
from draht.contract.messages import Allowed, Item, May, NotAllowed
from draht.contract.words import words

LABEL = "Reddit"
MODERATION = frozenset({Act.APPROVE, Act.UNHIDE, Act.HIDE, Act.HOLD, Act.SPAM, Act.BAN})
NO_MODERATOR = words("Only moderators of this subreddit can do this, and our account is none.")


def may(act: Act, item: Item, own: Collection[str] = ()) -> May:
    """``own``: the subreddits in which we are a moderator, in lower case."""
    if item.deleted:
        return NotAllowed(words("This is gone from Reddit."))
    match act:
        case Act.REPLY:
            return _reply(item, own)
        case Act.REPLY_PRIVATELY:
            return _reply_privately(item)
        case Act.LIKE:
            return NotAllowed(
                words("Reddit forbids programs to vote. A person may, on Reddit itself."), by_hand=place(item)
            )
        case Act.EDIT:
            return _edit(item)
        case Act.DELETE:
            return _delete(item)
        case _ if item.private:
            return _message(act, item)
        case _ if act in MODERATION:
            return _moderate(act, item, own)
    return not_allowed(LABEL)


def _reply(item: Item, own: Collection[str]) -> May:
    if item.raw.get("archived") is True:
        return NotAllowed(TOO_OLD)
    if item.raw.get("locked") is True and not is_moderator(item, own):
        return NotAllowed(LOCKED)
    if item.held:
        return Allowed(note=words("This is hidden: only its author and the moderators see it and the answer."))
    return Allowed()


def _reply_privately(item: Item) -> May:
    if item.private:
        return NotAllowed(words("This is a private message: an ordinary answer is as private."))
    if item.ours or item.author.id == NOBODY:
        return NotAllowed(words("There is nobody to write to."))
    told = words("Draht answers privately only what was written privately. A person can begin a chat on Reddit.")
    to = quote(item.author.id, safe="")
    return NotAllowed(told, by_hand=f"{WEB}/message/compose?to={to}&message={{text}}")


def _edit(item: Item) -> May:
    if not item.ours:
        return NotAllowed(words("Only what we wrote can be changed."))
    if item.private:
        return NotAllowed(words("Private messages cannot be changed on Reddit."))
    return Allowed(note=words("Reddit shows everybody that it was edited."))


def _delete(item: Item) -> May:
    if item.private:
        return NotAllowed(words("Reddit deletes no private messages."))
    if item.ours:
        return Allowed(note=words("This cannot be undone. What others answered to it stays."))
    return NotAllowed(words("Only its author can delete this. Moderators can hide it."))


def _message(act: Act, item: Item) -> May:
    if act is Act.BAN and not item.ours:
        return Allowed(note=words("Nothing more comes from this person; they are not told."))
    return NotAllowed(words("Of private messages Reddit only lets us block the author."))


def _moderate(act: Act, item: Item, own: Collection[str]) -> May:
    if item.ours:
        return NotAllowed(words("This is our own."))
    if not is_moderator(item, own):
        return NotAllowed(NO_MODERATOR, by_hand=place(item))
    match act:
        case Act.UNHIDE if not item.held:
            return NotAllowed(words("This is not hidden."))
        case Act.HIDE | Act.HOLD if item.held:
            return NotAllowed(words("This is hidden already."))
        case Act.HIDE | Act.HOLD:
            return Allowed(note=words("Only its author and the moderators still see it."))
        case Act.SPAM:
            return Allowed(note=words("It is hidden, and Reddit's filter learns from it."))
        case Act.BAN:
            return Allowed(
                note=words("It is hidden, and its author is told that they may not write in this subreddit.")
            )
    return Allowed()


def is_moderator(item: Item, own: Collection[str]) -> bool:
    """Reddit tells it with each thing of a listing, but not with those in the inbox."""
    told = item.raw.get("can_mod_post")
    return told if isinstance(told, bool) else str(item.raw.get("subreddit") or "").lower() in own


def place(item: Item) -> str:
    """Where it stands, for a person's browser."""
    path = item.raw.get("permalink") or item.raw.get("context")
    return f"{WEB}{path}" if isinstance(path, str) and path.startswith("/") else WEB
