"""What X lets us do with one item, and at what price. Pure.

Since 23 February 2026 ordinary customers of the API answer only whom has summoned them: the author of the post has
mentioned our account or quoted a post of ours. Source: docs.x.com/x-api/posts/manage-tweets/introduction.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from draht.channels.x import prices
from draht.channels.x.mapper import newest_id
from draht.channels.x.parts import SITE
from draht.contract.channel import Act
from draht.contract.messages import Account, Allowed, Item, May, NotAllowed
from draht.contract.words import words


class Summons(StrEnum):
    """How the author of a post called us."""

    NAMED = "named"  # by a mention of their own, or a quote
    ADDRESSED = "addressed"  # by the mention that X puts before every answer [M]: whether that is enough
    NONE = "none"


GONE = words("This message is gone from X.")
BY_HAND = SITE + "/intent/post?in_reply_to={id}&text={{text}}"
LIKE_BY_HAND = SITE + "/intent/like?tweet_id={id}"


def may(act: Act, item: Item, us: Account, enterprise: bool) -> May:
    if item.deleted:
        return NotAllowed(GONE)
    ours = item.ours or item.author.id == us.id
    if act is Act.REPLY:
        return _may_reply(item, us, ours, enterprise)
    if act is Act.REPLY_PRIVATELY:
        return _may_write(item, ours, enterprise)
    if act in {Act.HIDE, Act.UNHIDE}:
        return _may_hide(act, item, us, ours, enterprise)
    if act is Act.DELETE:
        return _may_delete(item, ours, enterprise)
    return _by_hand(act, item)


def summons(item: Item, us: Account) -> Summons:
    """Whether its author has called us. Without the payload (erased by now) the text alone tells."""
    payload = item.raw.get("payload")
    if not isinstance(payload, dict):
        return Summons.NAMED if us.handle and f"@{us.handle}".casefold() in item.text.casefold() else Summons.NONE
    if item.raw.get("event_type") == "post.quote.create":
        return Summons.NAMED
    starts = [mention.get("start", 0) for mention in _mentions(payload) if _is(mention, us)]
    if not starts:
        return Summons.NONE
    automatic = (payload.get("display_text_range") or [0])[0] if _is_answer(payload) else 0
    return Summons.NAMED if max(starts) >= automatic else Summons.ADDRESSED


def reply_price(item: Item, us: Account, has_link: bool) -> float:
    if has_link:
        return prices.POST_WITH_LINK
    return prices.POST if summons(item, us) is Summons.NONE else prices.SUMMONED_REPLY


def addressees(item: Item, us: Account) -> list[str]:
    """The handles that X puts before an answer to it: its author's, and those whom it mentions."""
    payload = item.raw.get("payload")
    named = [str(each.get("username", "")) for each in _mentions(payload)] if isinstance(payload, dict) else []
    return [handle for handle in (item.author.handle, *named) if handle and handle != us.handle]


def _may_reply(item: Item, us: Account, ours: bool, enterprise: bool) -> May:
    if item.private:
        return _cost(prices.MESSAGE, enterprise)
    if enterprise:
        return Allowed()
    called = Summons.NAMED if ours else summons(item, us)
    if called is Summons.NONE:
        return NotAllowed(
            words(
                "X lets an app answer only those who have mentioned or quoted your account. "
                "You can answer by hand on X; the answer then appears here."
            ),
            by_hand=BY_HAND.format(id=newest_id(item)),
        )
    told = words("With a link it costs 20 cents.")
    if called is Summons.ADDRESSED:
        told = words(
            "X may refuse it: the author answers you, but does not mention you. A link makes it cost 20 cents."
        )
    return Allowed(cost_cents=reply_price(item, us, has_link=False), note=told)


def _may_write(item: Item, ours: bool, enterprise: bool) -> May:
    if item.private:
        return NotAllowed(words("This is a direct message: an ordinary answer is as private."))
    if ours:
        return NotAllowed(words("This is a message of our own."))
    told = words("A direct message. X refuses it if the person takes none from accounts that they do not follow.")
    return _cost(prices.MESSAGE, enterprise, told)


def _may_hide(act: Act, item: Item, us: Account, ours: bool, enterprise: bool) -> May:
    payload = item.raw.get("payload")
    known = isinstance(payload, dict)  # it may be erased by now
    to_us = not isinstance(payload, dict) or payload.get("in_reply_to_user_id") == us.id
    if ours or item.private or not item.parent or not to_us:
        return NotAllowed(words("X hides only answers to your own posts."))
    if item.held is (act is Act.HIDE):
        return NotAllowed(words("It is hidden already.") if item.held else words("It is not hidden."))
    at_the_top = known and item.parent == item.thread
    told = "" if at_the_top else words("X refuses it if the conversation was not begun by your account.")
    return _cost(prices.HIDE, enterprise, told)


def _may_delete(item: Item, ours: bool, enterprise: bool) -> May:
    if item.private:
        return NotAllowed(words("A direct message stays with its reader, even if it is deleted here."))
    if not ours:
        return NotAllowed(words("On X nobody can delete what others wrote. You can hide answers to your own posts."))
    return _cost(prices.DELETE, enterprise)


def _by_hand(act: Act, item: Item) -> NotAllowed:
    page = item.author.url
    if act is Act.LIKE and not item.private:
        why = words("X has taken likes away from the apps of ordinary customers. You can like it on X.")
        return NotAllowed(why, by_hand=LIKE_BY_HAND.format(id=newest_id(item)))
    if act is Act.BAN:
        return NotAllowed(words("X lets no app block people. You can do it on their page on X."), by_hand=page)
    if act is Act.SPAM:
        return NotAllowed(words("X takes no reports from apps. You can report it on X."), by_hand=page)
    return NotAllowed(words("X has no such function for apps."))


def _cost(cents: float, enterprise: bool, note: str = "") -> Allowed:
    return Allowed(cost_cents=0.0 if enterprise else cents, note=note)


def _mentions(payload: dict[str, Any]) -> list[dict[str, Any]]:
    """Of the full text and of the short one; of a long post the short one has only some."""
    found: list[dict[str, Any]] = []
    for holder in (payload, payload.get("note_tweet")):
        entities = holder.get("entities") if isinstance(holder, dict) else None
        mentions = entities.get("mentions") if isinstance(entities, dict) else None
        found += [each for each in mentions or () if isinstance(each, dict)]
    return found


def _is(mention: dict[str, Any], us: Account) -> bool:
    if mention.get("id"):
        return bool(mention["id"] == us.id)
    return bool(us.handle) and str(mention.get("username", "")).casefold() == us.handle.casefold()


def _is_answer(payload: dict[str, Any]) -> bool:
    references = payload.get("referenced_tweets") or ()
    return any(isinstance(each, dict) and each.get("type") == "replied_to" for each in references)
