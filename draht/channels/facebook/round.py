"""Polling in four stages: the feed, comments that are many, posts elsewhere that name us, and conversations."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from draht.channels.facebook import mapper
from draht.channels.facebook.client import Client
from draht.contract.graph import to_page
from draht.contract.graph_messaging import to_listed
from draht.contract.graph_round import GraphRound


class Round(GraphRound):
    stages = ("feed", "comments", "tagged", "conversations")

    def __init__(self, client: Client, us: str, cursor: str, since: datetime | None) -> None:
        super().__init__(cursor, since)
        self.client = client
        self.us = us

    def feed(self) -> bool:
        page = self.client.feed(self.at.after)
        for post in page.items:
            self.take([post], lambda one: mapper.to_post(one, self.us))
            if isinstance(post, dict) and isinstance(post.get("comments"), dict):
                self._below(str(post.get("id")), post["comments"], mapper.to_title(post))
        return self.posts(page)

    def _below(self, post: str, told: dict[str, Any], title: str) -> None:
        comments = to_page(told)
        self.take(comments.items, lambda one: mapper.to_comment(one, title))
        self.later(post, comments)

    def comments(self) -> bool:
        return self.rest(self.client.comments, mapper.to_comment)

    def tagged(self) -> bool:
        return self.optional(
            self.client.tagged, lambda one: self.take([one], lambda raw: mapper.to_mention(raw, self.us))
        )

    def conversations(self) -> bool:
        return self.optional(self.client.conversations, self._conversation)

    def _conversation(self, one: Any) -> None:
        if isinstance(one, dict) and isinstance(one.get("messages"), dict):
            self.take(to_page(one["messages"]).items, lambda raw: to_listed(raw, self.us))
