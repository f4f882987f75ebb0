"""Acts of moderation on the networks."""

from __future__ import annotations

from draht.connections.actions.opening import opened
from draht.connections.models import Connection
from draht.contract.channel import Act, Moderates
from draht.contract.errors import Refused
from draht.contract.messages import Item, NotAllowed
from draht.contract.words import words


def moderate(connection: Connection, act: Act, item: Item) -> None:
    """Carries an act of moderation out on the network. Raises one of the four errors."""
    with opened(connection) as channel:
        answer = channel.may(act, item)
        if isinstance(answer, NotAllowed):
            raise Refused(answer.why)
        if not isinstance(channel, Moderates):
            raise Refused(words("{network} cannot be moderated from here.").format(network=channel.label))
        channel.moderate(act, item)
