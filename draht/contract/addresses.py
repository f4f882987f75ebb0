"""Which addresses belong to the public network. Nobody out there may send us to a server in here (SSRF)."""

from __future__ import annotations

import ipaddress
import socket

from draht.contract.errors import Refused, TryLater
from draht.contract.words import words

_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052: the last four bytes are an IPv4 address


def public_address(host: str) -> str:
    """A number of ``host``. ``Refused`` if any of its numbers is private, ``TryLater`` if none is known."""
    found = _addresses(host)
    if not found:
        raise TryLater(words("{host} cannot be found.").format(host=host))
    if not all(map(_is_public, found)):
        raise Refused(words("{host} is not an address of the public network.").format(host=host))
    return found[0]


def is_public(host: str) -> bool:
    """Whether ``host`` is out there. A name that nobody here can look up is: then a proxy asks for us."""
    return all(map(_is_public, _addresses(host)))


def _addresses(host: str) -> list[str]:
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError):
        return []
    return [str(entry[4][0]).partition("%")[0] for entry in found]


def _is_public(address: str) -> bool:
    number: ipaddress.IPv4Address | ipaddress.IPv6Address = ipaddress.ip_address(address)
    if isinstance(number, ipaddress.IPv6Address):
        inner = number.ipv4_mapped or number.sixtofour
        if number in _NAT64:
            inner = ipaddress.IPv4Address(int(number) & 0xFFFFFFFF)
        number = inner or number
    return number.is_global and not number.is_multicast
