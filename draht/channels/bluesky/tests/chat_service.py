"""A chat service as Bluesky's, which is not published: it keeps conversations, and a log for each account.

It stands alone behind HTTP as well: then a real server sends its users here, with a token that says who they are.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from draht.channels.bluesky.tests import lexicon
from draht.channels.bluesky.tests.network import Network, iso

NS = "chat.bsky.convo."
KIND = f"{NS}defs#"
LOG_PAGE = 3  # entries; the real one is larger
Answer = tuple[int, Any]
NO_CONVO: Answer = (400, {"error": "InvalidConvo", "message": "Convo not found"})


@dataclass
class Convo:
    id: str
    members: list[str]
    group: bool = False
    accepted: set[str] = field(default_factory=set)
    messages: list[dict[str, Any]] = field(default_factory=list)
    rev: str = ""


class ChatService:
    """``net`` says who people are; ``profile`` how they are shown."""

    def __init__(self, net: Network, profile: Callable[[str], dict[str, Any]]) -> None:
        self.net = net
        self.profile = profile
        self.convos: dict[str, Convo] = {}
        self.logs: dict[str, list[dict[str, Any]]] = {}
        self.closed: set[str] = set()  # take messages from nobody
        self.violations: list[str] = []
        self.heard: list[tuple[str, str]] = []  # who called what
        self.down = False

    # -- people -------------------------------------------------------------------------------------------

    def open(self, *members: str, group: bool = False) -> Convo:
        """The conversation between these; whoever opens it has accepted it."""
        known = [c for c in self.convos.values() if set(c.members) == set(members) and c.group == group]
        if known:
            return known[0]
        convo = Convo(self.net.tid(), list(members), group, {members[0]}, rev=self.net.tid())
        self.convos[convo.id] = convo
        for member in members:
            self._log(member, "logBeginConvo", convo)
        return convo

    def say(self, convo: Convo, sender: str, text: str, **more: Any) -> dict[str, Any]:
        rev = self.net.tid()
        message = {"id": rev, "rev": rev, "text": text, "sender": {"did": sender}, "sentAt": iso(self.net.now())} | more
        convo.messages.append(message)
        convo.rev = rev
        for member in convo.members:
            profiles = [self.profile(each) for each in convo.members]
            self._log(member, "logCreateMessage", convo, message=_typed(message), relatedProfiles=profiles)
        return message

    def forget(self, convo: Convo, who: str, id: str) -> None:
        """Somebody deletes a message for themselves."""
        gone = next(m for m in convo.messages if m["id"] == id)
        deleted = {key: gone[key] for key in ("id", "rev", "sender", "sentAt")}
        self._log(who, "logDeleteMessage", convo, message={"$type": f"{KIND}deletedMessageView"} | deleted)

    def _log(self, who: str, kind: str, convo: Convo, **more: Any) -> None:
        entry = {"$type": f"{KIND}{kind}", "rev": self.net.tid(), "convoId": convo.id} | more
        self.logs.setdefault(who, []).append(entry)

    # -- calls --------------------------------------------------------------------------------------------

    def answer(self, who: str, method: str, call: str, query: list[tuple[str, str]], body: Any) -> Answer:
        self.heard.append((who, call))
        if self.down:
            return 503, {"error": "NotEnoughResources", "message": "Try again later"}
        routes: dict[tuple[str, str], Callable[..., Answer]] = {
            ("GET", "getLog"): self._get_log,
            ("GET", "listConvos"): self._list_convos,
            ("GET", "getConvo"): self._get_convo,
            ("GET", "getMessages"): self._get_messages,
            ("GET", "getConvoForMembers"): self._for_members,
            ("GET", "getConvoAvailability"): self._availability,
            ("POST", "acceptConvo"): self._accept,
            ("POST", "sendMessage"): self._send,
        }
        route = routes.get((method, call.removeprefix(NS)))
        if route is None:
            return 501, {"error": "MethodNotImplemented", "message": "Method Not Implemented"}
        wrong = lexicon.params_faults(call, query) + (lexicon.input_faults(call, body) if method == "POST" else [])
        if wrong:
            return 400, {"error": "InvalidRequest", "message": f"Invalid {call}: {wrong[0]}"}
        asked = {k: [v for n, v in query if n == k] for k, _ in query} if method == "GET" else body
        status, told = route(who, asked)
        if status == 200:
            self.violations += [f"{call}: {fault}" for fault in lexicon.output_faults(call, told)]
        return status, told

    def _mine(self, who: str, id: str) -> Convo | None:
        convo = self.convos.get(id)
        return convo if convo and who in convo.members else None

    def _get_log(self, who: str, asked: Any) -> Answer:
        entries = self.logs.get(who, [])
        if "cursor" not in asked:  # only where we are
            return 200, {"logs": [], "cursor": entries[-1]["rev"] if entries else "2222222222222"}
        cursor = asked["cursor"][0]
        page = [entry for entry in entries if entry["rev"] > cursor][:LOG_PAGE]
        return 200, {"logs": page, "cursor": page[-1]["rev"] if page else cursor}

    def _list_convos(self, who: str, asked: Any) -> Answer:
        mine = sorted((c for c in self.convos.values() if who in c.members), key=lambda c: c.rev, reverse=True)
        found = [c for c in mine if "cursor" not in asked or c.rev < asked["cursor"][0]]
        page = found[: int(asked["limit"][0])]
        more = {"cursor": page[-1].rev} if len(found) > len(page) else {}
        return 200, {"convos": [self._shown(c, who) for c in page]} | more

    def _get_convo(self, who: str, asked: Any) -> Answer:
        convo = self._mine(who, asked["convoId"][0])
        return (200, {"convo": self._shown(convo, who)}) if convo else NO_CONVO

    def _get_messages(self, who: str, asked: Any) -> Answer:
        convo = self._mine(who, asked["convoId"][0])
        if convo is None:
            return NO_CONVO
        found = [m for m in reversed(convo.messages) if "cursor" not in asked or m["rev"] < asked["cursor"][0]]
        page = found[: int(asked["limit"][0])]
        more = {"cursor": page[-1]["rev"]} if len(found) > len(page) else {}
        return 200, {"messages": [_typed(m) for m in page]} | more

    def _for_members(self, who: str, asked: Any) -> Answer:
        other = asked["members"][0]
        if other in self.closed:
            return 400, {"error": "InvalidRequest", "message": "recipient has disabled incoming messages"}
        return 200, {"convo": self._shown(self.open(who, other), who)}

    def _availability(self, who: str, asked: Any) -> Answer:
        other = asked["members"][0]
        known = [c for c in self.convos.values() if set(c.members) == {who, other} and not c.group]
        shown = {"convo": self._shown(known[0], who)} if known else {}
        return 200, {"canChat": other not in self.closed} | shown

    def _accept(self, who: str, asked: Any) -> Answer:
        convo = self._mine(who, asked["convoId"])
        if convo is None:
            return NO_CONVO
        new = who not in convo.accepted
        convo.accepted.add(who)
        return 200, {"rev": self.net.tid()} if new else {}

    def _send(self, who: str, asked: Any) -> Answer:
        convo = self._mine(who, asked["convoId"])
        if convo is None:
            return NO_CONVO
        if who not in convo.accepted:
            return 400, {"error": "InvalidRequest", "message": "The conversation has not been accepted"}
        more = {"facets": asked["message"]["facets"]} if "facets" in asked["message"] else {}
        return 200, self.say(convo, who, asked["message"]["text"], **more)

    def _shown(self, convo: Convo, viewer: str) -> dict[str, Any]:
        shown: dict[str, Any] = {
            "id": convo.id,
            "rev": convo.rev,
            "members": [self.profile(did) for did in convo.members],
            "muted": False,
            "status": "accepted" if viewer in convo.accepted else "request",
            "unreadCount": 0,
        }
        if convo.messages:
            shown["lastMessage"] = _typed(convo.messages[-1])
        return shown | {"kind": _kind(convo)}

    # -- alone behind HTTP --------------------------------------------------------------------------------

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        """The token is one that a server signs for its user: whose it is, for whom, for which call."""
        claims = _claims(environ.get("HTTP_AUTHORIZATION", ""))
        call = environ["PATH_INFO"].removeprefix("/xrpc/")
        raw = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"] or 0))
        if claims.get("lxm") != call:
            status, told = 401, {"error": "BadJwtLexiconMethod", "message": f"bad jwt for {call}"}
        else:
            query = parse_qsl(environ["QUERY_STRING"], keep_blank_values=True)
            body = json.loads(raw) if raw else None
            status, told = self.answer(claims["iss"], environ["REQUEST_METHOD"], call, query, body)
        start(f"{status} ", [("Content-Type", "application/json")])
        return [json.dumps(told).encode()]


def _kind(convo: Convo) -> dict[str, Any]:
    if not convo.group:
        return {"$type": f"{KIND}directConvo"}
    rules = {"lockStatus": "unlocked", "lockStatusModerationOverride": False, "memberLimit": 50, "name": "Boots"}
    return {
        "$type": f"{KIND}groupConvo",
        "createdAt": "2026-11-20T10:00:00.000Z",
        "memberCount": len(convo.members),
    } | rules


def _typed(message: dict[str, Any]) -> dict[str, Any]:
    return {"$type": f"{KIND}messageView"} | message


def _claims(authorization: str) -> dict[str, Any]:
    body = authorization.removeprefix("Bearer ").split(".")[1:2]
    claims = json.loads(base64.urlsafe_b64decode(body[0] + "=" * (-len(body[0]) % 4))) if body else {}
    return claims if isinstance(claims, dict) else {}
