"""What X charges for each call, in US cents, and what an answer came to.

Source: docs.x.com/x-api/getting-started/pricing (August 2026) and its changelog of 16 April 2026. Failed calls cost
nothing, and what is asked for twice on one day (UTC) is charged once. [M]: not confirmed, the higher price is taken.
"""

from __future__ import annotations

from typing import Any

POST = 1.5
POST_WITH_LINK = 20.0  # of an answer with a link, too [M]: the changelog names summoned answers without saying
SUMMONED_REPLY = 1.0
MESSAGE = 1.5
HIDE = 0.5  # "Content: Manage"
DELETE = 1.0  # "Interaction: Delete" [M]: may be "Content: Manage"

OWNED_READ = 0.1  # our own posts, and mentions of us
POST_READ = 0.5
USER_READ = 1.0
MESSAGE_READ = 1.0
MEDIA_READ = 0.5

MEDIA_OF_A_POST = 4  # at most
AUTHOR_AND_MEDIA = (
    USER_READ + MEDIA_OF_A_POST * MEDIA_READ
)  # that come with a post at most [M]: charged as if asked for


def read(body: Any, each: float) -> float:
    """What an answer with resources at ``each``, and with those that came along, was charged at most."""
    data, along = body.get("data"), body.get("includes") or {}
    count = len(data) if isinstance(data, list) else int(data is not None)
    users, media, posts = (len(along.get(kind) or ()) for kind in ("users", "media", "tweets"))
    return count * each + users * USER_READ + media * MEDIA_READ + posts * POST_READ
