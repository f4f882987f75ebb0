"""Direct messages on doubles of Meta's networks: conversations, the time to answer, one private answer to a comment."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from draht.contract.testing.graph import Asked, Fields, GraphDouble, No, gone, graph_time
from draht.contract.testing.graph_spec import GraphSpec

DAY = timedelta(days=1)
Known = TypeVar("Known")


@dataclass(frozen=True)
class Person:
    id: str
    name: str = ""
    username: str = ""

    def shown(self) -> dict[str, str]:
        return {"id": self.id} | ({"username": self.username} if self.username else {"name": self.name})


@dataclass
class Message:
    id: str
    person: Person
    text: str
    at: datetime
    ours: bool = False
    tag: str = ""
    file: str = ""


@dataclass
class Talks:
    """What was said between people and ``us``. ``told``: what was told by hook, the oldest first; ``acts``: what was
    done to others' items; ``passed``: how far its clock runs ahead of ours."""

    us: Person
    object: str
    messages: dict[str, Message] = field(default_factory=dict)
    blocked: set[str] = field(default_factory=set)
    private_replies: set[str] = field(default_factory=set)
    acts: list[tuple[str, str]] = field(default_factory=list)
    told: list[dict[str, Any]] = field(default_factory=list)
    passed: timedelta = timedelta()
    last: int = 150691160110517

    @property
    def now(self) -> datetime:
        return datetime.now(UTC).replace(microsecond=0) + self.passed

    def next_id(self) -> str:
        self.last += 1
        return str(self.last)

    def write(self, text: str, person: Person, ours: bool = False, tag: str = "", **more: Any) -> Message | None:
        if person.id in self.blocked and not ours:
            return None
        message = Message(f"m_{self.next_id()}", person, text, more.pop("at", self.now), ours, tag, **more)
        self.messages[message.id] = message
        said = {"mid": message.id, "text": text} | ({"is_echo": True, "app_id": 4242} if ours else {})
        self.tell_message(message, {"message": said})
        return message

    def tell_message(self, message: Message, said: dict[str, Any]) -> None:
        who, whom = (self.us.id, message.person.id) if message.ours else (message.person.id, self.us.id)
        ms = int(message.at.timestamp() * 1000)
        self.deliver(messaging=[{"sender": {"id": who}, "recipient": {"id": whom}, "timestamp": ms, **said}])

    def with_person(self, person: str) -> list[Message]:
        """The newest first."""
        return [m for m in reversed(self.messages.values()) if m.person.id == person]

    def deliver(self, **entry: Any) -> None:
        whole = {"id": self.us.id, "time": int(self.now.timestamp()), **entry}
        self.told.append({"object": self.object, "entry": [whole]})

    def commented(self, id: str) -> tuple[Person, datetime] | None:
        """Who wrote the comment or post that is to be answered privately, and when."""
        raise NotImplementedError


class TalkDouble(GraphDouble):
    """``granted``: the permissions of the login."""

    net: Talks
    needed_for_talks = ""

    def __init__(self, spec: GraphSpec) -> None:
        super().__init__(spec)
        self.granted: set[str] = set()

    @staticmethod
    def fits(text: str) -> bool:
        """Whether a message is not too long."""
        return True

    def needs(self, scope: str) -> None:
        if scope not in self.granted:
            raise No(f"(#200) Requires {scope} permission to manage the object", 200, status=403)

    def conversations(self, asked: Asked) -> Any:
        self.needs(self.needed_for_talks)
        wanted = asked.params.get("user_id")
        newest = {message.person.id: message for message in self.net.messages.values()}
        people = [m for id, m in newest.items() if wanted in {None, id}]
        people.sort(key=lambda one: one.at, reverse=True)
        return self.paged(people, asked.params, lambda one: self._conversation(one, asked.fields))

    def _conversation(self, newest: Message, fields: Fields) -> dict[str, Any]:
        messages = self.net.with_person(newest.person.id)[:20]
        whole = {
            "id": f"t_{newest.person.id}",
            "updated_time": graph_time(newest.at),
            "participants": {"data": [newest.person.shown(), self.net.us.shown()]},
            "messages": lambda args, _: self.paged(messages, args, self.message),
        }
        return self.shown("UnifiedThread", whole, fields)

    def message(self, message: Message) -> dict[str, Any]:
        who, whom = (self.net.us, message.person) if message.ours else (message.person, self.net.us)
        told: dict[str, Any] = {"id": message.id, "created_time": graph_time(message.at), "message": message.text}
        if message.file:
            told["attachments"] = {
                "data": [{"id": "1", "mime_type": "image/jpeg", "image_data": {"url": message.file}}]
            }
        return told | {"from": who.shown(), "to": {"data": [whom.shown()]}}

    def send(self, asked: Asked) -> Any:
        self.needs(self.needed_for_talks)
        to, said = json.loads(asked.params["recipient"]), json.loads(asked.params["message"])
        text, file = said.get("text", ""), self._file(said, asked)
        if bool(text) == bool(file) or not self.fits(text):
            raise No("(#100) A message has a text within the limit, or an attachment")
        person = self._private_reply(to) if "id" not in to else self._person(to["id"], asked.params)
        message = sure(self.net.write(text, person, ours=True, tag=asked.params.get("tag", ""), file=file))
        return {"recipient_id": person.id, "message_id": message.id}

    def _file(self, said: dict[str, Any], asked: Asked) -> str:
        """The address of an attachment, or where one that was uploaded with the call lies then."""
        attached = said.get("attachment")
        if attached is None:
            return ""
        if attached["type"] not in {"image", "video", "audio", "file"}:
            raise No("(#100) Invalid attachment type")
        kind, content = asked.files.get("filedata", ("", b""))
        if not (content and kind) and not str(attached["payload"].get("url", "")).startswith("https://"):
            raise No("(#100) Upload attachment failure.", 100, 2018047)
        return str(attached["payload"].get("url") or f"https://scontent.example/{len(content)}")

    def _private_reply(self, to: dict[str, str]) -> Person:
        id = to.get("comment_id") or to.get("post_id") or ""
        what = self.net.commented(id)
        if what is None:
            raise gone(id)
        if id in self.net.private_replies:
            raise No("(#10900) Activity already replied to", 10900)
        if what[1] < self.net.now - 7 * DAY:
            raise No("(#10901) This activity is too old to reply to", 10901)
        self.net.private_replies.add(id)
        return what[0]

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


def sure(found: Known | None) -> Known:
    assert found is not None
    return found
