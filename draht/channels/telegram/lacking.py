"""What a bot whose token works is still missing."""

from __future__ import annotations

from collections.abc import Iterator

from draht.channels.telegram.arrivals import calls_fail, rights_in
from draht.channels.telegram.client import Client
from draht.contract.words import words

PRIVACY = words(
    "In groups the bot only sees commands and answers to it. To read everything, send /setprivacy to @BotFather, "
    "choose the bot and Disable; then take it out of the group and add it again."
)
NOT_IN_CHANNEL = words(
    "The bot may not post in {channel}. Make it an administrator of the channel with the right to post messages."
)
CALLS_FAIL = words("Telegram cannot reach Draht: {reason}. Until it can, Draht asks for what is new.")


def lacks(client: Client, groups: bool, channel: int | str) -> Iterator[str]:
    if groups and not client.me().get("can_read_all_group_messages"):
        yield PRIVACY
    if channel and "can_post_messages" not in (rights_in(client, channel) or ()):
        yield NOT_IN_CHANNEL.format(channel=channel)
    hook = client.hook()
    if calls_fail(hook):
        yield CALLS_FAIL.format(reason=hook.get("last_error_message") or "?")
