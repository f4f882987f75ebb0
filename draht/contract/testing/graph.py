"""The ground of doubles of Meta's networks: logins, proofs, fields, pages, batches, errors and usage as Graph has them.

A double says what its nodes are; every request and every answer is held against Meta's own descriptions.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from draht.contract.graph import BATCH, proof
from draht.contract.messages import Hook
from draht.contract.signatures import sign
from draht.contract.testing.graph_spec import GraphSpec

MOST = 100  # items of a page
Fields = dict[str, tuple[dict[str, str], "Fields | None"]]


class No(Exception):
    """A refusal as Graph tells it."""

    def __init__(self, message: str, code: int = 100, subcode: int = 0, status: int = 400, short: bool = False) -> None:
        super().__init__(message)
        self.status = status
        self.error = {"message": message, "type": "OAuthException", "code": code, "fbtrace_id": "AbUhinTvMOkPfgH"}
        self.error |= ({"error_subcode": subcode} if subcode else {}) | ({"is_transient": True} if short else {})


def gone(id: str) -> No:
    return No(
        f"Unsupported get request. Object with ID '{id}' does not exist, cannot be loaded due to missing permissions, "
        "or does not support this operation",
        100,
        33,
    )


@dataclass
class Asked:
    """One request: the path without the version, parameters of query and form together, and a body of JSON."""

    method: str
    path: tuple[str, ...]
    params: dict[str, str]
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    token: str = ""
    body: Any = None

    @property
    def fields(self) -> Fields:
        return parse_fields(self.params.get("fields", ""))

    def flag(self, name: str) -> bool | None:
        told = self.params.get(name)
        return None if told is None else told in {"true", "1"}


class GraphDouble:
    """A network behind Graph. Subclasses answer ``route``.

    Attributes:
        tokens: token → the id of whom it speaks for.
        ended: tokens that have run out.
        usage: headers of every answer (``X-App-Usage`` …).
        crowded: the app has asked too much.
    """

    app_id = "4242"
    secret = "the-app-secret"  # noqa: S105
    version = "v25.0"

    def __init__(self, spec: GraphSpec) -> None:
        self.spec = spec
        self.tokens: dict[str, str] = {}
        self.ended: set[str] = set()
        self.usage: dict[str, str] = {}
        self.crowded = False
        self.asked: list[str] = []

    def route(self, asked: Asked) -> Any:
        raise NotImplementedError

    # -- HTTP -------------------------------------------------------------------------------------------------------

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/dialog":
            return self._dialog(dict(parse_qsl(environ["QUERY_STRING"])), start)
        try:
            status, answer = 200, self._answer(_read(environ, self.version))
        except No as no:
            status, answer = no.status, {"error": no.error}
        usage = {"X-App-Usage": '{"call_count":100,"total_cputime":25,"total_time":25}'} if self.crowded else self.usage
        start(f"{status} ", [("Content-Type", "application/json; charset=UTF-8"), *usage.items()])
        return [json.dumps(answer).encode()]

    def _dialog(self, asked: Mapping[str, str], start: Callable[..., Any]) -> Iterable[bytes]:
        """The page on which a person agrees; this person always does."""
        if asked.get("client_id") != self.app_id or asked.get("response_type") != "code" or not asked.get("state"):
            start("400 ", [("Content-Type", "text/plain")])
            return [b"Invalid App ID"]
        back = urlencode({"code": "the-code", "state": asked["state"]})
        start("302 ", [("Location", f"{asked['redirect_uri']}?{back}")])
        return []

    def _answer(self, asked: Asked) -> Any:
        if self.crowded:
            raise No("(#4) Application request limit reached", 4, short=True)
        if asked.method == "POST" and not asked.path and "batch" in asked.params:
            self._check_login(asked)
            if asked.params.get("access_token") != asked.token or len(json.loads(asked.params["batch"])) > BATCH:
                raise No("(#2500) A batch needs an access token in its form, and has at most 50 parts", 2500)
            return [self._one_of_many(part, asked) for part in json.loads(asked.params["batch"])]
        self._check_login(asked)
        return self._routed(asked)

    def _one_of_many(self, part: dict[str, str], whole: Asked) -> dict[str, Any]:
        address = urlsplit(part["relative_url"])
        path = tuple(address.path.strip("/").split("/"))
        try:
            asked = Asked(part["method"], path, dict(parse_qsl(address.query)), token=whole.token)
            return {"code": 200, "body": json.dumps(self._routed(asked))}
        except No as no:
            return {"code": no.status, "body": json.dumps({"error": no.error})}

    def _routed(self, asked: Asked) -> Any:
        self.asked.append(f"{asked.method} {'/'.join(asked.path)}")
        return self.route(asked)

    def _check_login(self, asked: Asked) -> None:
        if asked.path == ("oauth", "access_token"):
            return
        if asked.token in self.ended:
            raise No("Error validating access token: Session has expired.", 190, 463, status=401)
        if asked.token not in self.tokens:
            raise No("Invalid OAuth access token - Cannot parse access token", 190, status=401)
        told = asked.params.pop("appsecret_proof", "")
        if told != (proof(asked.token, self.secret) if self.wants_proof(asked) else ""):
            raise No("Invalid appsecret_proof provided in the API argument", 100)

    def wants_proof(self, asked: Asked) -> bool:
        """Whether every call has to prove that it comes from the app, as the app's settings can demand."""
        return True

    def who(self, asked: Asked) -> str:
        return self.tokens[asked.token]

    # -- what doubles answer with -------------------------------------------------------------------------------------

    def check(self, node: str, asked: Asked, edge: str = "") -> None:
        """Graph ignores much that it does not know. We do not: what is not described is not asked."""
        faults = self.spec.faults_of_request(node, asked.method, edge, asked.params)
        if faults:
            raise No(f"(#100) {'; '.join(faults)}")

    def shown(self, node: str, whole: Mapping[str, Any], fields: Fields) -> dict[str, Any]:
        """The fields that were asked for; those without a value are left out, as Graph does."""
        for name in fields:
            if not self.spec.knows_field(node, name):
                raise No(f"(#100) Tried accessing nonexisting field ({name}) on node type ({node})")
        told = {name: value for name, value in whole.items() if name in fields or name == "id"}
        told = {name: value(*fields[name]) if callable(value) else value for name, value in told.items()}
        told = {name: value for name, value in told.items() if value is not None}
        faults = self.spec.faults_of_answer(node, told)
        assert not faults, f"the double has drifted from {node}: {faults}"
        return told

    def paged(self, items: Sequence[Any], params: Mapping[str, str], show: Callable[[Any], Any]) -> dict[str, Any]:
        """A page, with the cursor and the address of the rest if there is one."""
        size, start = min(int(params.get("limit", 25)), MOST), int(params.get("after", "c0")[1:])
        page = [show(item) for item in items[start : start + size]]
        if not page:
            return {"data": []}
        paging: dict[str, Any] = {"cursors": {"before": f"c{start}", "after": f"c{start + len(page)}"}}
        if start + size < len(items):
            paging["next"] = f"https://graph.facebook.com/{self.version}/next?after=c{start + size}"
        return {"data": page, "paging": paging}

    def hook(self, told: Any) -> Hook:
        """A delivery as Meta signs it: over the body as it is sent, with letters escaped."""
        body = json.dumps(told, ensure_ascii=True).encode()
        headers = {"content-type": "application/json", "x-hub-signature-256": f"sha256={sign(self.secret, body)}"}
        return Hook("POST", headers, {}, body)


