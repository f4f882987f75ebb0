"""Posts, topics and hooks as a forum writes them down."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from draht.channels.discourse.tests.network import NAMES, US, Post, Topic

NOTHING = (
    "primary_group_name", "flair_name", "flair_url", "flair_bg_color", "flair_color", "flair_group_id", "user_title",
    "edit_reason", "reviewable_id",
)  # fmt: skip
NONE_OF_THESE = (
    "quote_count", "incoming_link_count", "reads", "readers_count", "reviewable_score_count",
    "reviewable_score_pending_count", "reply_count", "draft_sequence",
)  # fmt: skip
NO = ("can_recover", "can_wiki", "bookmarked", "moderator", "admin", "staff", "wiki", "truncated")


def time(at: datetime | None) -> str | None:
    return None if at is None else at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def post(one: Post, moderator: bool) -> dict[str, Any]:
    mine = one.author == US
    return {
        **dict.fromkeys(NOTHING), **dict.fromkeys(NONE_OF_THESE, 0), **dict.fromkeys(NO, False),
        "id": one.id, "name": NAMES[one.author].title(), "username": NAMES[one.author], "user_id": one.author,
        "avatar_template": f"/user_avatar/forum.nordlicht.example/{NAMES[one.author]}/{{size}}/1_2.png",
        "created_at": time(one.at), "updated_at": time(one.edited), "deleted_at": time(one.deleted),
        "user_deleted": one.by_author, "hidden": one.hidden, "version": one.version, "score": 0.2,
        "raw": one.raw, "cooked": one.cooked, "excerpt": one.raw[:100], "post_number": one.number,
        "post_type": one.kind, "posts_count": 1, "reply_to_post_number": one.to, "yours": mine, "trust_level": 1,
        "topic_id": one.topic.id, "topic_slug": one.topic.slug, "topic_title": one.topic.title,
        "topic_html_title": one.topic.title, "category_id": one.topic.category, "badges_granted": [],
        "display_username": NAMES[one.author].title(), "can_edit": mine, "can_delete": mine or moderator,
        "can_see_hidden_post": True, "can_view_edit_history": True, "link_counts": [], "read": True,
        "actions_summary": [{"id": 2, "can_act": not mine}],
        "post_url": f"/t/{one.topic.slug}/{one.topic.id}/{one.number}",
    }  # fmt: skip


def acts(one: Post) -> list[dict[str, Any]]:
    """What we may do and did."""
    return [{"id": kind, "acted": (US, kind) in one.acts, "can_act": one.author != US} for kind in (2, 8)]


def hook(one: Post, wordless: bool) -> dict[str, Any]:
    """As the webhook tells it: with what it says of the topic."""
    told = post(one, False) | {"topic_archetype": "private_message" if one.topic.private else "regular"}
    left_out = {"yours", "can_edit", "can_delete", "can_recover", "read"} | ({"raw", "cooked"} if wordless else set())
    return {"post": {key: value for key, value in told.items() if key not in left_out}}


def letter(one: Topic, posts: list[Post]) -> dict[str, Any]:
    """A topic in the list of private messages."""
    last = max(posts, key=lambda each: each.at)
    return {
        "id": one.id, "title": one.title, "fancy_title": one.title, "slug": one.slug, "posts_count": len(posts),
        "highest_post_number": last.number, "created_at": time(posts[0].at), "last_posted_at": time(last.at),
        "archetype": "private_message", "last_poster_username": NAMES[last.author],
    }  # fmt: skip


def topic(one: Topic, posts: list[dict[str, Any]], stream: list[int]) -> dict[str, Any]:
    return {
        "post_stream": {"posts": posts, "stream": stream}, "id": one.id, "title": one.title, "fancy_title": one.title,
        "posts_count": len(stream), "archetype": "private_message" if one.private else "regular", "slug": one.slug,
        "closed": one.closed, "visible": True, "deleted_at": None,
    }  # fmt: skip
