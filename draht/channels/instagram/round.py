"""Polling in three stages: our posts with their comments, comments that are many, and conversations."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from draht.channels.instagram import mapper
from draht.channels.instagram.client import Client
from draht.contract.graph import to_page
from draht.contract.graph_messaging import to_listed
from draht.contract.graph_round import GraphRound
from draht.contract.messages import Account


class Round(GraphRound):
    stages = ("media", "comments", "conversations")

    def __init__(self, client: Client, us: Account, cursor: str, since: datetime | None) -> None:
        super().__init__(cursor, since)
        self.client = client
        self.us = us

    def media(self) -> bool:
        page = self.client.media(self.at.after)
        for post in page.items:
            if isinstance(post, dict) and isinstance(post.get("comments"), dict):
                comments = to_page(post["comments"])
                self._below(comments.items, *mapper.to_title(post))
                self.later(str(post.get("id")), comments)
        return self.posts(page)

    def comments(self) -> bool:
        return self.rest(self.client.comments, lambda raw: mapper.with_answers(raw, self.us))

    def conversations(self) -> bool:
        return self.optional(self.client.conversations, self._conversation)

    def _below(self, comments: list[Any], title: str, url: str) -> None:
        """A new answer may stand below an old comment."""
        for comment in comments:
            self.take([comment], lambda raw: mapper.to_comment(raw, self.us, title, url))
            self.take(mapper.answers_in(comment), lambda raw: mapper.to_comment(raw, self.us, title, url))

    def _conversation(self, one: Any) -> None:
        if isinstance(one, dict) and isinstance(one.get("messages"), dict):
            self.take(to_page(one["messages"]).items, lambda raw: to_listed(raw, self.us.id))
