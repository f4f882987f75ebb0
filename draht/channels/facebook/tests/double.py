"""Facebook's Graph over a small network: it keeps state, says no, and holds itself against Meta's descriptions."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from draht.channels.facebook.tests.network import PAGE, US, WEB, Comment, Network, Post
from draht.contract.messages import Hook, HookAnswer
from draht.contract.testing.graph import Asked, Fields, No, gone, graph_time
from draht.contract.testing.graph_spec import GraphSpec
from draht.contract.testing.graph_talks import TalkDouble, sure

SHARED = Path(__file__).resolve().parents[4].parent / "shared"
SPECS = SHARED / "specs/meta/api_specs"
ALL = {
    "pages_show_list", "pages_read_engagement", "pages_read_user_content", "pages_manage_engagement",
    "pages_manage_posts", "pages_manage_metadata", "pages_messaging",
}  # fmt: skip
OWNER = "900001"
Reach = Callable[[str, Hook], HookAnswer | None]


class Facebook(TalkDouble):
    """``reach`` stands for the way to our address: it answers the handshake."""

    needed_for_talks = "pages_messaging"

    def __init__(self) -> None:
        super().__init__(GraphSpec(SPECS))
        self.net: Network = Network()
        self.tokens |= {"page-token": PAGE, "owner-token": OWNER, f"{self.app_id}|{self.secret}": "app"}
        self.usage = {"X-App-Usage": '{"call_count":3,"total_cputime":1,"total_time":2}'}
        self.granted = set(ALL)
        self.subscriptions: list[dict[str, Any]] = []
        self.subscribed: list[str] = []
        self.photos: dict[str, dict[str, Any]] = {}
        self.reach: Reach = lambda address, hook: None

    def hooks(self) -> list[Hook]:
        """What was told since the last time, signed."""
        told, self.net.told = self.net.told, []
        return [self.hook(one) for one in told]

    # -- routes -------------------------------------------------------------------------------------------------

    def route(self, asked: Asked) -> Any:
        if asked.path[0] == "me" and self.who(asked) == PAGE:
            asked.path = (PAGE, *asked.path[1:])
        match asked.method, *asked.path:
            case "POST", "oauth", "access_token":
                return self._token(asked)
            case "GET", "debug_token":
                return {"data": {"type": "PAGE", "is_valid": True, "scopes": sorted(self.granted), "expires_at": 0}}
            case "GET", "me":
                return self.shown("User", {"id": OWNER, "name": "Olga Owner"}, asked.fields)
            case "GET", "me", "accounts":
                self.check("User", asked, "accounts")
                return self.paged([US], asked.params, lambda one: self._page(asked.fields))
            case "GET", "4242", "subscriptions":
                return {"data": self.subscriptions}
            case "POST", "4242", "subscriptions":
                return self._subscribe_app(asked)
            case method, id, *rest if id == PAGE:
                return self._of_page(method, rest[0] if rest else "", asked)
            case method, id, *rest:
                return self._of_object(method, id, rest[0] if rest else "", asked)
        raise gone("/".join(asked.path))

    def _of_page(self, method: str, edge: str, asked: Asked) -> Any:
        self.check("Page", asked, edge)
        if method == "GET" and not edge:
            return self._page(asked.fields)
        route = getattr(self, f"_{method.lower()}_{edge}", None)
        if route is None:
            raise No(f"(#100) Nothing of {edge} is known here")
        return route(asked)

    def _of_object(self, method: str, id: str, edge: str, asked: Asked) -> Any:
        post, comment = self.net.posts.get(id), self.net.comments.get(id)
        if post is None and comment is None:
            if method == "GET" and id in self.net.messages:
                return self.message(self.net.messages[id])
            raise gone(id)
        self.check("PagePost" if post else "Comment", asked, edge)
        match method, edge:
            case "GET", "":
                return self._post(post, asked.fields) if post else self._comment(sure(comment), asked.fields)
            case "GET", "comments":
                return self._comments(id, asked.params, asked.fields)
            case "POST", "comments":
                return self._write(post or sure(comment), asked)
            case "POST", "likes":
                self.needs("pages_manage_engagement")
                self._did("like", id)
            case "POST", "":
                self._change(post or sure(comment), asked)
            case "DELETE", "":
                self.needs("pages_manage_engagement")
                self._did("delete", id)
                self.net.remove(id)
        return {"success": True}

    def _did(self, act: str, id: str) -> None:
        self.net.acts.append((act, id))

    # -- comments and posts -------------------------------------------------------------------------------------

    def _write(self, below: Post | Comment, asked: Asked) -> Any:
        self.needs("pages_manage_engagement")
        text, photo = asked.params.get("message", ""), asked.params.get("attachment_id", "")
        if not text.strip() and not photo:
            raise No("(#100) Param message must not be empty")
        if len(text) > 8000:
            raise No("(#100) Param message is too long")
        if photo and photo not in self.photos:
            raise gone(photo)
        comment = self.net.comment(text, below, US, photo=photo and f"{WEB}/photo/{photo}")
        return self._comment(comment, asked.fields)

    def _change(self, what: Post | Comment, asked: Asked) -> None:
        self.needs("pages_manage_engagement")
        if "message" in asked.params:
            if what.author != US or isinstance(what, Post):
                raise No("(#200) The user doesn't have permission to edit this object", 200, status=403)
            self.net.edit(what, asked.params["message"])
        if (hidden := asked.flag("is_hidden")) is None:
            return
        if what.author == US:
            raise No("(#100) This comment can't be hidden")
        self._did("hide" if hidden else "unhide", what.id)
        if isinstance(what, Comment):
            self.net.hide(what, hidden)
        what.hidden = hidden

    def _comments(self, id: str, params: dict[str, str], fields: Fields) -> Any:
        self.needs("pages_read_user_content")
        below = [*self.net.below(id, whole=params.get("filter") == "stream")]
        newest_first = params.get("order") == "reverse_chronological"
        return self.paged(below if newest_first else below[::-1], params, lambda one: self._comment(one, fields))

    def _comment(self, comment: Comment, fields: Fields) -> dict[str, Any]:
        ours, parent = comment.author == US, {"id": comment.parent} if comment.parent else None
        photo = {"type": "photo", "media": {"image": {"src": comment.photo}}} if comment.photo else None
        whole = {
            "id": comment.id, "message": comment.text, "created_time": graph_time(comment.at),
            "from": comment.author.shown() if "pages_read_user_content" in self.granted else None,
            "parent": parent, "permalink_url": f"{WEB}/{comment.post}?comment_id={comment.id}",
            "is_hidden": comment.hidden, "can_hide": not ours, "can_remove": True,
            "can_reply_privately": not ours and comment.id not in self.net.private_replies, "attachment": photo,
        }  # fmt: skip
        return self.shown("Comment", whole, fields)

    def _post(self, post: Post, fields: Fields) -> dict[str, Any]:
        pictures = [{"type": "photo", "media": {"image": {"src": url}}} for url in post.pictures]
        whole = {
            "id": post.id, "message": post.text, "created_time": graph_time(post.at), "from": post.author.shown(),
            "permalink_url": f"{WEB}/{post.id}", "is_hidden": post.hidden, "status_type": "mobile_status_update",
            "scheduled_publish_time": post.due or None, "attachments": {"data": pictures} if pictures else None,
            "comments": lambda args, inner: self._comments(post.id, args, inner or {}),
        }  # fmt: skip
        return self.shown("PagePost", whole, fields)

    def _posts(self, asked: Asked, posts: Sequence[Post]) -> Any:
        self.needs("pages_read_engagement")
        newest = sorted(posts, key=lambda one: (one.at, one.id), reverse=True)
        return self.paged(newest, asked.params, lambda one: self._post(one, asked.fields))

    def _get_feed(self, asked: Asked) -> Any:
        return self._posts(asked, [p for p in self.net.posts.values() if p.published and not p.elsewhere])

    def _get_published_posts(self, asked: Asked) -> Any:
        return self._posts(asked, [p for p in self.net.posts.values() if p.published and p.author == US])

    def _get_scheduled_posts(self, asked: Asked) -> Any:
        return self._posts(asked, [p for p in self.net.posts.values() if p.due])

    def _get_tagged(self, asked: Asked) -> Any:
        self.needs("pages_read_user_content")
        return self._posts(asked, [p for p in self.net.posts.values() if p.elsewhere])

    def _post_feed(self, asked: Asked) -> Any:
        self.needs("pages_manage_posts")
        told, due = asked.params, int(asked.params.get("scheduled_publish_time", 0))
        if not (told.get("message") or told.get("link") or told.get("attached_media")):
            raise No("(#100) Missing message or attachment")
        ahead = due - self.net.now.timestamp()
        if due and (told.get("published") != "false" or not 600 <= ahead <= 30 * 86_400):
            raise No("(#100) The specified scheduled publish time is invalid.")
        media = [one["media_fbid"] for one in json.loads(told.get("attached_media", "[]"))]
        if missing := [id for id in media if id not in self.photos]:
            raise gone(missing[0])
        pictures = [f"{WEB}/photo/{id}" for id in media]
        post = self.net.post(told.get("message", ""), due=due, published=not due, pictures=pictures)
        return self._post(post, asked.fields)

    def _post_photos(self, asked: Asked) -> Any:
        self.needs("pages_manage_posts")
        kind, content = asked.files.get("source", ("", b""))
        if kind not in {"image/jpeg", "image/png", "image/gif"} or not content:
            raise No("(#324) Missing or invalid image file", 324)
        id = self.net.next_id()
        self.photos[id] = {"content": content, **asked.params}
        if asked.flag("published") is not False:
            self.net.post(asked.params.get("message", ""), pictures=[f"{WEB}/photo/{id}"])
        return {"id": id}

    # -- Messenger ----------------------------------------------------------------------------------------------

    @staticmethod
    def fits(text: str) -> bool:
        return len(text) <= 2000

    def _get_conversations(self, asked: Asked) -> Any:
        return self.conversations(asked)

    def _post_messages(self, asked: Asked) -> Any:
        return self.send(asked)

    def _post_blocked(self, asked: Asked) -> Any:
        self.needs("pages_manage_metadata")
        people = json.loads(asked.params["psid"])
        self.net.blocked.update(people)
        self.net.acts += [("block", id) for id in people]
        return dict.fromkeys(people, True)

    # -- the app ------------------------------------------------------------------------------------------------

    def _page(self, fields: Fields) -> dict[str, Any]:
        whole = {"id": PAGE, "name": US.name, "username": "bootsandmore", "link": f"{WEB}/bootsandmore"}
        return self.shown("Page", whole | {"category": "Shoe Store", "access_token": "page-token"}, fields)

    def _token(self, asked: Asked) -> Any:
        if asked.params.get("client_secret") != self.secret:
            raise No("Error validating client secret.", 1)
        if asked.params.get("grant_type") == "fb_exchange_token":
            return {"access_token": "owner-token", "token_type": "bearer", "expires_in": 5_184_000}
        if asked.params.get("code") != "the-code":
            raise No("This authorization code has been used.", 100, 36009)
        return {"access_token": "short", "token_type": "bearer", "expires_in": 3600}

    def _subscribe_app(self, asked: Asked) -> Any:
        self.check("Application", asked, "subscriptions")
        if self.who(asked) != "app":
            raise No("(#15) This method must be called with an app access_token.", 15)
        address, told = asked.params["callback_url"], asked.params["verify_token"]
        query = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": told}
        answer = self.reach(address, Hook("GET", {}, query, b""))
        if answer is None or answer.body != b"1158201444":
            raise No("(#2200) Callback verification failed", 2200)
        fields = [{"name": name, "version": self.version} for name in json.loads(asked.params["fields"])]
        self.subscriptions = [{"object": "page", "callback_url": address, "active": True, "fields": fields}]
        return {"success": True}

    def _post_subscribed_apps(self, asked: Asked) -> Any:
        self.needs("pages_manage_metadata")
        self.subscribed = json.loads(asked.params["subscribed_fields"])
        return {"success": True}

    def _get_subscribed_apps(self, asked: Asked) -> Any:
        here = {"id": self.app_id, "name": "Draht", "subscribed_fields": self.subscribed}
        return {"data": [here] if self.subscribed else []}
