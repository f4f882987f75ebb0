"""What may be done with one item in a forum, and what to know about it. Pure."""

from __future__ import annotations

from draht.channels.discourse.mapper import number_of, topic_of, url_of
from draht.contract.channel import Act, not_allowed
from draht.contract.messages import Allowed, Item, May, NotAllowed
from draht.contract.words import words

LABEL = "Discourse"
SHORTEST = words("Most forums want at least 20 characters.")  # [M]: the site setting min_post_length


def may(act: Act, item: Item, base: str) -> May:
    if item.deleted:
        return NotAllowed(words("This is gone from the forum."))
    if not item.id.isdigit():
        return NotAllowed(words("This waits for a moderator of the forum."), by_hand=f"{base}/review")
    match act:
        case Act.REPLY:
            return _reply(item)
        case Act.REPLY_PRIVATELY:
            return _reply_privately(item)
        case Act.EDIT:
            return Allowed() if item.ours else NotAllowed(words("Only what we wrote can be changed."))
        case Act.DELETE:
            return _delete(item, base)
        case Act.LIKE | Act.SPAM | Act.BAN:
            return _theirs(act, item, base)
        case Act.HIDE | Act.UNHIDE | Act.APPROVE | Act.HOLD:
            return _by_hand(act, item, base)
    return not_allowed(LABEL)


def _reply(item: Item) -> May:
    if topic_of(item) is None:
        return NotAllowed(words("It is not known where this stands in the forum."))
    return Allowed(note=words("Only the members of this conversation can read it.") if item.private else SHORTEST)


def _reply_privately(item: Item) -> May:
    if item.private:
        return NotAllowed(words("This is a private message: an ordinary answer is as private."))
    if item.ours:
        return NotAllowed(words("This is a message of our own."))
    if not item.author.handle:
        return NotAllowed(words("The forum did not tell who wrote this."))
    return Allowed(note=words("It begins a private conversation; the forum's staff can read it, too."))


def _delete(item: Item, base: str) -> May:
    if item.raw.get("can_delete") is False:
        return NotAllowed(words("The forum does not let us delete this."), by_hand=place_of(item, base))
    if number_of(item) == 1:
        return Allowed(note=words("This is the first post: the whole topic goes with it."))
    return Allowed(note="" if item.ours else words("It only works if our user is a moderator there."))


def _theirs(act: Act, item: Item, base: str) -> May:
    if item.ours:
        return NotAllowed(words("This is a message of our own."))
    if act is Act.LIKE:
        return Allowed()
    if act is Act.SPAM:
        return Allowed(note=words("It is flagged, and the forum's moderators decide."))
    if not item.author.id.isdigit():
        return NotAllowed(words("The forum did not tell who wrote this."))
    if item.raw.get("can_delete") is False:  # then our user is none
        return NotAllowed(words("Our user is not a moderator of the forum."), by_hand=place_of(item, base))
    return Allowed(
        note=words("The author can write nothing any more, and this is deleted. Our user must be a moderator.")
    )


def _by_hand(act: Act, item: Item, base: str) -> May:
    """The review queue is for people: its calls are not documented."""
    if act in {Act.APPROVE, Act.UNHIDE} and item.held:
        return NotAllowed(words("Decide this in the forum's review queue."), by_hand=f"{base}/review")
    if act is Act.HIDE:
        return NotAllowed(words("Flag or hide this in the forum itself."), by_hand=place_of(item, base))
    return NotAllowed(words("Nothing is held back here."))


def place_of(item: Item, base: str) -> str:
    """Where it can be seen."""
    slug = item.raw.get("topic_slug")
    return url_of(base, slug if isinstance(slug, str) else "", topic_of(item) or 0, number_of(item) or 1)
