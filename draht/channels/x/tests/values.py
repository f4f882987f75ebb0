"""Values of schemas of the OpenAPI document, for Hypothesis."""

from __future__ import annotations

from datetime import UTC
from functools import cache
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from draht.channels.x.tests import spec

DEPTH = 4  # how deep references are followed
MOMENTS = st.datetimes(timezones=st.just(UTC)).map(lambda at: at.isoformat().replace("+00:00", "Z"))
TEXTS = st.text() | st.sampled_from(["&amp;", "https://t.co/x", "@brand \x00", "RT @a: b", "🎉"])


@cache
def documented(name: str, depth: int = DEPTH) -> SearchStrategy[Any]:
    return _values(spec.document()["components"]["schemas"][name], depth)


def _values(schema: Any, depth: int) -> SearchStrategy[Any]:
    if "$ref" in schema:
        return documented(schema["$ref"].rpartition("/")[2], depth - 1) if depth else st.just({})
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if "allOf" in schema:
        return st.tuples(*(_values(each, depth) for each in schema["allOf"])).map(_merged)
    if "oneOf" in schema or "anyOf" in schema:
        return st.one_of([_values(each, depth) for each in schema.get("oneOf", schema.get("anyOf"))])
    return _of_type(schema.get("type", "object"), schema, depth)


def _of_type(type_: str, schema: Any, depth: int) -> SearchStrategy[Any]:
    match type_:
        case "boolean":
            return st.booleans()
        case "integer":
            return st.integers()
        case "number":
            return st.floats(allow_nan=False)
        case "array":
            return st.lists(_values(schema["items"], depth), min_size=schema.get("minItems", 0), max_size=2)
        case "object":
            fields = {key: _values(each, depth) for key, each in schema.get("properties", {}).items()}
            needed = {key: fields.pop(key) for key in schema.get("required", ()) if key in fields}
            return st.fixed_dictionaries(needed, optional=fields)
    if "pattern" in schema:
        return st.from_regex(schema["pattern"], fullmatch=True).filter(lambda text: "\n" not in text)
    return MOMENTS if schema.get("format") == "date-time" else TEXTS


def _merged(parts: Any) -> Any:
    return {key: value for part in parts for key, value in part.items()}
