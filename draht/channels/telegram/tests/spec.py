"""The specification of the Bot API as JSON Schema, and values drawn from it. Source: ``specs/telegram/SOURCE.md``."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from jsonschema import Draft202012Validator

SHARED = Path(__file__).resolve().parents[4].parent / "shared"
API = SHARED / "specs" / "telegram" / "api.json"
PAYLOADS = SHARED / "payloads" / "telegram"
PLAIN = {"Integer": "integer", "String": "string", "Boolean": "boolean", "Float": "number", "InputFile": "string"}
ARRAY = "Array of "
TEXTS = st.text(max_size=30) | st.sampled_from(["/start", "🎉", "a\x00b", "https://example.org"])
Schema = dict[str, Any]


def need(path: Path) -> Path:
    """Skips what needs a file beside the repository and does not find it. In CI that is a failure."""
    if not path.exists():
        reason = f"{path} is missing: nothing to hold the channel against"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    return path


@cache
def api() -> dict[str, Any] | None:
    return json.loads(API.read_text()) if API.exists() else None


@cache
def definitions() -> Schema:
    document = api() or {"types": {}}
    return {name: _of_type(told) for name, told in document["types"].items()}


def _of_type(told: Schema) -> Schema:
    if told.get("subtypes"):
        return {"anyOf": [_of(name) for name in told["subtypes"]]}
    return _object(told.get("fields", ()))


def _object(fields: Sequence[Schema]) -> Schema:
    properties = {each["name"]: _any(each["types"]) for each in fields}
    needed = [each["name"] for each in fields if each["required"]]
    return {"type": "object", "properties": properties, "required": needed, "additionalProperties": False}


def _any(types: Sequence[str]) -> Schema:
    return _of(types[0]) if len(types) == 1 else {"anyOf": [_of(each) for each in types]}


def _of(name: str) -> Schema:
    if name.startswith(ARRAY):
        return {"type": "array", "items": _of(name.removeprefix(ARRAY))}
    return {"type": PLAIN[name]} if name in PLAIN else {"$ref": f"#/$defs/{name}"}


@cache
def _judge(kind: str, name: str) -> Draft202012Validator:
    document = api()
    assert document is not None
    schema = _of(name)
    if kind == "request":
        schema = _object(document["methods"][name].get("fields", ()))
    elif kind == "answer":
        schema = _any(document["methods"][name]["returns"])
    return Draft202012Validator({**schema, "$defs": definitions()})


def faults(kind: str, name: str, value: Any) -> list[str]:
    """What is wrong with a ``request`` or an ``answer`` of a method, or with a value of a ``type``."""
    if api() is None:
        return []
    return [f"{name} {error.json_path}: {error.message}"[:300] for error in _judge(kind, name).iter_errors(value)]


def is_method(name: str) -> bool:
    document = api()
    return document is None or name in document["methods"]


def typed(method: str, form: dict[str, str]) -> dict[str, Any]:
    """The fields of a form: what is neither text nor a file is JSON."""
    document = api()
    fields = {each["name"]: each["types"] for each in document["methods"][method].get("fields", ())} if document else {}
    return {key: value if _is_text(fields.get(key, []), value) else json.loads(value) for key, value in form.items()}


def _is_text(types: Sequence[str], value: str) -> bool:
    if not types:  # without the specification: numbers and JSON are what looks like them
        return not (value[:1] in "[{" or value.lstrip("-").isdigit())
    if "Integer" in types and value.lstrip("-").isdigit():
        return False
    return "String" in types or "InputFile" in types


@cache
def drawn(name: str, depth: int = 3) -> SearchStrategy[Any]:
    """Values of a type, with all that is needed and some of what may be there."""
    return _drawn(definitions()[name], depth)


def _drawn(schema: Schema, depth: int) -> SearchStrategy[Any]:
    if "$ref" in schema:
        return st.deferred(lambda: drawn(schema["$ref"].rpartition("/")[2], depth - 1)) if depth else st.just({})
    if "anyOf" in schema:
        return st.one_of([_drawn(each, depth) for each in schema["anyOf"]])
    match schema["type"]:
        case "object":
            fields = {key: _drawn(each, depth) for key, each in schema["properties"].items()}
            needed = {key: fields.pop(key) for key in schema["required"]}
            return st.fixed_dictionaries(needed, optional=fields)
        case "array":
            return st.lists(_drawn(schema["items"], depth), max_size=2)
        case "integer":
            return st.integers(-(2**52), 2**52) | st.integers(1_500_000_000, 1_900_000_000)
        case "number":
            return st.floats(allow_nan=False, allow_infinity=False)
        case "boolean":
            return st.booleans()
    return TEXTS
