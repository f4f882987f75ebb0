"""Files that lie with a network: fetched with our login where it takes one, else as anybody fetches them."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from draht.connections.actions.opening import opened
from draht.connections.models import Connection
from draht.contract.channel import BringsMedia, Channel
from draht.contract.errors import LoginExpired, Refused, TryLater, only_the_four
from draht.contract.messages import Attachment, Media
from draht.contract.redirects import get_following
from draht.contract.words import words


def bring(connection: Connection, attachment: Attachment, most: int) -> Media:
    """The file. Raises one of the four errors; ``Refused`` if it is gone or has more than ``most`` bytes."""
    with opened(connection) as channel, only_the_four(TryLater):
        if attachment.key and isinstance(channel, BringsMedia):
            return channel.bring(attachment, most)
        return _fetched(connection, channel, attachment, most)


def _fetched(connection: Connection, channel: Channel, attachment: Attachment, most: int) -> Media:
    """From its address. Only the network itself may lie within our own: whoever writes to us names any address."""
    ours = _host(attachment.url) in {_host(value) for value in connection.settings.values()} - {""}
    try:
        answer = get_following(channel.http, attachment.url, public=not ours, most=most, units=0).answer
    except LoginExpired as error:  # we have shown no login
        raise Refused(words("The address of this file has run out.")) from error
    name = attachment.name or unquote(urlsplit(attachment.url).path.rpartition("/")[2])
    return Media(answer.body, answer.headers.get("content-type", ""), name, attachment.alt)


def _host(address: object) -> str:
    try:
        return urlsplit(str(address)).netloc
    except ValueError:
        return ""
