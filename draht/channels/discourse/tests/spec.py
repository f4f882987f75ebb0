"""Discourse's OpenAPI document as a judge of requests, and of the double's own answers (nothing else is in them).
Real forums of other versions have more. Source: ``specs/discourse/SOURCE.md``.
"""

from __future__ import annotations

import json
import os
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

SHARED = Path(__file__).resolve().parents[4].parent / "shared"
SPEC = SHARED / "specs" / "discourse" / "openapi.json"
PAYLOADS = SHARED / "payloads" / "discourse"
JSON, FORM = "application/json", "multipart/form-data"
# [M] what the document leaves out: PostsController#create takes ``tags`` as the composer sends them
BEYOND = {("post", "/posts.json"): {"tags": {"type": "array", "items": {"type": "string"}}}}
# of these the document wants dozens of properties that nobody here reads
ABRIDGED = {"/t/{id}.json", "/u/{username}.json"}


def need(path: Path) -> Path:
    """Skips what needs a file beside the repository and does not find it. In CI that is a failure."""
    if not path.exists():
        reason = f"{path} is missing: nothing to hold the channel against"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    return path


@cache
def document() -> Any:
    return json.loads(SPEC.read_text()) if SPEC.exists() else None


@cache
def template_of(method: str, path: str) -> str | None:
    """The path of the document that fits, the most particular first."""
    paths = document()["paths"] if document() else {}
    fitting = [
        t for t in paths if method in paths[t] and re.fullmatch(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(t)), path)
    ]
    return min(fitting, key=lambda template: template.count("{"), default=None)


def request_faults(method: str, path: str, query: dict[str, Any], body: Any, content_type: str) -> list[str]:
    if document() is None:
        return []
    template = template_of(method, path)
    if template is None:
        return [f"{method} {path} is not in the document"]
    call = document()["paths"][template][method]
    content = call.get("requestBody", {}).get("content", {})
    if method == "get":  # the document writes ``post_ids[]`` down as a body; it is part of the address
        asked = {p["name"]: p["schema"] for p in call.get("parameters", ()) if p["in"] == "query"}
        asked |= next(iter(content.values()))["schema"]["properties"] if content else {}
        return _faults({"type": "object", "properties": asked, "additionalProperties": False}, _one(query))
    if body is None:
        return []
    if content_type not in content:
        return [f"{content_type} is not taken by {template}"]
    schema = content[content_type]["schema"]
    properties = {**schema["properties"], **BEYOND.get((method, template), {})}
    return _faults({**schema, "properties": properties}, body)


def answer_faults(method: str, path: str, body: Any) -> list[str]:
    schema = answer_schema(method, path)
    return _faults(schema, body) if schema else []


@cache
def answer_schema(method: str, path: str) -> Any:
    template = template_of(method, path)
    told = document()["paths"][template][method]["responses"].get("200", {}) if template else {}
    schema = told.get("content", {}).get(JSON, {}).get("schema")
    return _mended(schema, abridged=template in ABRIDGED) if schema else None


def properties(schema: Any) -> set[str] | None:
    """Names of a post's properties in an answer, or ``None`` if anything goes."""
    if schema is None or schema.get("additionalProperties") is True:
        return None
    found = schema.get("properties", {})
    for way in (("latest_posts",), ("post_stream", "posts"), ("post",)):
        inner: Any = schema
        for name in way:
            inner = inner.get("properties", {}).get(name) if inner else None
        if inner:
            return set(inner.get("items", inner).get("properties", {}))
    return set(found)


def _mended(schema: Any, abridged: bool) -> Any:
    """``reply_to_post_number`` is a number in every recorded post, whatever the document says."""
    if isinstance(schema, list):
        return [_mended(each, abridged) for each in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {key: _mended(value, abridged) for key, value in schema.items()}
    if abridged and isinstance(kept.get("required"), list):
        del kept["required"]
    if isinstance(inside := kept.get("properties"), dict) and "reply_to_post_number" in inside:
        inside["reply_to_post_number"] = {"type": ["integer", "null"]}
    return kept


def _one(query: dict[str, Any]) -> dict[str, Any]:
    """The document describes one of several."""
    return {key: value[0] if isinstance(value, list) else value for key, value in query.items()}


def _faults(schema: Any, value: Any) -> list[str]:
    return [f"{e.json_path}: {e.message}"[:300] for e in Draft202012Validator(schema).iter_errors(value)]
