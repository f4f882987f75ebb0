"""Messenger's part of the double: conversations, the time to answer, one private answer to a comment, blocking."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any, TypeVar

from draht.channels.facebook.tests.network import US, Message, Network, Person
from draht.contract.testing.graph import Asked, Fields, GraphDouble, No, gone, graph_time
from draht.contract.testing.graph_spec import GraphSpec

DAY = timedelta(days=1)
Known = TypeVar("Known")


class Messenger(GraphDouble):
    """A page's conversations. ``granted``: the permissions of its login."""

    def __init__(self, spec: GraphSpec) -> None:
        super().__init__(spec)
        self.net = Network()
        self.granted: set[str] = set()

    def needs(self, scope: str) -> None:
        if scope not in self.granted:
            raise No(f"(#200) Requires {scope} permission to manage the object", 200, status=403)

    def _get_conversations(self, asked: Asked) -> Any:
        self.needs("pages_messaging")
        wanted = asked.params.get("user_id")
        newest = {message.person.id: message for message in self.net.messages.values()}
        people = [m for id, m in newest.items() if wanted in {None, id}]
        people.sort(key=lambda one: one.at, reverse=True)
        return self.paged(people, asked.params, lambda one: self._conversation(one, asked.fields))

    def _conversation(self, newest: Message, fields: Fields) -> dict[str, Any]:
        messages = self.net.with_person(newest.person.id)[:20]
        whole = {
            "id": f"t_{newest.person.id}", "updated_time": graph_time(newest.at),
            "participants": {"data": [who(newest.person), who(US)]},
            "messages": lambda args, _: self.paged(messages, args, self._message),
        }  # fmt: skip
        return self.shown("UnifiedThread", whole, fields)

    def _message(self, message: Message) -> dict[str, Any]:
        sender, reader = (US, message.person) if message.ours else (message.person, US)
        told = {"id": message.id, "created_time": graph_time(message.at), "message": message.text}
        return told | {"from": who(sender), "to": {"data": [who(reader)]}}

    def _post_messages(self, asked: Asked) -> Any:
        self.needs("pages_messaging")
        to, text = json.loads(asked.params["recipient"]), json.loads(asked.params["message"]).get("text", "")
        if not text or len(text) > 2000:
            raise No("(#100) Length of param message[text] must be less than or equal to 2000")
        person = self._private_reply(to) if "id" not in to else self._person(to["id"], asked.params)
        message = self.net.write(text, person, ours=True, tag=asked.params.get("tag", ""))
        return {"recipient_id": person.id, "message_id": sure(message).id}

    def _private_reply(self, to: dict[str, str]) -> Person:
        id = to.get("comment_id") or to.get("post_id") or ""
        what = self.net.comments.get(id) or self.net.posts.get(id)
        if what is None:
            raise gone(id)
        if id in self.net.private_replies:
            raise No("(#10900) Activity already replied to", 10900)
        if what.at < self.net.now - 7 * DAY:
            raise No("(#10901) This activity is too old to reply to", 10901)
        self.net.private_replies.add(id)
        return what.author

    def _person(self, id: str, params: dict[str, str]) -> Person:
        theirs = [m for m in self.net.with_person(id) if not m.ours]
        if not theirs:
            raise No("(#100) No matching user found", 100, 2018001)
        if id in self.net.blocked:
            raise No("(#551) This person isn't available right now.", 551, 1545041)
        tag = params.get("messaging_type") == "MESSAGE_TAG" and params.get("tag") == "HUMAN_AGENT"
        if theirs[0].at < self.net.now - (7 * DAY if tag else DAY):
            raise No("(#10) This message is sent outside of allowed window.", 10, 2018278)
        return theirs[0].person

    def _post_blocked(self, asked: Asked) -> Any:
        self.needs("pages_manage_metadata")
        people = json.loads(asked.params["psid"])
        self.net.blocked.update(people)
        self.net.acts += [("block", id) for id in people]
        return dict.fromkeys(people, True)


def who(person: Person) -> dict[str, str]:
    return {"id": person.id, "name": person.name}


def sure(found: Known | None) -> Known:
    assert found is not None
    return found
