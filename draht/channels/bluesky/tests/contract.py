"""What is the same for the double and for the real network."""

from __future__ import annotations

from typing import Any, ClassVar

from draht.channels.bluesky.channel import Bluesky
from draht.channels.bluesky.mapper import to_any
from draht.contract.channel import Channel
from draht.contract.messages import Reading
from draht.contract.reading import read_each
from draht.contract.testing import ChannelContract


class BlueskyContract(ChannelContract):
    """The channel and its samples."""

    channel: ClassVar[type[Channel]] = Bluesky

    def read_sample(self, payload: Any) -> Reading:
        return Reading(*read_each(payload if isinstance(payload, list) else [payload], to_any))
