"""The channel keeps the contract of channels on a blog that behaves as WordPress does."""

from __future__ import annotations

from collections.abc import Mapping

from draht.channels.wordpress.tests.contract import WordPressContract
from draht.channels.wordpress.tests.double import Blog


class TestWordPress(WordPressContract):
    """On the double."""

    def double(self) -> Blog:
        return Blog()

    def connect(self, url: str, double: Blog) -> Mapping[str, str]:
        return {"url": url, "username": "agent", "password": "abcd EFGH ijkl"}

    def customer_writes(self, double: Blog, text: str) -> None:
        double.visitor_writes(text)

    def acts_on(self, double: Blog, id: str) -> list[str]:
        return [double.comments[int(id)].status]

    def our_posts(self, double: Blog) -> list[str]:
        return [post["content"] for post in double.posts.values() if post.get("author") == 2]

    def our_answers(self, double: Blog) -> list[str]:
        return [comment.text for comment in double.comments.values() if comment.user == 2]
