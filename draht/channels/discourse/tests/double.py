"""The web interface of a small forum. Requests and its own answers are held against Discourse's OpenAPI document."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from email import message_from_bytes
from typing import Any
from urllib.parse import parse_qs

from draht.channels.discourse.tests import shapes, spec
from draht.channels.discourse.tests.network import NAMES, SITE, US, Post, World
from draht.contract.messages import Hook
from draht.contract.signatures import sign

KEY = "0f6ea5d1b0cb4c5e9a1a7f2d3c4b5a69"
SECRET = "a long secret of the webhook"
PAGE = 50
Told = tuple[int, Any, list[tuple[str, str]]]


class No(Exception):
    """A refusal, as Discourse tells it."""

    def __init__(self, status: int, *errors: str, kind: str = "", wait: int = 0) -> None:
        super().__init__(*errors)
        self.status = status
        self.body: dict[str, Any] = {"errors": list(errors)} | ({"error_type": kind} if kind else {})
        self.body |= {"extras": {"wait_seconds": wait, "time_left": f"{wait} seconds"}} if wait else {}


NOT_FOUND = No(404, "The requested URL or resource could not be found.", kind="not_found")
NOT_PERMITTED = No(403, "You are not permitted to view the requested resource.", kind="invalid_access")


class Double:
    """``shortest`` words, ``windowed`` pages (an older forum), ``wordless`` hooks: how this forum is set up."""

    def __init__(self) -> None:
        self.world = World()
        self.keys = {KEY}
        self.shortest = 10
        self.windowed = False
        self.wordless = False
        self.moderator = True
        self.letters_closed = False
        self.looks_first = False
        self.crowded = 0
        self.calls: list[str] = []
        self.violations: list[str] = []

    def hooks(self) -> list[Hook]:
        return [self.hook(event, shapes.hook(post, self.wordless)) for event, post in self.world.told]

    def hook(self, event: str, body: Any) -> Hook:
        raw = json.dumps(body).encode()
        headers = {
            "x-discourse-instance": SITE, "x-discourse-event-id": "1", "x-discourse-event-type": event.split("_")[0],
            "x-discourse-event": event, "x-discourse-event-signature": f"sha256={sign(SECRET, raw)}",
            "content-type": "application/json",
        }  # fmt: skip
        return Hook("POST", headers, {}, raw)

    # -- HTTP -------------------------------------------------------------------------------------------------------

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        try:
            status, body, headers = self._answer(environ)
        except No as no:
            status, body, headers = no.status, no.body, []
            if wait := no.body.get("extras", {}).get("wait_seconds"):
                headers = [("Retry-After", str(wait))]
        start(f"{status} ", [("Content-Type", "application/json; charset=utf-8"), *headers])
        return [b"" if body is None else json.dumps(body).encode()]

    def _answer(self, environ: dict[str, Any]) -> Told:
        method, path = environ["REQUEST_METHOD"].lower(), environ["PATH_INFO"]
        if environ.get("HTTP_API_KEY") not in self.keys or environ.get("HTTP_API_USERNAME") != NAMES[US]:
            words = "You are not permitted to view the requested resource. The API username or key is invalid."
            raise No(403, words, kind="invalid_access")
        query = {
            key: [int(one) if one.isdigit() else one for one in value] if key.endswith("[]") else _typed(value[0])
            for key, value in parse_qs(environ["QUERY_STRING"]).items()
        }
        body, kind = _read(environ)
        told = {key: "bytes" if isinstance(one, tuple) else one for key, one in (body or {}).items()} or None
        if wrong := spec.request_faults(method, path, query, told, kind):
            self.violations += wrong
            raise No(400, *wrong, kind="invalid_parameters")
        self.calls.append(f"{method} {path}")
        if self.crowded:
            raise No(429, "You’ve performed this action too many times.", kind="rate_limit", wait=self.crowded)
        answer = self._routed(method, path, query, body)
        wrong = spec.answer_faults(method, path, answer[1]) if answer[1] is not None and answer[0] == 200 else []
        assert not wrong, f"the double answers {method} {path} as Discourse never would: {wrong}"
        return answer

    def _routed(self, method: str, path: str, query: Any, body: Any) -> Told:
        answers: list[tuple[str, str, Callable[..., Any]]] = [
            ("get", r"/u/([^/]+)\.json", self._user),
            ("get", r"/posts\.json", self._latest),
            ("post", r"/posts\.json", self._create),
            ("get", r"/posts/(\d+)\.json", self._post),
            ("put", r"/posts/(\d+)\.json", self._update),
            ("delete", r"/posts/(\d+)\.json", self._delete),
            ("get", r"/t/external_id/([\w-]+)\.json", self._by_key),
            ("get", r"/t/(\d+)/posts\.json", self._some),
            ("get", r"/t/(\d+)\.json", self._topic),
            ("get", r"/topics/private-messages(-sent)?/[^/]+\.json", self._letters),
            ("post", r"/post_actions\.json", self._act),
            ("post", r"/uploads\.json", self._upload),
            ("put", r"/admin/users/(\d+)/silence\.json", self._silence),
        ]
        for verb, shape, answer in answers:
            if verb == method and (match := re.fullmatch(shape, path)):
                asked = query if method == "get" else body
                told = answer(*match.groups(), asked)
                return told if isinstance(told, tuple) else (200, told, [])
        raise NOT_FOUND

    # -- reading ----------------------------------------------------------------------------------------------------

    def _user(self, name: str, asked: Any) -> Any:
        found = {"id": US, "username": NAMES[US], "name": "Nordlicht", "moderator": self.moderator, "admin": False}
        return {"user_badges": [], "user": found}

    def _latest(self, asked: Any) -> Any:
        before = asked.get("before") or max(self.world.posts, default=0)
        lowest = before - PAGE if self.windowed else 0
        seen = [p for p in self.world.posts.values() if lowest < p.id <= before and self.world.visible(p)]
        found = sorted((p for p in seen if not p.topic.private), key=lambda p: p.id, reverse=True)[:PAGE]
        return {"latest_posts": [self._shown(post, "/posts.json") for post in found]}

    def _post(self, id: str, asked: Any) -> Any:
        post = self._found(id)
        shown = self._shown(post, "/posts/1.json") | {"actions_summary": shapes.acts(post)}
        return {key: value for key, value in shown.items() if key not in {"topic_title", "topic_html_title"}}

    def _found(self, id: str | int) -> Post:
        post = self.world.posts.get(int(id))
        if post is None or ((post.deleted or post.topic.deleted) and not self.moderator):
            raise NOT_FOUND
        if not self.world.may_enter(post.topic):
            raise NOT_PERMITTED
        return post

    def _topic_of(self, id: str | int) -> Any:
        topic = self.world.topics.get(int(id))
        if topic is None or topic.deleted:
            raise NOT_FOUND
        if not self.world.may_enter(topic):
            raise NOT_PERMITTED
        return topic

    def _topic(self, id: str, asked: Any) -> Any:
        topic = self._topic_of(id)
        posts = self.world.of(topic)
        first = [self._shown(post, "/t/1.json") | {"reviewable_id": 0} for post in posts[:20]]
        return shapes.topic(topic, first, [post.id for post in posts])

    def _some(self, id: str, asked: Any) -> Any:
        wanted = asked.get("post_ids[]", [])
        posts = [post for post in self.world.of(self._topic_of(id)) if post.id in wanted]
        shown = [self._shown(post, "/t/1/posts.json") | {"reviewable_id": 0} for post in posts]
        return {"post_stream": {"posts": shown}, "id": int(id)}

    def _letters(self, sent: str | None, asked: Any) -> Any:
        if self.letters_closed:
            raise NOT_PERMITTED
        topics = [(t, self.world.of(t)) for t in self.world.topics.values() if t.private and self.world.may_enter(t)]
        begun = [(t, posts) for t, posts in topics if posts and (not sent or posts[0].author == US)]
        begun.sort(key=lambda one: max(post.at for post in one[1]), reverse=True)
        return {
            "users": [],
            "primary_groups": [],
            "topic_list": {"topics": [shapes.letter(*one) for one in begun[:30]]},
        }

    def _by_key(self, key: str, asked: Any) -> Told:
        for topic in self.world.topics.values():
            if topic.key == key and not topic.deleted:
                return 301, None, [("Location", f"{SITE}/t/{topic.slug}/{topic.id}.json")]
        raise NOT_FOUND

    def _shown(self, post: Post, path: str) -> dict[str, Any]:
        """A post with the properties that this call has."""
        schema = spec.answer_schema("post" if path == "/posts" else "get", path) if spec.document() else None
        kept = spec.properties(schema)
        told = shapes.post(post, self.moderator)
        return told if kept is None else {key: value for key, value in told.items() if key in kept}

    # -- writing ----------------------------------------------------------------------------------------------------

    def _create(self, asked: Any) -> Any:
        raw = asked["raw"].strip()
        if len(raw) < self.shortest:
            raise No(422, f"Body is too short (minimum is {self.shortest} characters)")
        if len(raw) > 32_000:
            raise No(422, "Body is limited to 32000 characters; you entered more.")
        if any(post.raw == raw and post.author == US for post in self.world.posts.values()):
            raise No(422, "Body is too similar to what you recently posted")
        topic = self._topic_of(asked["topic_id"]) if "topic_id" in asked else self._opened(asked)
        if topic.closed:
            raise No(422, "The topic is closed.")
        if self.looks_first:
            self.world.queue.append(raw)
            pending = {"id": len(self.world.queue), "raw": raw, "created_at": shapes.time(self.world.now)}
            return 202, {"action": "enqueued", "success": True, "pending_post": pending}, []
        post = self.world.write(raw, author=US, topic=topic, to=asked.get("reply_to_post_number"))
        return self._made(post)

    def _made(self, post: Post) -> dict[str, Any]:
        kept = spec.properties(spec.answer_schema("post", "/posts.json")) if spec.document() else None
        told = shapes.post(post, self.moderator)
        return told if kept is None else {key: value for key, value in told.items() if key in kept}

    def _opened(self, asked: Any) -> Any:
        private, title = asked.get("archetype") == "private_message", asked.get("title", "")
        if len(title) < (2 if private else 15):
            raise No(422, "Title is too short (minimum is 15 characters)")
        key = asked.get("external_id", "")
        if key and any(topic.key == key for topic in self.world.topics.values()):
            raise No(422, "External has already been taken")
        if private and asked.get("target_recipients") not in NAMES.values():
            raise No(422, "You must select a valid user.")
        more = {"category": asked.get("category", 1), "tags": asked.get("tags", []), "key": key}
        return self.world.open(title, private=private, **more)

    def _update(self, id: str, asked: Any) -> Any:
        post = self._found(id)
        if post.author != US:
            raise No(403, "You are not permitted to perform that action.", kind="invalid_access")
        if post.raw != asked["post"]["raw"]:
            self.world.rewrite(post, asked["post"]["raw"])
        kept = spec.properties(spec.answer_schema("put", "/posts/1.json")) if spec.document() else None
        told = shapes.post(post, self.moderator)
        return {"post": told if kept is None else {key: value for key, value in told.items() if key in kept}}

    def _delete(self, id: str, asked: Any) -> Told:
        post = self._found(id)
        if post.deleted or (post.author != US and not self.moderator):
            raise No(403, "You are not permitted to perform that action.", kind="invalid_access")
        self.world.remove(post) if self.moderator else self.world.withdraw(post)
        return 200, None, []

    def _act(self, asked: Any) -> Any:
        post, act = self._found(asked["id"]), (US, asked["post_action_type_id"])
        if post.author == US or act in post.acts:
            raise No(403, "You are not permitted to perform that action.", kind="invalid_access")
        post.acts.add(act)
        shown = self._shown(post, "/posts/1.json")
        return {**shown, "actions_summary": shapes.acts(post), "reviewable_id": 0, "display_username": "Ada"}

    def _upload(self, asked: Any) -> Any:
        name, content = asked["file"]
        if not content.startswith(b"\x89PNG"):
            raise No(422, "Sorry, the file you are trying to upload is not authorized")
        size = {"filesize": len(content), "width": 1, "height": 1, "thumbnail_width": 1, "thumbnail_height": 1}
        place = {"url": "/uploads/1.png", "short_url": "upload://abc.png", "short_path": "/uploads/short-url/abc.png"}
        told = {"id": 1, "original_filename": name, "extension": "png", "retain_hours": None, "human_filesize": "1 KB"}
        return told | size | place

    def _silence(self, id: str, asked: Any) -> Any:
        if not self.moderator:
            raise NOT_FOUND
        if int(id) in self.world.silenced:
            return 409, {"failed": "FAILED", "message": "User was already silenced."}, []
        self.world.silenced.add(int(id))
        who = {"id": US, "username": NAMES[US], "name": "Nordlicht", "avatar_template": ""}
        told = {"silenced": True, "silence_reason": asked["reason"], "full_silence_reason": asked["reason"]}
        times = {"silenced_till": asked["silenced_till"], "silenced_at": shapes.time(self.world.now)}
        return {"silence": {**told, **times, "silenced_by": who}}


def _typed(value: str) -> Any:
    return int(value) if value.isdigit() else value


def _read(environ: dict[str, Any]) -> tuple[Any, str]:
    """The body, and its content type."""
    body, kind = environ["wsgi.input"].read(), environ.get("CONTENT_TYPE", "")
    if not body:
        return None, ""
    if not kind.startswith(spec.FORM):
        return json.loads(body), kind.partition(";")[0]
    whole = message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + body)
    form: dict[str, Any] = {}
    for part in whole.walk():
        if not part.is_multipart():
            name, content = str(part.get_param("name", header="content-disposition")), part.get_payload(decode=True)
            assert isinstance(content, bytes)
            file = part.get_filename()
            form[name] = (file, content) if file else {"true": True}.get(content.decode(), content.decode())
    return form, spec.FORM
