"""Meta's OpenAPI document of WhatsApp as a judge of requests and answers; it lies beside the repository.

Its schema of incoming deliveries rejects its own examples: these are read in the tests of the mapper instead. Its
bodies are ``allOf`` of parts that each forbid what the others have: they are judged as the sum of their parts.
"""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

SHARED = Path(__file__).resolve().parents[4].parent / "shared"
SPEC = SHARED / "specs/whatsapp/business-messaging-api_v23.0.yaml"
PAYLOADS = SHARED / "payloads/whatsapp"
UNSAID = {"biz_opaque_callback_data": {"type": "string"}}  # in Meta's reference of messages, missing in the document
Schema = dict[str, Any]


def need(path: Path) -> None:
    """Skips what needs a file beside the repository and does not find it. In CI that is a failure."""
    if not path.exists():
        reason = f"{path} is missing: nothing to hold the channel against"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)


def recorded(name: str) -> dict[str, Any]:
    """Deliveries by what they are."""
    need(PAYLOADS)
    told: dict[str, Any] = json.loads((PAYLOADS / f"{name}.json").read_text())
    return told


@cache
def document() -> Any:
    need(SPEC)
    return yaml.load(SPEC.read_text(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def request_faults(method: str, template: str, params: dict[str, str], body: Any) -> list[str]:
    """What the document has against a request; ``template`` is a path of it, without the version."""
    call = document()["paths"][f"/{{Version}}/{template}"].get(method.lower())
    if call is None:
        return [f"{method} {template} is not in the document"]
    known = {one["name"]: one["schema"] for one in map(_resolved, call.get("parameters", ())) if one["in"] == "query"}
    faults = [f"{name} is unknown" for name in params if name not in known and name not in EVERYWHERE]
    content = call.get("requestBody", {}).get("content", {})
    if body is None or not content:
        return faults + ([] if body is None else ["a body where none is foreseen"])
    return faults + _faults(whole(content["application/json"]["schema"], body), body)


EVERYWHERE = {"fields", "limit", "after", "before"}  # of Graph


def answer_faults(method: str, template: str, answer: Any) -> list[str]:
    told = _resolved(document()["paths"][f"/{{Version}}/{template}"][method.lower()]["responses"]["200"])
    return _faults(whole(told["content"]["application/json"]["schema"], answer), answer)


def error_faults(answer: Any) -> list[str]:
    return _faults({"$ref": "#/components/schemas/GraphAPIError"}, answer)


def whole(schema: Schema, value: Any) -> Schema:
    """A schema without ``allOf``, and of several kinds that which ``type`` names."""
    schema = _resolved(schema)
    kinds = schema.get("discriminator", {}).get("mapping")
    if kinds and isinstance(value, dict) and "oneOf" in schema:
        kind = kinds.get(value.get("type"))
        return whole({"$ref": kind}, value) if kind else {"not": {}}
    if "allOf" not in schema:
        return schema
    parts = [whole(part, value) for part in schema["allOf"]]
    properties = {name: one for part in parts for name, one in part.get("properties", {}).items()}
    required = [name for part in parts for name in part.get("required", ())]
    return {"type": "object", "properties": properties | UNSAID, "required": required, "additionalProperties": False}


@cache
def drawn(name: str) -> st.SearchStrategy[Any]:
    """Values of a schema of the document, any property of which may be missing."""
    return _drawn({"$ref": f"#/components/schemas/{name}"}, 6)


def _drawn(schema: Schema, depth: int) -> st.SearchStrategy[Any]:
    schema = _resolved(schema)
    if "allOf" in schema:
        schema = whole(schema, None)
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    match schema.get("type"):
        case "object" if depth:
            inner = {name: _drawn(one, depth - 1) for name, one in schema.get("properties", {}).items()}
            return st.fixed_dictionaries({}, optional=inner)
        case "array" if depth:
            return st.lists(_drawn(schema.get("items", {}), depth - 1), max_size=2)
        case "string":
            return st.text(max_size=20)
        case "integer":
            return st.integers(0, 2**40)
        case "number":
            return st.floats(allow_nan=False, allow_infinity=False) | st.integers(-180, 180)
        case "boolean":
            return st.booleans()
    return st.just({})


def _resolved(schema: Schema) -> Schema:
    while "$ref" in schema:
        found: Any = document()
        for key in schema["$ref"].removeprefix("#/").split("/"):
            found = found[key]
        schema = found
    return schema


def _faults(schema: Schema, value: Any) -> list[str]:
    validator = _validator(json.dumps(schema).replace('"#/', '"urn:whatsapp#/'))
    return [f"{error.json_path}: {error.message}"[:300] for error in validator.iter_errors(value)]


@cache
def _validator(schema: str) -> Any:
    resource = Resource.from_contents({"components": document()["components"]}, default_specification=DRAFT202012)
    registry: Registry[Any] = Registry().with_resource("urn:whatsapp", resource)
    return Draft202012Validator(json.loads(schema), registry=registry)
