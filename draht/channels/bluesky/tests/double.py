"""A strict double of a server of the AT Protocol: it keeps state, says no, and judges both sides by the lexicons."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qsl

from draht.channels.bluesky.tests import lexicon, views
from draht.channels.bluesky.tests.chat_service import Answer, ChatService
from draht.channels.bluesky.tests.network import BLOCK, LIKE, POST, Kept, Network, cid_of, iso
from draht.channels.bluesky.tests.syntax import FORMATS

PASSWORD = "abcd-efgh-ijkl-mnop"
HANDLE = "acme.test"
CHAT = "did:web:api.bsky.chat#bsky_chat"
ACCESS_LIVES, REFRESH_LIVES = 7200, 60 * 86_400
POINTS = {"createRecord": 3, "putRecord": 2, "deleteRecord": 1}
FREE = {"com.atproto.server.createSession", "com.atproto.identity.resolveHandle", "com.atproto.repo.getRecord"}


def bad(message: str, name: str = "InvalidRequest", status: int = 400) -> Answer:
    return status, {"error": name, "message": message}


class Double:
    """The server as a WSGI application, with our account ``acme.test`` and the customer ``jane.test``.

    Args:
        privileged: our app password opens direct messages.
        sessions: how many it begins a day.
        points: for writing, an hour.
    """

    def __init__(self, *, privileged: bool = True, sessions: int = 300, points: int = 5000) -> None:
        self.net = Network()
        self.us = self.net.join(HANDLE, "Acme Boots")
        self.jane = self.net.join("jane.test", "Jane", allows="all")
        self.chat = ChatService(self.net, lambda did: views.profile(self.net, self.net.accounts[did], self.us.did))
        self.scope = "com.atproto.appPassPrivileged" if privileged else "com.atproto.appPass"
        self.left = {"session": sessions, "write": points}
        self.most = dict(self.left)
        self.password = PASSWORD
        self.revoked: set[str] = set()  # tokens
        self.document = ""  # the account's own server, told with a session
        self._violations: list[str] = []
        self.calls: list[str] = []

    @property
    def violations(self) -> list[str]:
        return self._violations + self.chat.violations

    # -- HTTP -------------------------------------------------------------------------------------------------

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        call = environ["PATH_INFO"].removeprefix("/xrpc/")
        raw = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"] or 0))
        query = parse_qsl(environ["QUERY_STRING"], keep_blank_values=True)
        self.calls.append(call)
        status, told = self._answer(environ, call, query, raw)
        if status == 200:
            self._violations += [f"{call}: {fault}" for fault in lexicon.output_faults(call, told)]
        start_response(f"{status} ", [("Content-Type", "application/json; charset=utf-8"), *self._limits(call)])
        return [json.dumps(told, ensure_ascii=False).encode()]

    def _answer(self, environ: dict[str, Any], call: str, query: list[tuple[str, str]], raw: bytes) -> Answer:
        token = environ.get("HTTP_AUTHORIZATION", "").removeprefix("Bearer ")
        scope = "com.atproto.refresh" if call.endswith("refreshSession") else ""
        if call not in FREE and (refused := self._refused(token, scope)):
            return refused
        method = environ["REQUEST_METHOD"]
        if environ.get("HTTP_ATPROTO_PROXY") == CHAT:
            if self.scope.endswith("appPass"):
                return bad("Bad token method", "InvalidToken")
            return self.chat.answer(self.us.did, method, call, query, json.loads(raw) if raw else None)
        if call == "com.atproto.repo.uploadBlob":
            return self._upload(raw, environ["CONTENT_TYPE"])
        if not self._spend(call):
            return bad("Rate Limit Exceeded", "RateLimitExceeded", 429)
        body = json.loads(raw) if raw else None
        return self._ask(method, call, query, body)

    def _ask(self, method: str, call: str, query: list[tuple[str, str]], body: Any) -> Answer:
        route = getattr(self, f"{method.lower()}_{call.rpartition('.')[2]}", None)
        if route is None or not (lexicon.definition(call) or not lexicon.present()):
            return bad("Method Not Implemented", "MethodNotImplemented", 501)
        if lexicon.present():
            if wrong := lexicon.params_faults(call, query):
                return bad(f"Invalid {call} params: {wrong[0]}")
            if method == "POST" and (wrong := lexicon.input_faults(call, body)):
                return bad(f"Invalid {call} body: {wrong[0]}")
        asked = {name: [value for each, value in query if each == name] for name, _ in query}
        answer: Answer = route(asked if method == "GET" else body)
        return answer

    def _limits(self, call: str) -> list[tuple[str, str]]:
        kind = _bucket(call)
        if not kind:
            return []
        reset = str(int(self.net.now().timestamp()) + 3600)
        told = {"limit": str(self.most[kind]), "remaining": str(max(0, self.left[kind])), "reset": reset}
        return [(f"ratelimit-{name}", value) for name, value in told.items()]

    def _spend(self, call: str) -> bool:
        kind, cost = _bucket(call), POINTS.get(call.rpartition(".")[2], 1)
        if not kind:
            return True
        if self.left[kind] < cost:
            self.left[kind] = 0
            return False
        self.left[kind] -= cost
        return True

    # -- sessions ---------------------------------------------------------------------------------------------

    def _refused(self, token: str, scope: str) -> Answer | None:
        if not token:
            return bad("Authentication Required", "AuthMissing", 401)
        claims = _claims(token)
        if token in self.revoked or claims.get("scope") != (scope or self.scope):
            return bad("Token could not be verified", "InvalidToken")
        if claims["exp"] < self.net.now().timestamp():
            return bad("Token has expired", "ExpiredToken")
        return None

    def session(self) -> dict[str, Any]:
        now = int(self.net.now().timestamp())
        about = {"sub": self.us.did, "jti": self.net.tid()}
        document = {
            "id": self.us.did,
            "service": [{"id": "#atproto_pds", "type": "x", "serviceEndpoint": self.document}],
        }
        return {
            "accessJwt": _token(about | {"scope": self.scope, "exp": now + ACCESS_LIVES}),
            "refreshJwt": _token(about | {"scope": "com.atproto.refresh", "exp": now + REFRESH_LIVES}),
            "handle": self.us.handle,
            "did": self.us.did,
        } | ({"didDoc": document} if self.document else {})

    def post_createSession(self, body: Any) -> Answer:
        known = body["identifier"] in {self.us.handle, self.us.did}
        if known and body["password"] == "the account's own":
            return bad("A sign in code has been sent to your email address", "AuthFactorTokenRequired", 401)
        if not known or body["password"] != self.password:
            return bad("Invalid identifier or password", "AuthenticationRequired", 401)
        return 200, self.session()

    def post_refreshSession(self, body: Any) -> Answer:
        return 200, self.session()

    # -- records ----------------------------------------------------------------------------------------------

    def post_createRecord(self, body: Any) -> Answer:
        """A key that is there is a fault of the server, as on the real one; likes and blocks replace each other."""
        if refused := self._judged(body):
            return refused
        for kept in self._same(body):
            self.net.delete(kept.uri)
        if self._uri(body) in self.net.records:
            return bad("Internal Server Error", "InternalServerError", 500)
        kept = self.net.write(self.us.did, body["collection"], body["record"], body.get("rkey", ""))
        return 200, {"uri": kept.uri, "cid": kept.cid, "validationStatus": "valid"}

    def post_putRecord(self, body: Any) -> Answer:
        if refused := self._judged(body):
            return refused
        known = self.net.records.get(self._uri(body))
        if known and known.value == body["record"]:
            return 200, {"uri": known.uri, "cid": known.cid, "validationStatus": "valid"}
        if "swapRecord" in body and body["swapRecord"] != (known.cid if known else None):
            return bad(f"Record was at {known.cid if known else 'null'}", "InvalidSwap")
        kept = self.net.write(self.us.did, body["collection"], body["record"], body["rkey"])
        return 200, {"uri": kept.uri, "cid": kept.cid, "validationStatus": "valid"}

    def post_deleteRecord(self, body: Any) -> Answer:
        if body["repo"] != self.us.did:
            return bad("Authentication Required", "AuthMissing", 401)
        self.net.delete(self._uri(body))
        return 200, {}

    def get_getRecord(self, asked: Any) -> Answer:
        repo, collection, rkey = (asked[name][0] for name in ("repo", "collection", "rkey"))
        if repo not in self.net.accounts:
            return bad(f"Could not find repo: {repo}")
        uri = f"at://{repo}/{collection}/{rkey}"
        if uri not in self.net.records:
            return bad(f"Could not locate record: {uri}", "RecordNotFound")
        kept = self.net.records[uri]
        return 200, {"uri": kept.uri, "cid": kept.cid, "value": kept.value}

    def _uri(self, body: Any) -> str:
        return f"at://{self.us.did}/{body['collection']}/{body.get('rkey', '')}"

    def _judged(self, body: Any) -> Answer | None:
        if body["repo"] != self.us.did:
            return bad("Authentication Required", "AuthMissing", 401)
        collection = body["collection"]
        if lexicon.present():
            if not FORMATS["tid"](body.get("rkey") or "2222222222222"):
                return bad(f'Invalid record key for {collection}: Invalid TID string (got "{body["rkey"]}") at $')
            if wrong := lexicon.record_faults(collection, body["record"]):
                return bad(f"Invalid {collection} record: {wrong[0]}")
        images = body["record"].get("embed", {}).get("images", [])
        if any(each["image"]["ref"]["$link"] not in self.net.blobs for each in images):
            return bad("Could not find blob", "BlobNotFound")
        return None

    def _same(self, body: Any) -> list[Kept]:
        if body["collection"] not in {LIKE, BLOCK}:
            return []
        told = body["record"]["subject"]
        return [kept for kept in self.net.of(self.us.did, body["collection"]) if kept.value["subject"] == told]

    def _upload(self, raw: bytes, kind: str) -> Answer:
        cid = cid_of(raw, codec=0x55)
        self.net.blobs[cid] = (raw, kind)
        blob = {"$type": "blob", "ref": {"$link": cid}, "mimeType": kind, "size": len(raw)}
        return 200, {"blob": blob}

    # -- views ------------------------------------------------------------------------------------------------

    def get_getProfile(self, asked: Any) -> Answer:
        account = self.net.by_handle(asked["actor"][0])
        return (200, views.profile(self.net, account, self.us.did)) if account else bad("Profile not found")

    def get_resolveHandle(self, asked: Any) -> Answer:
        account = self.net.by_handle(asked["handle"][0])
        return (200, {"did": account.did}) if account else bad("Unable to resolve handle", "HandleNotFound")

    def get_listNotifications(self, asked: Any) -> Answer:
        told = [n for n in self.net.notifications(self.us.did) if n.reason in asked.get("reasons", [n.reason])]
        found = [n for n in told if "cursor" not in asked or iso(n.kept.listed) < asked["cursor"][0]]
        page = found[: int(asked.get("limit", ["50"])[0])]
        more = {"cursor": iso(page[-1].kept.listed)} if len(found) > len(page) else {}
        return 200, {"notifications": [views.notification(self.net, n, self.us.did) for n in page]} | more

    def get_getPosts(self, asked: Any) -> Answer:
        found = [self.net.records.get(uri) for uri in asked["uris"]]
        seen = [kept for kept in found if kept and not self.net.between(self.us.did, kept.owner)]
        return 200, {"posts": [views.post(self.net, kept, self.us.did) for kept in seen]}

    def get_searchPosts(self, asked: Any) -> Answer:
        words = asked["q"][0].lower().split()
        posts = sorted(self.net.records.values(), key=lambda kept: kept.listed, reverse=True)
        found = [k for k in posts if f"/{POST}/" in k.uri and all(w in k.value["text"].lower() for w in words)]
        page = found[: int(asked["limit"][0])]
        return 200, {"posts": [views.post(self.net, kept, self.us.did) for kept in page]}

    def get_getAuthorFeed(self, asked: Any) -> Answer:
        page = self.net.of(asked["actor"][0])[: int(asked["limit"][0])]
        return 200, {"feed": [{"post": views.post(self.net, kept, self.us.did)} for kept in page]}

    # -- for tests --------------------------------------------------------------------------------------------

    def ours(self) -> list[str]:
        """The texts that stand under our name, direct messages too."""
        sent = [m for convo in self.chat.convos.values() for m in convo.messages if m["sender"]["did"] == self.us.did]
        return [kept.value["text"] for kept in self.net.of(self.us.did, POST)] + [m["text"] for m in sent]


def _bucket(call: str) -> str:
    if call.endswith(".createSession"):
        return "session"
    return "write" if call.startswith("com.atproto.repo.") and call.rpartition(".")[2] in POINTS else ""


def _token(claims: dict[str, Any]) -> str:
    parts = (json.dumps(part).encode() for part in ({"typ": "at+jwt", "alg": "HS256"}, claims))
    return ".".join([*(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts), "signature"])


def _claims(token: str) -> dict[str, Any]:
    body = token.split(".")[1] if token.count(".") == 2 else ""
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)) or b"{}")
    return claims
