"""How often somebody may ask: buckets that fill with time, in the memory of one process."""

from __future__ import annotations

import time
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address, ip_network

MOST_REMEMBERED = 50_000


class Limit:
    """So many a minute, and as many at once after a pause."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = float(per_minute)
        self._clock = clock
        self._full_at: dict[str, float] = {}  # a bucket in one number: when it would be full again

    def wait(self, who: str) -> float:
        """Seconds until ``who`` may go on; 0 if now, which then counts."""
        now = self._clock()
        full_at = max(self._full_at.get(who, now), now) + 60 / self._most
        if full_at - now > 60.001:  # what does not fit any more; a thousandth for rounding
            return full_at - now - 60
        if len(self._full_at) >= MOST_REMEMBERED:
            self._full_at = {one: at for one, at in self._full_at.items() if at > now + 30}
        self._full_at[who] = full_at
        return 0.0


def address_of(peer: str, forwarded: str) -> str:
    """Whose request it is: the other side's address, or what a proxy in our own network says.

    Of IPv6 the first 64 bits, which is what one household has.
    """
    try:
        address = ip_address(peer)
        if forwarded and address.is_private:
            address = ip_address(forwarded.rpartition(",")[2].strip())
    except ValueError:
        return peer
    return str(ip_network((address, 64), strict=False)) if isinstance(address, IPv6Address) else str(address)
