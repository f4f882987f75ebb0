"""Telegram's refusals as the four errors, in words for an agent. Pure.

Source: core.telegram.org/bots/api#making-requests; ``description`` is for people, and its words may change.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from draht.contract.errors import ChannelError, LoginExpired, Refused, TryLater
from draht.contract.words import words

PLAIN = {
    "bot was blocked": words("This person has blocked the bot. It can write to them again when they write to it."),
    "user is deactivated": words("This person's account on Telegram does not exist any more."),
    "bot can't initiate conversation": words("A bot may only write to people who have written to it before."),
    "bot can't send messages to bots": words("On Telegram bots cannot write to each other."),
    "bot was kicked": words("The bot is no longer in this group or channel."),
    "bot is not a member": words("The bot is no longer in this group or channel."),
    "message to be replied not found": words("What this answers is gone from Telegram."),
    "replied message not found": words("What this answers is gone from Telegram."),
    "message can't be deleted": words("Telegram does not let the bot delete this (any more)."),
    "message is too long": words("The text is too long for Telegram."),
    "caption is too long": words("With a file, a text on Telegram may have at most 1,024 characters."),
    "not enough rights": words("The bot has not been given the right to do this in the group or channel."),
    "administrator rights": words("The bot has not been given the right to do this in the group or channel."),
    "CHAT_ADMIN_REQUIRED": words("The bot has not been given the right to do this in the group or channel."),
    "REACTION_INVALID": words("This group does not allow this reaction."),
    "file is too big": words("Telegram gives bots only files of at most 20 MB."),
}  # fmt: skip
SAID = words("Telegram answered {code}: {words}")
UNKNOWN = words("Telegram does not know this token any more. Get a new one from @BotFather.")
ANOTHER = words("Another program reads this bot's messages, too. Stop it, or make a bot of its own for Draht.")


class Moved(Refused):
    """The group has become a supergroup with another id."""

    def __init__(self, reason: str, chat: int) -> None:
        super().__init__(reason)
        self.chat = chat


class HookIsOn(TryLater):
    """Telegram calls our hook: then nobody can ask for what is new."""


class Interrupted(TryLater):
    """Somebody else asked for what is new at the same time."""


def refusal_of(told: Mapping[str, Any], status: int) -> ChannelError:
    """The error for a body with ``ok`` false."""
    told_words = str(told.get("description") or "no words")
    said = SAID.format(code=status, words=told_words[:300])
    parameters = told.get("parameters")
    more = parameters if isinstance(parameters, dict) else {}
    if status in {401, 404}:  # 404: a token that never was one
        return LoginExpired(UNKNOWN)
    if status == 429:
        return TryLater(said, _seconds(more.get("retry_after")))
    if status == 409:
        return HookIsOn(said) if "webhook is active" in told_words else Interrupted(ANOTHER)
    if isinstance(more.get("migrate_to_chat_id"), int):
        return Moved(said, more["migrate_to_chat_id"])
    plain = next((text for sign, text in PLAIN.items() if sign.casefold() in told_words.casefold()), "")
    return Refused(plain or said)


def _seconds(told: Any) -> float | None:
    return float(told) if isinstance(told, int | float) and not isinstance(told, bool) else None
