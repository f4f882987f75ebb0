"""What may be done with one item on Instagram, until when, and what to know about it. Pure."""

from __future__ import annotations

from draht.contract.channel import Act, not_allowed
from draht.contract.graph_messaging import may_write, may_write_privately
from draht.contract.messages import Allowed, Item, May, NotAllowed
from draht.contract.words import words

LABEL = "Instagram"
WEB = "https://www.instagram.com"


def may(act: Act, item: Item) -> May:
    if item.deleted:
        return NotAllowed(words("This is gone from Instagram."))
    if item.private:
        return _message(act, item)
    if act is Act.LIKE:
        return NotAllowed(words("Only a person can like this, in the app."), by_hand=_place(item))
    if act is Act.EDIT:
        return NotAllowed(words("Comments on Instagram cannot be changed."))
    if item.raw.get("mention"):
        return _mention(act, item)
    if act is Act.REPLY:
        return _reply(item)
    if act is Act.REPLY_PRIVATELY:
        return may_write_privately(item)
    return _ours(act) if item.ours else _theirs(act, item)


def _message(act: Act, item: Item) -> May:
    if act is Act.REPLY:
        return may_write(item)
    if act is Act.REPLY_PRIVATELY:
        return may_write_privately(item)
    return NotAllowed(words("A direct message can only be answered here. For all else use the app."), by_hand=WEB)


def _mention(act: Act, item: Item) -> May:
    if act is Act.REPLY:
        return Allowed(note=words("The answer stands publicly below the post of somebody else."))
    return NotAllowed(
        words("This stands below the post of somebody else: we can only answer it."), by_hand=_place(item)
    )


def _reply(item: Item) -> May:
    if item.held:
        return NotAllowed(words("A hidden comment cannot be answered. Show it first."))
    if item.raw.get("live"):
        return NotAllowed(words("Comments on live videos cannot be answered publicly."), by_hand=_place(item))
    if item.parent:
        return Allowed(note=words("Instagram has answers to first comments only: the answer appears below that one."))
    return Allowed()


def _ours(act: Act) -> May:
    if act is Act.DELETE:
        return Allowed(note=words("What others answered to it goes, too."))
    return NotAllowed(words("This is our own."))


def _theirs(act: Act, item: Item) -> May:
    match act:
        case Act.HIDE if item.held:
            return NotAllowed(words("This is hidden already."))
        case Act.HIDE:
            return Allowed(note=words("Only its author still sees it."))
        case Act.UNHIDE:
            return Allowed() if item.held else NotAllowed(words("This is not hidden."))
        case Act.DELETE:
            return Allowed(note=words("This cannot be undone. What others answered to it goes, too."))
        case Act.BAN:
            told = words("Only a person can block somebody, in the app.")
            return NotAllowed(told, by_hand=item.author.url or _place(item))
        case Act.APPROVE:
            return NotAllowed(words("On Instagram nothing waits for approval. What is hidden can be shown again."))
        case Act.HOLD:
            return NotAllowed(words("On Instagram comments are hidden, not held back."))
        case Act.SPAM:
            return NotAllowed(words("Only a person can report this, in the app."), by_hand=_place(item))
    return not_allowed(LABEL)


def _place(item: Item) -> str:
    told = item.raw.get("permalink")
    return told if isinstance(told, str) and told.startswith("https://") else WEB
