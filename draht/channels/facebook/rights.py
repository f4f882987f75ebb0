"""What may be done with one item on Facebook, until when, and what to know about it. Pure."""

from __future__ import annotations

from draht.channels.facebook.mapper import is_post
from draht.contract.channel import Act, not_allowed
from draht.contract.graph_messaging import may_write, may_write_privately
from draht.contract.messages import Allowed, Item, May, NotAllowed
from draht.contract.words import words

LABEL = "Facebook"


def may(act: Act, item: Item, us: str) -> May:
    if item.deleted:
        return NotAllowed(words("This is gone from Facebook."))
    if act is Act.REPLY_PRIVATELY:
        return _elsewhere(item) or may_write_privately(item)
    if item.private:
        return _message(act, item)
    if act is Act.REPLY:
        return _reply(item, us)
    if act is Act.EDIT:
        return _edit(item, us)
    if item.ours:
        return _ours(act)
    return _elsewhere(item) or _theirs(act, item, us) if act is not Act.LIKE else Allowed()


def _message(act: Act, item: Item) -> May:
    """In Messenger."""
    if act is Act.REPLY:
        return may_write(item)
    if act is Act.BAN and not item.ours:
        return Allowed(note=words("What they wrote stays; nothing new comes from them."))
    return NotAllowed(words("In Messenger a page can only answer, and block somebody."))


def _reply(item: Item, us: str) -> May:
    if item.parent and not is_post(item, us):
        return Allowed(note=words("Facebook shows two levels: the answer appears below the first comment."))
    if item.held:
        return Allowed(note=words("This is hidden: only its author and their friends see it and the answer."))
    return Allowed()


def _edit(item: Item, us: str) -> May:
    if not item.ours:
        return NotAllowed(words("Only what we wrote can be changed."))
    return Allowed(note=words("Facebook shows everybody that it was edited."))


def _ours(act: Act) -> May:
    if act is Act.DELETE:
        return Allowed(note=words("What others answered to it goes, too."))
    return NotAllowed(words("This is our own."))


def _elsewhere(item: Item) -> NotAllowed | None:
    """Others' posts that name us stand on their pages."""
    if not item.raw.get("mention"):
        return None
    told = words("This does not stand on our page: there we can only answer and like.")
    return NotAllowed(told, by_hand=_place(item))


def _theirs(act: Act, item: Item, us: str) -> May:
    match act:
        case Act.HIDE if item.held:
            return NotAllowed(words("This is hidden already."))
        case Act.HIDE if item.raw.get("can_hide") is False:
            return NotAllowed(words("Facebook does not let the page hide this."), by_hand=_place(item))
        case Act.HIDE:
            return Allowed(note=words("Its author and their friends still see it."))
        case Act.UNHIDE:
            return Allowed() if item.held else NotAllowed(words("This is not hidden."))
        case Act.DELETE | Act.BAN if item.raw.get("can_remove") is False:
            return NotAllowed(words("Facebook does not let the page remove this."), by_hand=_place(item))
        case Act.DELETE:
            return Allowed(note=words("This cannot be undone. What others answered to it goes, too."))
        case Act.BAN if item.author.id.startswith("unknown-"):
            return NotAllowed(words("Facebook did not tell who wrote this."), by_hand=_place(item))
        case Act.BAN:
            return Allowed(note=words("It is deleted, and its author is blocked from the page."))
        case Act.APPROVE:
            return NotAllowed(words("On Facebook nothing waits for approval. What is hidden can be shown again."))
        case Act.HOLD:
            return NotAllowed(words("On Facebook comments are hidden, not held back."))
        case Act.SPAM:
            return NotAllowed(words("Only a person can report this, on Facebook itself."), by_hand=_place(item))
    return not_allowed(LABEL)


def _place(item: Item) -> str:
    """Where it stands, for a person's browser."""
    post = item.raw.get("post")
    told = item.raw.get("permalink_url") or (post.get("permalink_url") if isinstance(post, dict) else "")
    return told if isinstance(told, str) and told.startswith("https://") else f"https://www.facebook.com/{item.id}"
