"""The double's posts and messages: what can be read and written, and what X refuses."""

from __future__ import annotations

import unicodedata
from datetime import datetime
from typing import Any, TypeVar

from draht.channels.x.tests import shapes
from draht.channels.x.tests.asked import Answer, Asked, Routes, problem
from draht.channels.x.tests.network import LINK, File, Message, Network, Written
from draht.channels.x.tests.till import Till

LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))  # code points that weigh 1; twitter-text, configuration 3
PROBLEMS = "https://api.twitter.com/2/problems/"
Kept = TypeVar("Kept", Written, Message)


class Wire:
    def __init__(self, net: Network, till: Till, *, enterprise: bool) -> None:
        self.net = net
        self.till = till
        self.enterprise = enterprise
        self.uploaded: dict[str, dict[str, Any]] = {}  # pictures by id; the ``Darkroom`` fills them in

    def routes(self) -> Routes:
        return [
            ("GET", "/2/users/me", self.me),
            ("GET", "/2/users/{id}/mentions", self.mentions),
            ("GET", "/2/users/{id}/tweets", self.own),
            ("GET", "/2/tweets", self.several),
            ("POST", "/2/tweets", self.create),
            ("DELETE", "/2/tweets/{id}", self.delete),
            ("PUT", "/2/tweets/{tweet_id}/hidden", self.hide),
            ("GET", "/2/dm_events", self.all_messages),
            ("GET", "/2/dm_conversations/with/{participant_id}/dm_events", self.messages_with),
            ("POST", "/2/dm_conversations/with/{participant_id}/messages", self.send_to),
            ("POST", "/2/dm_conversations/{dm_conversation_id}/messages", self.send_in),
            ("GET", "/2/dm_conversations/media/{dm_id}/{media_id}/{resource_id}", self.file),
        ]

    # -- reading ----------------------------------------------------------------------------------------

    def me(self, asked: Asked) -> Answer:
        return Answer(200, {"data": shapes.person(self.net.brand, asked.where)})

    def mentions(self, asked: Asked) -> Answer:
        us = self.net.brand
        posts = [post for post in self.net.newest() if us in self.net.mentioned(post) and post.author is not us]
        return self._page(posts, asked)

    def own(self, asked: Asked) -> Answer:
        return self._page([post for post in self.net.newest() if post.author is self.net.brand], asked)

    def several(self, asked: Asked) -> Answer:
        """Those that are there; the others are named among the errors."""
        ids = asked.where["ids"].split(",")
        found = [self.net.posts[id] for id in ids if id in self.net.posts and id not in self.net.protected]
        body = shapes.page(self.net, found, asked.where)
        errors = [_not_found(id) for id in ids if id not in self.net.posts]
        errors += [_not_authorized(id) for id in ids if id in self.net.protected]
        return Answer(200, body | ({"errors": errors} if errors else {}))

    def all_messages(self, asked: Asked) -> Answer:
        us = self.net.brand
        found = [each for each in self.net.messages[::-1] if us in (each.sender, each.recipient)]
        return self._messages(found, asked)

    def messages_with(self, asked: Asked) -> Answer:
        ends = {self.net.brand.id, asked.ids["participant_id"]}
        found = [each for each in self.net.messages[::-1] if {each.sender.id, each.recipient.id} == ends]
        return self._messages(found, asked)

    def file(self, asked: Asked) -> Answer:
        key = "/".join(asked.ids.values())
        known = [
            file for message in self.net.messages for file in message.files if file.url.partition("/dm/")[2] == key
        ]
        if not known:
            return problem(404, "Not Found", "about:blank")
        return Answer(200, b"\x89PNG of a message", "image/png")

    # -- writing ----------------------------------------------------------------------------------------

    def create(self, asked: Asked) -> Answer:
        body, us = asked.body, self.net.brand
        text, parent = body.get("text", ""), body.get("reply", {}).get("in_reply_to_tweet_id", "")
        above = self.net.posts.get(parent)
        if refused := self._refuses(text, parent, above):
            return refused
        if above is not None and self.net.summons(above, us):
            self.till.summoned.add(parent)
        pictures = [self.uploaded.get(id) for id in body.get("media", {}).get("media_ids", [])]
        if not all(picture and picture["done"] for picture in pictures):
            return problem(400, "Your media IDs are invalid.", PROBLEMS + "invalid-request", "Invalid Request")
        files = [File(f"3_{p['id']}", "photo", f"https://pbs.twimg.com/{p['id']}.jpg", p["alt"]) for p in pictures if p]
        post = self.net.write("brand", text, parent=parent, files=files)
        return Answer(201, {"data": {"id": post.id, "text": post.text, "edit_history_tweet_ids": [post.id]}})

    def delete(self, asked: Asked) -> Answer:
        post = self.net.posts.get(asked.ids["id"])
        if post is None:
            return problem(404, "Not Found", "about:blank")
        if post.author is not self.net.brand:
            return problem(403, "You are not authorized to delete this Tweet.", "about:blank", "Forbidden")
        self.net.delete(post.id)
        self.net.acts.append(("delete", post.history[0]))
        return Answer(200, {"data": {"deleted": True}})

    def hide(self, asked: Asked) -> Answer:
        post, hidden = self.net.posts.get(asked.ids["tweet_id"]), asked.body["hidden"]
        root = self.net.posts.get(post.conversation) if post else None
        if post is None or root is None or root.author is not self.net.brand or post is root:
            return problem(403, "You are not allowed to hide this reply.", "about:blank", "Forbidden")
        (self.net.hidden.add if hidden else self.net.hidden.discard)(post.id)
        self.net.acts.append(("hide" if hidden else "unhide", post.history[0]))
        return Answer(200, {"data": {"hidden": hidden}})

    def send_to(self, asked: Asked) -> Answer:
        return self._send(asked.ids["participant_id"], asked.body)

    def send_in(self, asked: Asked) -> Answer:
        ends = asked.ids["dm_conversation_id"].split("-")
        others = [id for id in ends if id != self.net.brand.id]
        return self._send(others[0], asked.body) if len(ends) == 2 and len(others) == 1 else _no_conversation()

    def _send(self, id: str, body: Any) -> Answer:
        to = next((person for person in self.net.people.values() if person.id == id), None)
        if to is None or not to.takes_messages:
            return problem(403, "You cannot send messages to this user.", "about:blank", "Forbidden")
        if len(body.get("text", "")) > 10_000:
            return problem(400, "Your message is too long.", PROBLEMS + "invalid-request", "Invalid Request")
        if any(not self.uploaded.get(each["media_id"], {}).get("done") for each in body.get("attachments", [])):
            return problem(400, "Your media IDs are invalid.", PROBLEMS + "invalid-request", "Invalid Request")
        message = self.net.send("brand", to.handle, body.get("text", ""))
        names = "-".join(sorted((self.net.brand.id, to.id), key=int))
        return Answer(201, {"data": {"dm_conversation_id": names, "dm_event_id": message.id}})

    def _refuses(self, text: str, parent: str, above: Written | None) -> Answer | None:
        if weigh(text) > 280:
            return problem(403, "Your Tweet text is too long.", "about:blank", "Forbidden")
        ours = [post for post in self.net.newest() if post.author is self.net.brand and post.parent == parent]
        if text and any(post.text.endswith(text) for post in ours):
            said = "You are not allowed to create a Tweet with duplicate content."
            return problem(403, said, "about:blank", "Forbidden")
        if self.enterprise:
            return None
        if sum(word.startswith("$") and word[1:].isalpha() for word in text.split()) > 1:
            return problem(403, "Posts are limited to 1 cashtag.", "about:blank", "Forbidden")
        if parent and above is None:
            said = "You attempted to reply to a Tweet that is deleted or not visible to you."
            return problem(403, said, "about:blank", "Forbidden")
        if above and above.author is not self.net.brand and not self.net.summons(above, self.net.brand):
            said = "Replies are only permitted if the author of the post has mentioned or quoted you."
            return problem(403, said, "about:blank", "Forbidden")
        return None

    # -- pages ------------------------------------------------------------------------------------------

    def _page(self, posts: list[Written], asked: Asked) -> Answer:
        where = asked.where
        if "since_id" in where:
            posts = [post for post in posts if int(post.id) > int(where["since_id"])]
        elif "start_time" in where:
            begin = datetime.fromisoformat(where["start_time"].replace("Z", "+00:00"))
            posts = [post for post in posts if post.at >= begin]
        if "until_id" in where:
            posts = [post for post in posts if int(post.id) < int(where["until_id"])]
        shown, token = _cut(posts, where, least=5)
        meta: dict[str, Any] = {"result_count": len(shown)}
        if shown:
            meta |= {"newest_id": shown[0].id, "oldest_id": shown[-1].id}
        return Answer(200, shapes.page(self.net, shown, where) | {"meta": meta | token})

    def _messages(self, found: list[Message], asked: Asked) -> Answer:
        shown, token = _cut(found, asked.where, least=1)
        meta = {"result_count": len(shown)} | token
        return Answer(200, shapes.messages(self.net, shown, asked.where) | {"meta": meta})


