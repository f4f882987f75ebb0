"""What may be done with a comment, said without asking YouTube; and how our answer is known again."""

from __future__ import annotations

from datetime import datetime

from draht.channels.youtube.mapper import address, thread_of
from draht.contract.channel import Act, not_allowed
from draht.contract.messages import Allowed, IncomingMessage, Item, May, NotAllowed, OutgoingReply
from draht.contract.text import clean
from draht.contract.words import words

STATUS = {
    Act.APPROVE: "published",
    Act.HOLD: "heldForReview",
    Act.DELETE: "rejected",
    Act.BAN: "rejected",
}


def may(act: Act, item: Item, *, ours: bool, label: str) -> May:
    """``ours``: the comment was written by the connected channel."""
    if item.deleted:
        return NotAllowed(words("This comment is gone from YouTube."))
    if act is Act.REPLY:
        return _may_reply(item)
    if act in {Act.EDIT, Act.DELETE} and ours:
        return Allowed(note=words("It is deleted for good.") if act is Act.DELETE else "")
    if act in STATUS:
        return _may_moderate(act, item, ours=ours)
    if act is Act.SPAM:
        return NotAllowed(words("YouTube takes no reports of spam any more. Delete it, or ban its author."))
    if act is Act.LIKE:
        return NotAllowed(words("Likes can only be given on YouTube itself."), by_hand=_seen_at(item))
    if act is Act.HIDE:
        return NotAllowed(words("YouTube hides nothing from single people. Hold the comment back instead."))
    if act is Act.EDIT:
        return NotAllowed(words("Only its author can change a comment."))
    if act is Act.REPLY_PRIVATELY:
        return NotAllowed(words("YouTube has no private messages. Everybody can read an answer."))
    return not_allowed(label)


def is_reply(message: IncomingMessage, reply: OutgoingReply, us: str, since: datetime | None) -> bool:
    same = clean(message.text).split() == clean(reply.text).split()
    return same and message.author.id == us and (since is None or message.at >= since)


def _may_reply(item: Item) -> May:
    if item.held:
        return NotAllowed(words("This comment waits for review. Approve it first, then answer."))
    if item.raw.get("canReply") is False:
        return NotAllowed(words("No answers are allowed below this comment."), by_hand=_seen_at(item))
    if item.id != thread_of(item.id):
        return Allowed(note=words("YouTube puts every answer below the first comment: name the person you answer."))
    return Allowed()


def _may_moderate(act: Act, item: Item, *, ours: bool) -> May:
    if ours:
        return NotAllowed(words("This is our own comment."))
    if act is Act.APPROVE and not item.held:
        return NotAllowed(words("This comment is public already."))
    if act is Act.HOLD and item.held:
        return NotAllowed(words("This comment waits for review already."))
    if act is Act.DELETE:
        return Allowed(note=words("YouTube rejects it: nobody sees it or the answers below it any more."))
    if act is Act.BAN:
        return Allowed(note=words("It is rejected, and so is all that its author writes to this channel from now on."))
    return Allowed()


def _seen_at(item: Item) -> str:
    comment = item.raw.get("comment")
    snippet = comment.get("snippet") if isinstance(comment, dict) else None
    video = item.raw.get("videoId") or (snippet or {}).get("videoId")
    return address(item.id, video) if isinstance(video, str) else ""
