"""What may be done with one item on Telegram, until when, and what to know about it. Pure but for the clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from draht.channels.telegram.mapper import Place
from draht.contract.channel import Act, not_allowed
from draht.contract.messages import Allowed, Item, May, NotAllowed
from draht.contract.words import words

LABEL = "Telegram"
DELETABLE = timedelta(hours=48)  # core.telegram.org/bots/api#deletemessage
RIGHTS = "our_rights"  # beside Telegram's own names in ``raw`` of a message of a group: what the bot may do there
LACKS_RIGHT = words("The bot does not have this right in the group. An administrator of the group can give it.")


def may(act: Act, item: Item) -> May:
    if item.deleted:
        return NotAllowed(words("This is gone from Telegram."))
    if not is_placed(item):
        return NotAllowed(words("It is not known where this stands on Telegram."))
    match act:
        case Act.REPLY | Act.LIKE:
            return Allowed()
        case Act.REPLY_PRIVATELY:
            return _reply_privately(item)
        case Act.EDIT:
            return Allowed() if item.ours else NotAllowed(words("Only what we wrote can be changed."))
        case Act.DELETE:
            return _delete(item)
        case Act.BAN:
            return _ban(item)
    return not_allowed(LABEL)


def is_placed(item: Item) -> bool:
    try:
        Place(item.id)
    except ValueError:
        return False
    return True


def _reply_privately(item: Item) -> May:
    if item.private:
        return NotAllowed(words("This is a private chat: an ordinary answer is as private."))
    if item.ours:
        return NotAllowed(words("This is a message of our own."))
    if not item.author.id.isdigit():
        return NotAllowed(words("This was written in the name of a group or channel: nobody is known to write to."))
    return Allowed(note=words("It only arrives if this person has written to the bot before."))


def _delete(item: Item) -> May:
    if not item.private and not item.ours:
        return _with_right("can_delete_messages", item)
    until = item.at + DELETABLE
    if datetime.now(UTC) >= until:
        return NotAllowed(words("Telegram lets a bot delete only what is younger than 48 hours."), until=until)
    return Allowed(until=until, note="" if item.ours else words("It goes from this person's chat, too."))


def _ban(item: Item) -> May:
    if item.private:
        return NotAllowed(words("A bot cannot block anybody in private chats on Telegram."))
    if item.ours:
        return NotAllowed(words("This is a message of our own."))
    if item.author.id == str(Place(item.id).chat):
        return NotAllowed(words("This was written by an administrator of the group."))
    return _with_right("can_restrict_members", item)


def _with_right(right: str, item: Item) -> May:
    rights = item.raw.get(RIGHTS)
    if not isinstance(rights, list):
        return Allowed(note=words("It only works where the bot is an administrator with this right."))
    return Allowed() if right in rights else NotAllowed(LACKS_RIGHT, by_hand=_page(item))


def _page(item: Item) -> str:
    """Where a person can do it; basic groups have no addresses."""
    place = Place(item.id)
    chat = item.raw.get("chat")
    name = chat.get("username") if isinstance(chat, dict) else ""
    if isinstance(name, str) and name:
        return f"https://t.me/{name}/{place.numbers[0]}"
    id = str(place.chat)
    return f"https://t.me/c/{id.removeprefix('-100')}/{place.numbers[0]}" if id.startswith("-100") else ""
