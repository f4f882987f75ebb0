"""What is the same for the double and for the real WordPress."""

from __future__ import annotations

from typing import Any

from draht.channels.wordpress.channel import WordPress
from draht.channels.wordpress.mapper import to_event
from draht.contract.messages import Reading
from draht.contract.reading import read_each
from draht.contract.testing import ChannelContract


class WordPressContract(ChannelContract):
    """The channel and its samples."""

    channel = WordPress

    def read_sample(self, payload: Any) -> Reading:
        comments = payload if isinstance(payload, list) else [payload]
        return Reading(*read_each(comments, to_event))
