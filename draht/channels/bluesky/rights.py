"""What may be done with one item, and why not. Pure: the network is not asked."""

from __future__ import annotations

from typing import Any

from draht.channels.bluesky.mapper import page_of, parts
from draht.contract.channel import Act
from draht.contract.messages import Allowed, Item, May, NotAllowed
from draht.contract.words import words

NO_ACCESS = words("This app password may not read or write direct messages. Make a new one with that access.")


def may(act: Act, item: Item, us: str, direct: bool) -> May:
    """``us`` is our DID; ``direct``: our app password opens direct messages."""
    if item.deleted:
        return NotAllowed(words("This message is gone from Bluesky."))
    if is_direct(item):
        return _with_direct(act, direct)
    if act in _PUBLIC:
        return _PUBLIC[act](item, us, direct)
    return NotAllowed(
        words("Bluesky has no such function. On its page you can report a post."), by_hand=page_of(item.id)
    )


def is_direct(item: Item) -> bool:
    """Whether it is a direct message itself, not a post that is to be answered by one."""
    return item.private and not item.id.startswith("at://")


def root_of(item: Item) -> str:
    """The post that its thread began with."""
    return item.thread if item.thread.startswith("at://") else item.id


def ours(item: Item, us: str) -> bool:
    return item.ours or (bool(us) and item.author.id == us)


def _with_direct(act: Act, direct: bool) -> May:
    if act is not Act.REPLY:
        return NotAllowed(words("A direct message can only be answered here."))
    return Allowed() if direct else NotAllowed(NO_ACCESS)


def _reply(item: Item, us: str, direct: bool) -> May:
    viewer = item.raw.get("viewer")
    if isinstance(viewer, dict) and viewer.get("replyDisabled"):
        return NotAllowed(words("The author lets only some people answer in this thread."), by_hand=page_of(item.id))
    return Allowed()


def _reply_privately(item: Item, us: str, direct: bool) -> May:
    if ours(item, us):
        return NotAllowed(words("This is a message of our own."))
    if not direct:
        return NotAllowed(NO_ACCESS)
    author = item.raw.get("author")
    if not isinstance(author, dict):
        return Allowed(note=words("Some people take direct messages only from those they follow."))
    takes = _at(author, "associated", "chat", "allowIncoming") or "following"  # as Bluesky's own app reads it
    if takes == "none":
        return NotAllowed(words("This person takes no direct messages."))
    if takes == "following" and not _at(author, "viewer", "followedBy"):
        return NotAllowed(words("This person takes direct messages only from those they follow."))
    return Allowed()


def _delete(item: Item, us: str, direct: bool) -> May:
    if ours(item, us):
        return Allowed()
    return NotAllowed(words("Nobody can delete what others wrote. In your own threads you can hide it."))


def _hide(item: Item, us: str, direct: bool) -> May:
    if ours(item, us):
        return NotAllowed(words("This is a message of our own."))
    if not us or parts(root_of(item))[0] != us or root_of(item) == item.id:
        return NotAllowed(words("Only answers in threads that we began can be hidden."), by_hand=page_of(item.id))
    return Allowed(note=words("Bluesky shows it behind a button to those who look for it."))


def _unhide(item: Item, us: str, direct: bool) -> May:
    found = _hide(item, us, direct)
    return Allowed() if isinstance(found, Allowed) else found


def _like(item: Item, us: str, direct: bool) -> May:
    return NotAllowed(words("This is a message of our own.")) if ours(item, us) else Allowed()


def _ban(item: Item, us: str, direct: bool) -> May:
    if ours(item, us):
        return NotAllowed(words("This is a message of our own."))
    return Allowed(note=words("This blocks the author. On Bluesky everybody can see who blocks whom."))


def _edit(item: Item, us: str, direct: bool) -> May:
    if not ours(item, us):
        return NotAllowed(words("Only what we wrote ourselves can be changed."))
    return Allowed(note=words("Likes and quotes stay with the first words; apps may go on showing those for a while."))


_PUBLIC = {
    Act.REPLY: _reply,
    Act.REPLY_PRIVATELY: _reply_privately,
    Act.DELETE: _delete,
    Act.HIDE: _hide,
    Act.UNHIDE: _unhide,
    Act.LIKE: _like,
    Act.BAN: _ban,
    Act.EDIT: _edit,
}


def _at(raw: Any, *keys: str) -> Any:
    for key in keys:
        raw = raw.get(key) if isinstance(raw, dict) else None
    return raw
