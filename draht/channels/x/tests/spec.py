"""X's OpenAPI documents as judges of requests and answers; they lie beside the repository.

2.159 judges everything but the request for a subscription, whose newer kinds of events only 2.167 knows.
"""

from __future__ import annotations

import json
import os
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from openapi_schema_validator import OAS30Validator, oas30_format_checker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4

SHARED = Path(__file__).resolve().parents[4].parent / "shared"
SPECS = SHARED / "specs" / "x"
PAYLOADS = SHARED / "payloads" / "x"
VECTORS = SHARED / "specs" / "twitter-text" / "conformance" / "validate.yml"
OLD, NEW = "2.159", "2.167"


def need(path: Path) -> None:
    """Skips what needs a file beside the repository and does not find it. In CI that is a failure."""
    if not path.exists():
        reason = f"{path} is missing: nothing to hold the channel against"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)


def present() -> bool:
    return SPECS.exists()


def payload(name: str) -> Any:
    need(PAYLOADS)
    return json.loads((PAYLOADS / f"{name}.json").read_text())


@cache
def document(version: str = OLD) -> Any:
    return json.loads((SPECS / f"openapi-{version}.json").read_text())


def request_faults(template: str, method: str, query: list[tuple[str, str]], body: Any) -> list[str]:
    """What the document has against a request to the path ``template``."""
    version = NEW if template.startswith(("/2/activity", "/2/dm_conversations/media")) else OLD
    call = document(version)["paths"].get(template, {}).get(method.lower())
    if call is None:
        return [f"{method} {template} is not in the document"]
    known = {
        each["name"]: each for each in map(_resolved(version), call.get("parameters", [])) if each["in"] == "query"
    }
    faults = [fault for name, value in query for fault in _value_faults(version, known, name, value)]
    faults += [f"{name} is missing" for name in known if known[name].get("required") and name not in dict(query)]
    content = call.get("requestBody", {}).get("content", {}).get("application/json")
    if content is None:
        return faults + ([] if body is None else ["a body where none is foreseen"])
    strange = set(body or {}) - _properties(version, content["schema"])
    return faults + [f"unknown field {name}" for name in strange] + _faults(version, content["schema"], body)


def answer_faults(template: str, method: str, status: int, body: Any) -> list[str]:
    if template not in document()["paths"]:
        return []  # bytes of a file: only the newer document knows that call
    told = document()["paths"][template][method.lower()]["responses"].get(str(status))
    if told is None and status < 400:
        return [f"{method} {template} never answers {status}"]
    schema = told["content"]["application/json"]["schema"] if told else _ref("Problem")
    return _faults(OLD, schema, body) + [fault for problem in _problems(body) for fault in problem_faults(problem)]


def problem_faults(problem: Any) -> list[str]:
    """By the schema to which the document maps its type."""
    mapping = document()["components"]["schemas"]["Problem"]["discriminator"]["mapping"]
    ref = mapping.get(problem.get("type"), "#/components/schemas/Problem")
    return _faults(OLD, {"$ref": ref}, problem)


def schema_faults(name: str, value: Any) -> list[str]:
    return _faults(OLD, _ref(name), value)


def _problems(body: Any) -> list[Any]:
    return list(body.get("errors") or ()) if isinstance(body, dict) else []


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _resolved(version: str) -> Any:
    def resolve(parameter: Any) -> Any:
        name = parameter.get("$ref", "").rpartition("/")[2]
        return document(version)["components"]["parameters"][name] if name else parameter

    return resolve


def _value_faults(version: str, known: dict[str, Any], name: str, value: str) -> list[str]:
    if name not in known:
        return [f"unknown parameter {name}"]
    schema = known[name]["schema"]
    typed: Any = value
    if schema.get("type") == "array":
        typed = value.split(",")
    elif schema.get("type") == "integer" and re.fullmatch("-?[0-9]+", value):
        typed = int(value)
    return [f"{name}: {fault}" for fault in _faults(version, schema, typed)]


def _properties(version: str, schema: Any) -> set[str]:
    if "$ref" in schema:
        return _properties(version, document(version)["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    inside = [*schema.get("allOf", []), *schema.get("oneOf", []), *schema.get("anyOf", [])]
    return set(schema.get("properties", {})).union(*(_properties(version, each) for each in inside))


def _faults(version: str, schema: Any, value: Any) -> list[str]:
    validator = _validator(version, json.dumps(schema).replace('"#/', f'"urn:x-{version}#/'))
    return [f"{error.json_path}: {error.message}"[:300] for error in validator.iter_errors(value)]


@cache
def _validator(version: str, schema: str) -> Any:
    resource = Resource.from_contents(document(version), default_specification=DRAFT4)
    registry: Registry[Any] = Registry().with_resource(f"urn:x-{version}", resource)
    return OAS30Validator(json.loads(schema), registry=registry, format_checker=oas30_format_checker)