def parse_fields(told: str) -> Fields:
    """``id,comments.limit(5).filter(stream){id,from}`` as a tree: name → (modifiers, what is asked of each)."""
    fields, _ = _fields(told, 0)
    return fields


def _fields(told: str, at: int) -> tuple[Fields, int]:
    found: Fields = {}
    while at < len(told) and told[at] != "}":
        name = re.compile(r"\w+").match(told, at)
        if name is None:
            raise No(f"(#2500) Syntax error in field list at character {at}", 2500)
        at, modifiers, inner = name.end(), {}, None
        while modifier := re.compile(r"\.(\w+)\(([^)]*)\)").match(told, at):
            modifiers[modifier[1]], at = modifier[2], modifier.end()
        if told[at : at + 1] == "{":
            inner, at = _fields(told, at + 1)
            at += 1
        found[name[0]] = (modifiers, inner)
        at += told[at : at + 1] == ","
    return found, at


def graph_time(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")


def _read(environ: Mapping[str, Any], version: str) -> Asked:
    path = environ["PATH_INFO"].strip("/").split("/")
    if path[0] == version:
        path = path[1:]
    params, body = dict(parse_qsl(environ["QUERY_STRING"])), environ["wsgi.input"].read()
    files: dict[str, tuple[str, bytes]] = {}
    told = None
    kind = environ.get("CONTENT_TYPE", "")
    if kind.startswith("application/json"):
        told = json.loads(body)
    elif kind.startswith("multipart/form-data"):
        for part in message_from_bytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body).get_payload():
            name = str(part.get_param("name", header="content-disposition"))  # type: ignore[union-attr]
            content = bytes(part.get_payload(decode=True))  # type: ignore[union-attr]
            if part.get_filename():  # type: ignore[union-attr]
                files[name] = (part.get_content_type(), content)  # type: ignore[union-attr]
            else:
                params[name] = content.decode()
    elif body:
        params |= dict(parse_qsl(body.decode(), keep_blank_values=True))
    token = environ.get("HTTP_AUTHORIZATION", "").removeprefix("Bearer ") or params.pop("access_token", "")
    return Asked(environ["REQUEST_METHOD"], tuple(part for part in path if part), params, files, token, told)
