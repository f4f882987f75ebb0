"""Mastodon's OpenAPI document as a judge of requests and answers; it lies beside the repository."""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from openapi_schema_validator import OAS31Validator, oas31_format_checker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

SHARED = Path(__file__).resolve().parents[4].parent / "shared"
SPEC = SHARED / "specs" / "mastodon" / "schema.json"
PAYLOADS = SHARED / "payloads" / "mastodon"
_ROOT = "urn:mastodon"


def need(path: Path) -> None:
    """Skips what needs a file beside the repository and does not find it. In CI that is a failure."""
    if not path.exists():
        reason = f"{path} is missing: nothing to hold the channel against"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)


def present() -> bool:
    return SPEC.exists()


@cache
def document() -> Any:
    return json.loads(SPEC.read_text())


def request_faults(template: str, method: str, query: list[tuple[str, str]], body: Any) -> list[str]:
    """What the document has against a request to the path ``template``."""
    call = document()["paths"].get(template, {}).get(method.lower())
    if call is None:
        return [f"{method} {template} is not in the document"]
    known = {p["name"]: p["schema"] for p in call.get("parameters", []) if p["in"] == "query"}
    faults = [fault for name, value in query for fault in _value_faults(known, name, value)]
    content = call.get("requestBody", {}).get("content", {}).get("application/json")
    if content is None:
        return faults + ([] if body is None else ["a body where none is foreseen"])
    strange = set(body or {}) - _properties(content["schema"])
    return faults + [f"unknown field {name}" for name in strange] + _faults(content["schema"], body)


def answer_faults(template: str, method: str, status: int, body: Any) -> list[str]:
    told = document()["paths"][template][method.lower()]["responses"].get(str(status))
    if told is None:
        return [f"{method} {template} never answers {status}"]
    content = told.get("content", {}).get("application/json")
    return _faults(content["schema"], body) if content else []


def schema_faults(name: str, value: Any) -> list[str]:
    return _faults({"$ref": f"#/components/schemas/{name}"}, value)


def _value_faults(known: dict[str, Any], name: str, value: str) -> list[str]:
    schema = known.get(name.removesuffix("[]"))
    if schema is None:
        return [f"unknown parameter {name}"]
    if (schema["type"] == "array") != name.endswith("[]"):
        return [f"{name}: only arrays have brackets"]
    schema = schema["items"] if schema["type"] == "array" else schema
    typed: Any = value
    if schema.get("type") == "integer" and value.isdigit():
        typed = int(value)
    if schema.get("type") == "boolean" and value in {"true", "false"}:
        typed = value == "true"
    return [f"{name}: {fault}" for fault in _faults(schema, typed)]


def _properties(schema: Any) -> set[str]:
    if "$ref" in schema:
        return _properties(document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    inside = [*schema.get("allOf", []), *schema.get("oneOf", [])]
    return set(schema.get("properties", {})).union(*(_properties(each) for each in inside))


def _faults(schema: Any, value: Any) -> list[str]:
    validator = _validator(json.dumps(schema).replace('"#/', f'"{_ROOT}#/'))
    return [f"{error.json_path}: {error.message}"[:300] for error in validator.iter_errors(value)]


@cache
def _validator(schema: str) -> Any:
    resource = Resource.from_contents(document(), default_specification=DRAFT202012)
    registry: Registry[Any] = Registry().with_resource(_ROOT, resource)
    return OAS31Validator(json.loads(schema), registry=registry, format_checker=oas31_format_checker)
