"""People on the real network: our account, the customer Jane, and what they see there."""

from __future__ import annotations

import itertools
import json
import os
import urllib.error
import urllib.parse
import urllib.request
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from draht.channels.bluesky.channel import Bluesky
from draht.channels.bluesky.tests.chat_service import ChatService
from draht.channels.bluesky.tests.desk import messages
from draht.channels.bluesky.tests.network import POST, iso
from draht.channels.bluesky.tests.real.server import RealNetwork
from draht.contract.http import Http
from draht.contract.messages import Item
from draht.contract.testing import drain, item_of

PATIENCE = 60  # seconds for one answer
_numbers = itertools.count()


class Person:
    """An account on the network, with the account's own password."""

    def __init__(self, network: RealNetwork, name: str) -> None:
        self.network = network
        self.handle = f"{name}{os.getpid() % 10_000}x{next(_numbers)}.test"
        about = {"handle": self.handle, "email": f"{self.handle}@example.test", "password": "the account's own"}
        session = self.call("com.atproto.server.createAccount", about, token="")
        self.did, self.token = str(session["did"]), str(session["accessJwt"])
        self.session = {"access_token": self.token, "refresh_token": str(session["refreshJwt"])}

    def app_password(self, privileged: bool = True) -> str:
        name = f"draht{next(_numbers)}"
        told = self.call("com.atproto.server.createAppPassword", {"name": name, "privileged": privileged})
        return str(told["password"])

    def revoke(self) -> None:
        for each in self.see("com.atproto.server.listAppPasswords")["passwords"]:
            self.call("com.atproto.server.revokeAppPassword", {"name": each["name"]})

    def say(self, text: str, to: Any = None, mentions: Person | None = None, **more: Any) -> dict[str, str]:
        """A post, as an app writes it; gives back its reference."""
        record: dict[str, Any] = {"$type": POST, "text": text, "createdAt": iso(_now())}
        if mentions:
            record["text"] = f"@{mentions.handle} {text}"
            feature = {"$type": "app.bsky.richtext.facet#mention", "did": mentions.did}
            index = {"byteStart": 0, "byteEnd": len(mentions.handle) + 1}
            record["facets"] = [{"index": index, "features": [feature]}]
        if to:
            record["reply"] = {"root": to.get("root", to), "parent": {key: to[key] for key in ("uri", "cid")}}
        body = {"repo": self.did, "collection": POST, "record": record | more}
        told = self.call("com.atproto.repo.createRecord", body)
        self.settle()
        return {"uri": told["uri"], "cid": told["cid"]}

    def edit(self, uri: str, text: str) -> None:
        where = {"repo": self.did, "collection": POST, "rkey": uri.rpartition("/")[2]}
        record = self.see("com.atproto.repo.getRecord", **where)["value"] | {"text": text}
        self.call("com.atproto.repo.putRecord", where | {"record": record})
        self.settle()

    def delete(self, uri: str) -> None:
        where = {"repo": self.did, "collection": POST, "rkey": uri.rpartition("/")[2]}
        self.call("com.atproto.repo.deleteRecord", where)
        self.settle()

    def block(self, other: Person) -> None:
        record = {"$type": "app.bsky.graph.block", "subject": other.did, "createdAt": iso(_now())}
        self.call("com.atproto.repo.createRecord", {"repo": self.did, "collection": record["$type"], "record": record})
        self.settle()

    def records(self, collection: str = POST) -> list[dict[str, Any]]:
        told = self.see("com.atproto.repo.listRecords", repo=self.did, collection=collection, limit=100)
        found: list[dict[str, Any]] = told["records"]
        return found

    def post(self, uri: str) -> dict[str, Any] | None:
        """A post as this person sees it."""
        self.settle()
        found = self.see("app.bsky.feed.getPosts", uris=uri)["posts"]
        return found[0] if found else None

    def settle(self) -> None:
        """Until all that was written has arrived everywhere."""
        ask(f"{self.network.control}/settle")

    def see(self, call: str, **params: Any) -> Any:
        return self.call(f"{call}?{urllib.parse.urlencode(params)}" if params else call)

    def call(self, call: str, body: Any = None, token: str | None = None) -> Any:
        token = self.token if token is None else token
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        data = json.dumps(body).encode() if body is not None else None
        return ask(f"{self.network.pds}/xrpc/{call}", data, headers | {"Content-Type": "application/json"})


class World:
    """An account of ours and a customer, whom the tests share. The network's server sends both to ``chat``."""

    def __init__(self, network: RealNetwork, chat: ChatService, jane: Person) -> None:
        self.network = network
        self.chat = chat
        self.us = Person(network, "acme")
        self.jane = jane
        self.us.settle()
        self.http = Http(timeout=30)

    def close(self) -> None:
        self.http.close()

    def opened(self, **more: str) -> Bluesky:
        """The channel with a session, as the house opens it."""
        settings = self.settings(**more)
        return Bluesky(settings | dict(Bluesky(settings, self.http).renew()), self.http)

    @cached_property
    def password(self) -> str:
        """An app password of ours."""
        return self.us.app_password()

    def settings(self, **more: str) -> dict[str, str]:
        password = more.get("password") or self.password
        login = {"handle": self.us.handle, "password": password, "server": self.network.pds}
        return login | {"chat": self.network.chat_did} | more

    def bare(self, **more: str) -> Bluesky:
        """The channel as the connect page opens it: without a session, or with what ``more`` says."""
        return Bluesky(self.settings(**more), self.http)

    def hear(self, bluesky: Bluesky, text: str = "Do you deliver?") -> Item:
        """Jane mentions us, and the item that the house keeps of it."""
        self.jane.say(text, mentions=self.us)
        return next(item_of(m) for m in messages(drain(bluesky, "")[0]) if text in m.text)

    def library(self, text: str) -> dict[str, Any]:
        """What the network's own library finds in a text."""
        found: dict[str, Any] = ask(f"{self.network.control}/text", text.encode())
        return found


def ask(url: str, data: bytes | None = None, headers: dict[str, str] | None = None) -> Any:
    request = urllib.request.Request(url, data, headers or {})
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return json.loads(answer.read() or b"{}")
    except urllib.error.HTTPError as error:
        raise AssertionError(f"{url}: {error.code} {error.read()!r}") from error


def _now() -> datetime:
    return datetime.now(UTC)
