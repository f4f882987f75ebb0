"""Instagram's Graph over a small network, for both logins: it keeps state, says no, and holds itself against Meta's
descriptions."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from draht.channels.instagram.tests.containers import Containers
from draht.channels.instagram.tests.network import ACCOUNT, US, WEB, Comment, Media
from draht.contract.messages import Hook, HookAnswer
from draht.contract.testing.graph import Asked, Fields, No, gone, graph_time
from draht.contract.testing.graph_spec import GraphSpec

SHARED = Path(__file__).resolve().parents[4].parent / "shared"
SPECS = SHARED / "specs/meta/api_specs"
DIRECT, PAGE_TOKEN = "direct-token", "page-token"
PAGE = "100473908465587"
ALL = {"basic", "manage_comments", "manage_messages", "content_publish"}
Reach = Callable[[str, Hook], HookAnswer | None]


class Instagram(Containers):
    """``reach`` stands for the way to our address: it answers the handshake."""

    needed_for_talks = "manage_messages"

    def __init__(self) -> None:
        super().__init__(GraphSpec(SPECS))
        app = f"{self.app_id}|{self.secret}"
        self.tokens |= {DIRECT: ACCOUNT, PAGE_TOKEN: PAGE, "owner-token": "900001", "short": ACCOUNT, app: "app"}
        self.granted = set(ALL)
        self.subscriptions: list[dict[str, Any]] = []
        self.subscribed: list[str] = []
        self.reach: Reach = lambda address, hook: None

    def hooks(self) -> list[Hook]:
        """What was told since the last time, signed."""
        told, self.net.told = self.net.told, []
        return [self.hook(one) for one in told]

    def wants_proof(self, asked: Asked) -> bool:
        return asked.token not in {DIRECT, "short"}

    def direct(self, asked: Asked) -> bool:
        return asked.token == DIRECT

    # -- routes -------------------------------------------------------------------------------------------------

    def route(self, asked: Asked) -> Any:
        match asked.method, *asked.path:
            case _, "oauth" | "access_token" | "refresh_access_token" | "debug_token", *_:
                return self._login(asked)
            case method, "4242", "subscriptions":
                return self._subscribe_app(asked) if method == "POST" else {"data": self.subscriptions}
            case "GET", "me", "accounts":
                self.check("User", asked, "accounts")
                return self.paged([PAGE, "55"], asked.params, lambda id: self._page(id, asked.fields))
            case "GET", "me":
                return self._me(asked)
            case method, "me", "conversations" | "messages" | "subscribed_apps" as edge:
                self.check("IGUserForIGOnlyAPI" if self.direct(asked) else "Page", asked, edge)
                return getattr(self, f"_{method.lower()}_{edge}")(asked)
            case method, id, *rest if id == ACCOUNT or (id == "me" and self.direct(asked)):
                return self._of_account(method, rest[0] if rest else "", asked)
            case method, id, *rest:
                return self._of_object(method, id, rest[0] if rest else "", asked)
        raise gone("/".join(asked.path))

    def _me(self, asked: Asked) -> Any:
        if any("mentioned" in name for name in asked.fields):
            return self._of_account("GET", "", asked)
        if not self.direct(asked):
            return self._page(self.who(asked), asked.fields)
        whole = {"id": "5551", "user_id": int(ACCOUNT), "username": US.username, "name": US.name}
        return self.shown("IGUserForIGOnlyAPI", whole, asked.fields)

    def _page(self, id: str, fields: Fields) -> dict[str, Any]:
        linked = {"id": ACCOUNT, "username": US.username, "name": US.name} if id == PAGE else None
        whole = {"id": id, "name": US.name, "access_token": PAGE_TOKEN, "instagram_business_account": linked}
        return self.shown("Page", whole, fields)

    def _of_account(self, method: str, edge: str, asked: Asked) -> Any:
        """Its description for Instagram's own login writes ``mediapublish``; the documents write ``media_publish``."""
        direct = self.direct(asked)
        described = "mediapublish" if direct and edge == "media_publish" else edge
        self.check("IGUserForIGOnlyAPI" if direct else "IGUser", asked, described)
        if method == "GET" and not edge:
            return self._mentioned(asked.fields)
        route = getattr(self, f"_{method.lower()}_{edge}", None)
        if route is None:
            raise No(f"(#100) Nothing of {edge} is known here")
        return route(asked)

    def _of_object(self, method: str, id: str, edge: str, asked: Asked) -> Any:
        if id in self.net.comments:
            self.check("IGComment", asked, edge)
            return self._of_comment(method, self.net.comments[id], edge, asked)
        if id in self.net.media and self.net.media[id].author == US:
            self.check("IGMediaForIGOnlyAPI" if self.direct(asked) else "IGMedia", asked, edge)
            return self._of_media(method, self.net.media[id], edge, asked)
        if method == "GET" and id in self.containers:
            return self.container(id, asked)
        if method == "GET" and id in self.net.messages:
            return self.message(self.net.messages[id])
        people = {m.person.id: m.person for m in self.net.messages.values()}
        if method == "GET" and id in people:
            self.needs("manage_messages")
            return {"id": id, "name": people[id].name, "username": people[id].username}
        raise gone(id)

    # -- comments -----------------------------------------------------------------------------------------------

    def _of_comment(self, method: str, comment: Comment, edge: str, asked: Asked) -> Any:
        if self.net.media[comment.media].author != US:
            raise gone(comment.id)
        self.needs("manage_comments")
        match method, edge:
            case "GET", "":
                return self._comment(comment, asked.fields)
            case "GET", "replies":
                found = self.net.answers(comment.id)
                return self.paged(found, asked.params, lambda one: self._comment(one, asked.fields))
            case "POST", "replies":
                return {"id": self._answer_comment(comment, asked.params.get("message", ""))}
            case "POST", "":
                if comment.author == US:
                    raise No("(#100) Comments of the owner cannot be hidden")
                comment.hidden = asked.flag("hide") is True
                self.net.acts.append(("hide" if comment.hidden else "unhide", comment.id))
            case "DELETE", "":
                self.net.acts.append(("delete", comment.id))
                self.net.remove(comment.id)
        return {"success": True}

    def _answer_comment(self, comment: Comment, text: str) -> str:
        if comment.hidden or comment.live:
            raise No("(#100) This comment cannot be answered", 100, 2207070)
        if comment.parent:
            raise No("(#100) Only top-level comments take replies")
        if not text.strip() or len(text) > 2200:
            raise No("(#100) Invalid message")
        return self.net.comment(text, comment, US).id

    def _comment(self, comment: Comment, fields: Fields) -> dict[str, Any]:
        whole = {
            "id": comment.id, "text": comment.text, "timestamp": graph_time(comment.at),
            "username": comment.author.username, "from": comment.author.shown(), "hidden": comment.hidden,
            "parent_id": comment.parent or None, "media": {"id": comment.media},
            "replies": lambda args, inner: self._replies(comment, args, inner or {}),
        }  # fmt: skip
        return self.shown("IGComment", whole, fields)

    def _replies(self, comment: Comment, args: dict[str, str], fields: Fields) -> Any:
        found = self.net.answers(comment.id)
        return self.paged(found, args, lambda one: self._comment(one, fields)) if found else None

    # -- posts --------------------------------------------------------------------------------------------------

    def _of_media(self, method: str, media: Media, edge: str, asked: Asked) -> Any:
        if method == "GET" and not edge:
            return self._media(media, asked.fields)
        if method == "GET" and edge == "comments":
            return self._comments(media, asked.params, asked.fields)
        raise No(f"(#100) Nothing of {edge} is known here")

    def _comments(self, media: Media, args: dict[str, str], fields: Fields) -> Any:
        self.needs("manage_comments")
        return self.paged(self.net.below(media.id), args, lambda one: self._comment(one, fields))

    def _media(self, media: Media, fields: Fields) -> dict[str, Any]:
        whole = {
            "id": media.id, "caption": media.caption, "timestamp": graph_time(media.at),
            "permalink": f"{WEB}/p/{media.id}/", "username": media.author.username, "media_type": "IMAGE",
            "media_url": f"https://scontent.example/{media.id}.jpg",
            "comments": lambda args, inner: self._comments(media, args, inner or {}),
        }  # fmt: skip
        return self.shown("IGMedia", whole, fields)

    def _get_media(self, asked: Asked) -> Any:
        self.needs("basic")
        ours = sorted((m for m in self.net.media.values() if m.author == US), key=lambda m: (m.at, m.id), reverse=True)
        return self.paged(ours, asked.params, lambda one: self._media(one, asked.fields))

    def _mentioned(self, fields: Fields) -> Any:
        """What names us below the posts of others is only shown to those who know its number."""
        [(name, (args, inner))] = fields.items()
        id = args.get("comment_id") or args.get("media_id") or ""
        comment, media = self.net.comments.get(id), self.net.media.get(id)
        if comment is not None and name == "mentioned_comment":
            where = {"id": comment.media, "permalink": f"{WEB}/p/{comment.media}/"}
            told = {key: value for key, value in self._comment(comment, inner or {}).items() if key != "from"}
            return {"id": ACCOUNT, name: told | {"media": where}}
        if media is not None and name == "mentioned_media":
            return {"id": ACCOUNT, name: self._media(media, inner or {})}
        raise gone(id)

    def _post_mentions(self, asked: Asked) -> Any:
        self.needs("manage_comments")
        media, comment = self.net.media.get(asked.params["media_id"]), asked.params.get("comment_id", "")
        if media is None or media.author == US or (comment and comment not in self.net.comments):
            raise gone(comment or asked.params["media_id"])
        below = self.net.comments[comment] if comment else media
        return {"id": self.net.comment(asked.params["message"], below, US).id}

    # -- messages, login, hooks ---------------------------------------------------------------------------------

    @staticmethod
    def fits(text: str) -> bool:
        return len(text.encode()) <= 1000

    def _get_conversations(self, asked: Asked) -> Any:
        return self.conversations(asked)

    def _post_messages(self, asked: Asked) -> Any:
        return self.send(asked)

    def _login(self, asked: Asked) -> Any:
        match asked.path[-1], asked.params.get("grant_type"):
            case "debug_token", _:
                names = sorted(f"instagram_{one}" for one in self.granted)
                return {"data": {"is_valid": True, "scopes": [*names, *PAGE_ALSO]}}
            case _, "authorization_code":
                if asked.params.get("code") != "the-code" or asked.params.get("client_secret") != self.secret:
                    raise No("Matching code was not found or was already used", 400)
                granted = ",".join(sorted(f"instagram_business_{one}" for one in self.granted))
                return {"data": [{"access_token": "short", "user_id": ACCOUNT, "permissions": granted}]}
            case "access_token", "ig_exchange_token" if asked.params.get("client_secret") == self.secret:
                return {"access_token": DIRECT, "token_type": "bearer", "expires_in": 5_183_944}
            case "refresh_access_token", "ig_refresh_token":
                return {"access_token": DIRECT, "token_type": "bearer", "expires_in": 5_183_944}
            case "access_token", "fb_exchange_token" | None:
                return {"access_token": "owner-token", "token_type": "bearer", "expires_in": 5_183_944}
        raise No("Invalid request", 100)

    def _subscribe_app(self, asked: Asked) -> Any:
        self.check("Application", asked, "subscriptions")
        address, told = asked.params["callback_url"], asked.params["verify_token"]
        query = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": told}
        answer = self.reach(address, Hook("GET", {}, query, b""))
        if self.who(asked) != "app" or answer is None or answer.body != b"1158201444":
            raise No("(#2200) Callback verification failed", 2200)
        fields = [{"name": name, "version": self.version} for name in json.loads(asked.params["fields"])]
        self.subscriptions = [{"object": "instagram", "callback_url": address, "active": True, "fields": fields}]
        return {"success": True}

    def _post_subscribed_apps(self, asked: Asked) -> Any:
        self.subscribed = json.loads(asked.params["subscribed_fields"])
        return {"success": True}

    def _get_subscribed_apps(self, asked: Asked) -> Any:
        others = [] if self.direct(asked) else [{"id": "7", "subscribed_fields": ["feed"]}]
        here = {"id": self.app_id, "subscribed_fields": self.subscribed}
        return {"data": [*others, here] if self.subscribed else others}


PAGE_ALSO = ("pages_show_list", "pages_read_engagement", "pages_manage_metadata")
