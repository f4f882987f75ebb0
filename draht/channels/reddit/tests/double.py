"""A small Reddit: it keeps state, says no with a status of 200 and a list of errors, and wants to know who asks.

There is no official specification: what it answers has the fields of recorded answers (``test_payloads.py`` compares).
"""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode

from draht.channels.reddit.tests.answers import Errors, No, listing, things

US, SUBREDDIT, LINK = "boots_and_more", "boots", "t3_4b1tfm"
CLIENT = "client-id", "client-secret"
AGENT = re.compile(r"\w+:[\w-]+:v\S+ \(by /u/\w+\)|Draht/\S+")  # the second asks for tokens
MODERATOR_ONLY = {"can_mod_post", "banned_by", "banned_at_utc", "approved_at_utc", "approved_by", "removed", "spam"}

NOT_IN_MAIL = {"link_id", "permalink", "edited", "num_reports", "locked", "archived", "link_author"}


@dataclass
class Reddit:
    """``now`` is its clock, in epoch seconds."""

    now: float
    things: dict[str, dict[str, Any]] = field(default_factory=dict)
    tokens: set[str] = field(default_factory=lambda: {"token"})
    renewed: int = 0
    granted: str = "identity read"
    moderated: set[str] = field(default_factory=lambda: {SUBREDDIT})
    acts: list[tuple[str, str]] = field(default_factory=list)
    banned: set[str] = field(default_factory=set)
    remaining: float = 599.0
    slow: str = ""
    agents: list[str] = field(default_factory=list)
    count: int = 0

    # -- what people do -----------------------------------------------------------------------------------------

    def post(self, title: str, text: str = "", author: str = "jane_c", **more: Any) -> dict[str, Any]:
        name = self._name("t3")
        data = {"title": title, "selftext": text, "num_comments": 0, "is_self": True, **self._place(name, author)}
        data |= {"permalink": f"/r/{SUBREDDIT}/comments/{name[3:]}/x/"}
        return self._keep(name, data | {"url": f"https://www.reddit.com{data['permalink']}"} | more)

    def comment(self, text: str, parent: str = LINK, author: str = "jane_c", **more: Any) -> dict[str, Any]:
        name, above = self._name("t1"), self.things.get(parent, {})
        link = above.get("link_id") or (parent if parent.startswith("t3_") else LINK)
        data = {"body": text, "parent_id": parent, "link_id": link, "link_title": "Winter boots", "replies": ""}
        data["link_author"] = self.things[link]["author"] if link in self.things else "somebody"
        data |= {"permalink": f"/r/{SUBREDDIT}/comments/{link[3:]}/x/{name[3:]}/", **self._place(name, author)}
        return self._keep(name, data | more)

    def message(self, text: str, author: str = "jane_c", first: str | None = None, **more: Any) -> dict[str, Any]:
        name = self._name("t4")
        data: dict[str, Any] = {
            "body": text,
            "subject": "Boots",
            "dest": US,
            "first_message_name": first,
            "parent_id": first,
        }
        data |= {"author": author, "name": name, "id": name[3:], "created_utc": self.now, "was_comment": False}
        return self._keep(name, data | {"subreddit": None, "context": "", "replies": "", "new": True} | more)

    def delete(self, name: str) -> None:
        key = "selftext" if name.startswith("t3_") else "body"
        self.things[name] |= {"author": "[deleted]", key: "[deleted]"}

    def edit(self, name: str, text: str) -> None:
        self.now += 1
        key = "selftext" if name.startswith("t3_") else "body"
        self.things[name] |= {key: text, "edited": self.now}

    def filter(self, name: str) -> None:
        """Reddit's own filter takes it away."""
        self.now += 1
        self.things[name] |= {"banned_by": True, "banned_at_utc": self.now, "removed": True}

    def texts(self, kind: str) -> list[str]:
        key = "selftext" if kind == "t3" else "body"
        mine = [one for one in self.things.values() if one["name"].startswith(kind) and one["author"] == US]
        return [one[key] for one in mine]

    def _place(self, name: str, author: str) -> dict[str, Any]:
        about = {"name": name, "id": name[3:], "author": author, "subreddit": SUBREDDIT, "created_utc": self.now}
        about |= {"edited": False, "locked": False, "archived": False, "score": 1, "num_reports": 0}
        return about | {"can_mod_post": True, "banned_by": None, "banned_at_utc": None, "approved_at_utc": None}

    def _name(self, kind: str) -> str:
        self.count += 1
        self.now += 1
        return f"{kind}_m{self.count:05}"

    def _keep(self, name: str, data: dict[str, Any]) -> dict[str, Any]:
        self.things[name] = data
        return data

    # -- HTTP ---------------------------------------------------------------------------------------------------

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        status = 200
        if environ["PATH_INFO"] == "/api/v1/authorize":
            return self._agree(dict(parse_qsl(environ["QUERY_STRING"])), start)
        try:
            answer = self._answer(environ)
        except Errors as error:
            answer = error.told
        except No as no:
            status, answer = no.status, {"message": str(no), "error": no.status}
        headers = [("Content-Type", "application/json; charset=UTF-8")]
        headers += [("x-ratelimit-remaining", str(self.remaining)), ("x-ratelimit-reset", "300")]
        start(f"{status} ", [*headers, ("x-ratelimit-used", "1")])
        return [json.dumps(answer).encode()]

    def _answer(self, environ: dict[str, Any]) -> Any:
        agent = environ.get("HTTP_USER_AGENT", "")
        self.agents.append(agent)
        if not AGENT.fullmatch(agent):
            raise No(429, "Too Many Requests: tell us who you are")
        path = environ["PATH_INFO"].strip("/")
        body = {key: one[0] for key, one in parse_qs(environ["wsgi.input"].read().decode(), True).items()}
        if path == "api/v1/access_token":
            return self._token(environ.get("HTTP_AUTHORIZATION", ""), body)
        if environ.get("HTTP_AUTHORIZATION", "").removeprefix("Bearer ") not in self.tokens:
            raise No(401, "Unauthorized")
        if self.remaining < 1:
            raise No(429, "Too Many Requests")
        params = {key: one[0] for key, one in parse_qs(environ["QUERY_STRING"], True).items()}
        if params.pop("raw_json", "") != "1":
            raise No(400, "the answer would have HTML in its words")
        return self._read(path, params) if environ["REQUEST_METHOD"] == "GET" else self._write(path, body)

    def _agree(self, asked: dict[str, str], start: Callable[..., Any]) -> Iterable[bytes]:
        """The page on which a person agrees; this person always does."""
        if asked.get("client_id") != CLIENT[0] or asked.get("duration") != "permanent" or not asked.get("state"):
            start("400 ", [("Content-Type", "text/plain")])
            return [b"invalid client id"]
        self.granted = asked["scope"]
        back = urlencode({"code": "the-code", "state": asked["state"]})
        start("302 ", [("Location", f"{asked['redirect_uri']}?{back}")])
        return []

    def _token(self, login: str, body: dict[str, str]) -> Any:
        if b64decode(login.removeprefix("Basic ")).decode() != ":".join(CLIENT):
            raise No(401, "Unauthorized")
        if body["grant_type"] == "refresh_token" and body["refresh_token"] == "refresh":
            self.renewed += 1
        elif body.get("code") != "the-code":
            return {"error": "invalid_grant"}
        token = f"token-{self.renewed}"
        self.tokens.add(token)
        told = {"access_token": token, "token_type": "bearer", "expires_in": 86_400, "scope": self.granted}
        return told | ({} if self.renewed else {"refresh_token": "refresh"})

    # -- reading ------------------------------------------------------------------------------------------------

    def _read(self, path: str, params: dict[str, str]) -> Any:
        match path.split("/"):
            case ["api", "v1", "me"]:
                return {"name": US, "id": "75u2lqkb", "icon_img": "https://www.redditstatic.com/x.png"}
            case ["api", "info"]:
                found = [self.things[name] for name in params["id"].split(",") if name in self.things]
                return listing([one for one in found if not one["name"].startswith("t4_")])
            case ["message", "inbox" | "mentions" | "sent" as box]:
                return self._page(self._box(box), params)
            case ["user", name, "submitted"]:
                return self._page([one for one in self._of("t3_") if one["author"] == name], params)
            case ["comments", link]:
                return self._tree(link, params)
            case ["r", name, *rest]:
                return self._subreddit(name, rest, params)
        raise No(404, "Not Found")

    def _box(self, box: str) -> list[dict[str, Any]]:
        ours = {name for name, one in self.things.items() if one["author"] == US}
        letters = [one for one in self._of("t4_") if (one["name"] in ours) == (box == "sent")]
        answers = [one for one in self._of("t1_") if one["author"] != US and one["parent_id"] in ours]
        named = [one for one in self._of("t1_") if f"u/{US}" in one["body"] and one["author"] != US]
        told = {one["name"]: one for one in {"inbox": letters + answers + named, "mentions": named}.get(box, letters)}
        return [self._as_mail(one) for one in told.values()]

    def _as_mail(self, thing: dict[str, Any]) -> dict[str, Any]:
        """A comment in the inbox has other fields than in its thread."""
        if thing["name"].startswith("t4_"):
            return thing
        left = {key: one for key, one in thing.items() if key not in {*MODERATOR_ONLY, *NOT_IN_MAIL}}
        named = f"u/{US}" in thing["body"]
        kind = "username_mention" if named else "post_reply" if thing["parent_id"][:2] == "t3" else "comment_reply"
        return left | {
            "type": kind,
            "context": f"{thing['permalink']}?context=3",
            "was_comment": True,
            "dest": US,
            "new": True,
        }

    def _subreddit(self, name: str, rest: list[str], params: dict[str, str]) -> Any:
        if name != SUBREDDIT:
            raise No(404, "Not Found")
        match rest:
            case ["about"]:
                return {"kind": "t5", "data": {"user_is_moderator": name in self.moderated}}
            case ["new"]:
                return self._page(self._of("t3_"), params)
            case ["comments"]:
                return self._page(self._of("t1_"), params)
            case ["about", "modqueue"]:
                if name not in self.moderated:
                    raise No(403, "Forbidden")
                return self._page([one for one in self.things.values() if one.get("removed")], params)
        raise No(404, "Not Found")

    def _of(self, kind: str) -> list[dict[str, Any]]:
        return [one for one in self.things.values() if one["name"].startswith(kind)]

    def _page(self, things: list[dict[str, Any]], params: dict[str, str]) -> Any:
        """The newest first. What comes after a thing that is not there any more is nothing, without a word."""
        newest = sorted(things, key=lambda one: one["created_utc"], reverse=True)
        names, after, most = [one["name"] for one in newest], params.get("after"), int(params.get("limit", 25))
        start = 0 if not after else names.index(after) + 1 if after in names else len(newest)
        page = newest[start : start + min(most, 100)]
        return listing([self._seen(one) for one in page], page[-1]["name"] if start + len(page) < len(newest) else None)

    def _seen(self, thing: dict[str, Any]) -> dict[str, Any]:
        """Only moderators are told what moderators did."""
        if SUBREDDIT in self.moderated or thing["name"].startswith("t4_"):
            return thing
        return {key: one for key, one in thing.items() if key not in MODERATOR_ONLY}

    def _tree(self, link: str, params: dict[str, str]) -> Any:
        post = self.things.get(f"t3_{link}")
        root = f"t1_{params['comment']}" if params.get("comment") else f"t3_{link}"
        tops = [self.things[root]] if root.startswith("t1_") else self._below(root)
        told = [one | {"replies": listing(self._below(one["name"]))} for one in tops]
        return [listing([post] if post else []), listing(told)]

    def _below(self, name: str) -> list[dict[str, Any]]:
        return [one for one in self._of("t1_") if one["parent_id"] == name][::-1]

    # -- writing ------------------------------------------------------------------------------------------------

    def _write(self, path: str, body: dict[str, str]) -> Any:
        if body.pop("api_type", "") != "json":
            raise No(400, "the answer would be jQuery")
        if self.slow and path in {"api/comment", "api/submit"}:
            raise Errors("RATELIMIT", self.slow, "ratelimit")
        match path.split("/"):
            case ["api", "comment"]:
                return self._comment(body["thing_id"], body["text"])
            case ["api", "submit"]:
                return self._submit(body)
            case ["api", "editusertext"]:
                self._own(body["thing_id"])
                self.edit(body["thing_id"], body["text"])
                return things(self.things[body["thing_id"]])
            case ["api", "del"]:
                self._own(body["id"])
                self.delete(body["id"])
            case ["api", "approve" | "remove" | "block" as act]:
                self._moderate(act, body)
            case ["r", name, "api", "friend"] if name in self.moderated and body["type"] == "banned":
                self.banned.add(body["name"])
            case _:
                raise No(403, "Forbidden")
        return {}

    def _comment(self, name: str, text: str) -> Any:
        above = self.things.get(name)
        if above is None or above["author"] == "[deleted]":
            raise Errors("DELETED_COMMENT", "that comment has been deleted", "parent")
        if above.get("locked"):
            raise Errors("THREAD_LOCKED", "Comments are locked.", "parent")
        if not text.strip():
            raise Errors("NO_TEXT", "we need something here", "text")
        if len(text) > 10_000:
            raise Errors("TOO_LONG", "this is too long (max: 10000)", "text")
        if name.startswith("t4_"):
            first = above["first_message_name"] or name
            return things(self.message(text, US, first, parent_id=name, dest=above["author"]))
        return things(self.comment(text, name, US))

    def _submit(self, body: dict[str, str]) -> Any:
        if body["sr"] != SUBREDDIT:
            raise Errors("SUBREDDIT_NOEXIST", "Hmm, that community doesn't exist.", "sr")
        if body["kind"] != "self" or not 0 < len(body["title"]) <= 300 or len(body["text"]) > 40_000:
            raise Errors("TOO_LONG", "this is too long", "title")
        made = self.post(body["title"], body["text"], US)
        return {"json": {"errors": [], "data": {key: made[key] for key in ("url", "id", "name")}}}

    def _own(self, name: str) -> None:
        if self.things[name]["author"] != US:
            raise No(403, "Forbidden")

    def _moderate(self, act: str, body: dict[str, str]) -> None:
        thing = self.things[body["id"]]
        if act != "block" and (thing.get("subreddit") not in self.moderated):
            raise No(403, "Forbidden")
        self.acts.append((act if body.get("spam") != "true" else "spam", body["id"]))
        self.now += 1
        if act == "approve":
            thing |= {"banned_by": None, "banned_at_utc": None, "removed": False, "approved_at_utc": self.now}
        elif act == "remove":
            thing |= {"banned_by": US, "banned_at_utc": self.now, "removed": True}
