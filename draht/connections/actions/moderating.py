"""Acts on messages that stand on a network: moderating what others wrote, changing what we wrote."""

from __future__ import annotations

from draht.connections.actions.opening import opened
from draht.connections.models import Connection
from draht.contract.channel import Act, Channel, Edits, Moderates
from draht.contract.errors import Refused, Unsure, only_the_four
from draht.contract.messages import Item, NotAllowed
from draht.contract.words import words


def moderate(connection: Connection, act: Act, item: Item) -> None:
    """Carries an act out on the network. Raises one of the four errors."""
    with opened(connection) as channel:
        _must_be_allowed(channel, act, item)
        if not isinstance(channel, Moderates):
            raise Refused(words("{network} cannot be moderated from here.").format(network=channel.label))
        with only_the_four(Unsure):
            channel.moderate(act, item)


def edit(connection: Connection, item: Item, text: str) -> None:
    """Changes the words of an item of ours on the network. Raises one of the four errors."""
    with opened(connection) as channel:
        _must_be_allowed(channel, Act.EDIT, item)
        if not isinstance(channel, Edits):
            raise Refused(words("On {network} nothing can be changed from here.").format(network=channel.label))
        with only_the_four(Unsure):
            channel.edit(item, text)


def _must_be_allowed(channel: Channel, act: Act, item: Item) -> None:
    answer = channel.may(act, item)
    if isinstance(answer, NotAllowed):
        raise Refused(answer.why)