def _cut(found: list[Kept], where: dict[str, str], least: int) -> tuple[list[Kept], dict[str, str]]:
    """One page, and the token of the next one."""
    size = max(int(where.get("max_results", 10)), least)
    start = int(where.get("pagination_token", "0").removeprefix("after0000000000000"))
    more = len(found) > start + size
    return found[start : start + size], {"next_token": f"after0000000000000{start + size}"} if more else {}


def weigh(text: str) -> int:
    """By the letter of the configuration, without emoji sequences: links 23, light code points 1, all others 2."""
    text = LINK.sub("x" * 23, unicodedata.normalize("NFC", text))
    return sum(1 if any(first <= ord(char) <= last for first, last in LIGHT) else 2 for char in text)


def _not_found(id: str) -> dict[str, str]:
    return _about(id, "Not Found Error", f"Could not find tweet with ids: [{id}].", "resource-not-found")


def _not_authorized(id: str) -> dict[str, str]:
    said = f"Sorry, you are not authorized to see the Tweet with ids: [{id}]."
    return _about(id, "Authorization Error", said, "not-authorized-for-resource") | {"section": "data"}


def _about(id: str, title: str, detail: str, type: str) -> dict[str, str]:
    about = {"value": id, "resource_id": id, "parameter": "ids", "resource_type": "tweet"}
    return about | {"title": title, "detail": detail, "type": PROBLEMS + type}


def _no_conversation() -> Answer:
    return problem(403, "You are not a participant of this conversation.", "about:blank", "Forbidden")
