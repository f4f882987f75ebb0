"""Google's discovery documents as JSON Schema: what a call may ask, what it may answer, and values drawn from it. Pure.

Source: developers.google.com/discovery/v1/reference/apis (fields of a description document).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

DATE_TIME = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$"
KEPT = frozenset({"type", "enum", "pattern"})  # of the words that both languages have
Schema = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """One method: ``query`` is the schema of its parameters; without a body there is no ``request`` or ``response``."""

    name: str
    query: Schema
    request: Schema | None
    response: Schema | None


class Discovery:
    """One document."""

    def __init__(self, path: Path) -> None:
        self.document: dict[str, Any] = json.loads(path.read_text())

    def call(self, method: str, path: str) -> Call | None:
        """The method behind ``method`` and the path of an address, without the slash at its beginning."""
        for verb, shape, found in self._calls:
            if verb == method and re.fullmatch(shape, path):
                return found
        return None

    def schema(self, name: str) -> Schema:
        return {"$ref": f"#/$defs/{name}", "$defs": self._definitions}

    def typed(self, call: Call, query: Sequence[tuple[str, str]]) -> dict[str, Any]:
        """The parameters of a query, each as the type that the document gives it."""
        typed: dict[str, Any] = {}
        for name, value in query:
            schema = call.query["properties"].get(name, {})
            if schema.get("type") == "array":
                typed[name] = [*typed.get(name, []), _value(schema["items"], value)]
            else:
                typed[name] = _value(schema, value)
        return typed

    @cached_property
    def _definitions(self) -> Schema:
        return {name: to_json_schema(schema) for name, schema in self.document["schemas"].items()}

    @cached_property
    def _calls(self) -> list[tuple[str, str, Call]]:
        found = []
        for name, method in _methods(self.document["resources"], ""):
            call = Call(name, self._query(method), self._body(method, "request"), self._body(method, "response"))
            uploads = (method.get("mediaUpload") or {}).get("protocols", {}).values()
            paths = [method.get("flatPath") or method["path"], *(upload["path"] for upload in uploads)]
            shapes = [re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path.lstrip("/"))) for path in paths]
            found += [(method["httpMethod"], shape, call) for shape in shapes]
        return found

    def _query(self, method: Mapping[str, Any]) -> Schema:
        everywhere = self.document.get("parameters", {})
        own = {name: p for name, p in method.get("parameters", {}).items() if p["location"] == "query"}
        properties = {name: _parameter(p) for name, p in (everywhere | own).items()}
        needed = [name for name, p in own.items() if p.get("required")]
        return {"type": "object", "properties": properties, "required": needed, "additionalProperties": False}

    def _body(self, method: Mapping[str, Any], key: str) -> Schema | None:
        return self.schema(method[key]["$ref"]) if key in method else None


def to_json_schema(schema: Mapping[str, Any]) -> Schema:
    """A schema of a discovery document. Its formats are numbers in text and the like; of these only times are kept.

    An object has the properties that are listed and no others.
    """
    if "$ref" in schema:
        return {"$ref": f"#/$defs/{schema['$ref']}"}
    told: Schema = {key: value for key, value in schema.items() if key in KEPT and value != "any"}
    if schema.get("format") in {"date-time", "google-datetime"}:
        told["pattern"] = DATE_TIME
    for key in ("minimum", "maximum"):
        if key in schema:
            told[key] = float(schema[key])
    if "items" in schema:
        told["items"] = to_json_schema(schema["items"])
    if "properties" in schema:
        told["properties"] = {name: to_json_schema(inner) for name, inner in schema["properties"].items()}
        told["additionalProperties"] = False
    if "additionalProperties" in schema:
        told["additionalProperties"] = to_json_schema(schema["additionalProperties"])
    return told


def drawn(schema: Schema, definitions: Schema | None = None, depth: int = 6) -> st.SearchStrategy[Any]:
    """Values of a schema that ``to_json_schema`` gave: any property may be missing."""
    known = schema.get("$defs", definitions) or {}
    if "$ref" in schema:
        return drawn(known[schema["$ref"].rpartition("/")[2]], known, depth)
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    match schema.get("type"):
        case "object" if depth:
            inner = {name: drawn(each, known, depth - 1) for name, each in schema.get("properties", {}).items()}
            return st.fixed_dictionaries({}, optional=inner)
        case "array" if depth:
            return st.lists(drawn(schema["items"], known, depth - 1), max_size=3)
        case "string" if "pattern" in schema:
            return st.datetimes().map(lambda at: f"{at.isoformat(timespec='milliseconds')}Z")
        case "string":
            return st.text(max_size=40)
        case "integer":
            return st.integers(int(schema.get("minimum", 0)), int(schema.get("maximum", 2**32 - 1)))
        case "number":
            return st.floats(allow_nan=False)
        case "boolean":
            return st.booleans()
    return st.just({})


def _parameter(told: Mapping[str, Any]) -> Schema:
    schema = to_json_schema(told)
    return {"type": "array", "items": schema} if told.get("repeated") else schema


def _value(schema: Schema, value: str) -> Any:
    if schema.get("type") in {"integer", "number"} and re.fullmatch(r"-?\d+", value):
        return int(value)
    if schema.get("type") == "boolean" and value in {"true", "false"}:
        return value == "true"
    return value


def _methods(resources: Mapping[str, Any], above: str) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for name, resource in resources.items():
        found += [(f"{above}{name}.{key}", method) for key, method in resource.get("methods", {}).items()]
        found += _methods(resource.get("resources", {}), f"{above}{name}.")
    return found
