"""``ChannelContract``: what every channel must keep to, as tests that a channel inherits.

A channel's own test says how to reach its double; everything else comes from here. The double runs behind real HTTP on
loopback, and ``Loopback`` can make any request fail in the ways in which networks fail.
"""

from __future__ import annotations

from draht.contract.testing.acting import Acting
from draht.contract.testing.answering import Answering
from draht.contract.testing.folder import Folder
from draht.contract.testing.ground import Net
from draht.contract.testing.incoming import Incoming
from draht.contract.testing.login import Login
from draht.contract.testing.publishing import Publishing
from draht.contract.testing.tools import drain, item_of, reading_as_json

__all__ = ["ChannelContract", "Net", "drain", "item_of", "reading_as_json"]


class ChannelContract(Folder, Login, Incoming, Answering, Acting, Publishing):
    """Inherit, fill in the abstract methods of ``Ground``, and every promise of a channel is tested."""
