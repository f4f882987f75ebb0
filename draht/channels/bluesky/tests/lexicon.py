"""The official lexicons as a judge of requests, answers and records; they lie beside the repository."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from draht.channels.bluesky.tests.syntax import FORMATS, too_long

SHARED = Path(__file__).resolve().parents[4].parent / "shared"
LEXICONS = SHARED / "specs" / "bluesky" / "lexicons"
INTEROP = SHARED / "specs" / "bluesky" / "interop" / "syntax"
PAYLOADS = SHARED / "payloads" / "bluesky"


def need(path: Path) -> None:
    """Skips what needs a file beside the repository and does not find it. In CI that is a failure."""
    if not path.exists():
        reason = f"{path} is missing: nothing to hold the channel against"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)


def present() -> bool:
    return LEXICONS.exists()


@cache
def definitions(nsid: str) -> Any:
    """All definitions of one lexicon; nothing if there is none of that name."""
    path = LEXICONS.joinpath(*nsid.split(".")).with_suffix(".json")
    return json.loads(path.read_text())["defs"] if path.exists() else {}


def definition(ref: str) -> Any:
    """``nsid#name``; without a name it is ``main``."""
    nsid, _, name = ref.partition("#")
    return definitions(nsid).get(name or "main")


def params_faults(call: str, query: list[tuple[str, str]]) -> list[str]:
    """What the lexicon has against the parameters of a call."""
    schema = (definition(call) or {}).get("parameters", {"type": "params", "properties": {}})
    known = schema["properties"]
    strange = [f"unknown parameter {name}" for name, _ in query if name not in known]
    typed: dict[str, Any] = {}
    for name, value in query:
        if name in known and known[name]["type"] == "array":
            typed.setdefault(name, []).append(_typed(known[name]["items"], value))
        elif name in known:
            typed[name] = _typed(known[name], value)
    return strange + list(_faults(call, schema | {"type": "object"}, typed, "$"))


def input_faults(call: str, body: Any) -> list[str]:
    schema = (definition(call) or {}).get("input", {}).get("schema")
    if schema is None:
        return [] if body is None else ["a body where none is foreseen"]
    strange = set(body if isinstance(body, dict) else {}) - set(_resolved(call, schema)[1].get("properties", {}))
    return [f"unknown field {name}" for name in sorted(strange)] + list(_faults(call, schema, body, "$"))


def output_faults(call: str, body: Any) -> list[str]:
    schema = (definition(call) or {}).get("output", {}).get("schema")
    return list(_faults(call, schema, body, "$")) if schema else []


def record_faults(collection: str, record: Any) -> list[str]:
    """What the lexicon has against a record, in the words of the network."""
    schema = definition(collection)
    if schema is None or not isinstance(record, dict) or record.get("$type") != collection:
        return [f"not a record of {collection}"]
    return list(_faults(collection, schema["record"], record, "$.record"))


def faults(ref: str, value: Any) -> list[str]:
    return list(_faults(ref.partition("#")[0], definition(ref), value, "$"))


def _typed(schema: Any, value: str) -> Any:
    if schema["type"] == "integer" and value.lstrip("-").isdigit():
        return int(value)
    if schema["type"] == "boolean" and value in {"true", "false"}:
        return value == "true"
    return value


def resolve(home: str, ref: str) -> tuple[str, Any]:
    """Where a reference leads: the lexicon it lies in, and the definition."""
    whole = home + ref if ref.startswith("#") else ref
    return whole.partition("#")[0], definition(whole)


def _resolved(home: str, schema: Any) -> tuple[str, Any]:
    while schema["type"] == "ref":
        home, schema = resolve(home, schema["ref"])
    return home, schema


def _faults(home: str, schema: Any, value: Any, at: str) -> Iterator[str]:
    home, schema = _resolved(home, schema)
    check = {"object": _object, "record": _record, "array": _array, "union": _union, "string": _string, "blob": _blob}
    if schema["type"] in check:
        yield from check[schema["type"]](home, schema, value, at)
    elif schema["type"] in {"integer", "boolean"}:
        yield from _plain(schema, value, at)
    elif schema["type"] == "unknown" and not isinstance(value, dict):
        yield f"an object is expected at {at}"


def _record(home: str, schema: Any, value: Any, at: str) -> Iterator[str]:
    yield from _faults(home, schema["record"], value, at)


def _object(home: str, schema: Any, value: Any, at: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"an object is expected at {at}"
        return
    yield from (f"missing {key} at {at}" for key in schema.get("required", []) if key not in value)
    for key, inner in schema.get("properties", {}).items():
        if key in value and not (value[key] is None and key in schema.get("nullable", [])):
            yield from _faults(home, inner, value[key], f"{at}.{key}")


def _array(home: str, schema: Any, value: Any, at: str) -> Iterator[str]:
    if not isinstance(value, list):
        yield f"an array is expected at {at}"
        return
    if len(value) > schema.get("maxLength", len(value)):
        yield f"array too big (maximum {schema['maxLength']}, got {len(value)}) at {at}"
    if len(value) < schema.get("minLength", 0):
        yield f"array too small at {at}"
    for index, each in enumerate(value):
        yield from _faults(home, schema["items"], each, f"{at}[{index}]")


def _union(home: str, schema: Any, value: Any, at: str) -> Iterator[str]:
    told = value.get("$type") if isinstance(value, dict) else None
    if not isinstance(told, str):
        yield f"a $type is expected at {at}"
        return
    refs = {(home + ref if ref.startswith("#") else ref).removesuffix("#main") for ref in schema["refs"]}
    if told in refs:
        yield from _faults(told.partition("#")[0], definition(told), value, at)
    elif schema.get("closed"):
        yield f"{told} is not foreseen at {at}"


def _string(home: str, schema: Any, value: Any, at: str) -> Iterator[str]:
    if not isinstance(value, str):
        yield f"a string is expected at {at}"
        return
    if fault := too_long(value, schema):
        yield f"{fault} at {at}"
    if not FORMATS.get(schema.get("format", ""), bool)(value or " "):
        yield f'Invalid {schema["format"]} (got "{value}") at {at}'
    if "enum" in schema and value not in schema["enum"]:
        yield f"{value} is not foreseen at {at}"


def _plain(schema: Any, value: Any, at: str) -> Iterator[str]:
    wanted = int if schema["type"] == "integer" else bool
    if type(value) is not wanted or value != schema.get("const", value):
        yield f"{schema['type']} is expected at {at}"
    elif wanted is int and not schema.get("minimum", value) <= value <= schema.get("maximum", value):
        yield f"{value} is out of bounds at {at}"


def _blob(home: str, schema: Any, value: Any, at: str) -> Iterator[str]:
    if not isinstance(value, dict) or value.get("$type") != "blob" or "$link" not in value.get("ref", {}):
        yield f"a blob is expected at {at}"
        return
    if not any(fnmatch(value["mimeType"], kind) for kind in schema.get("accept", ["*/*"])):
        yield f"{value['mimeType']} is not accepted at {at}"
    if value["size"] > schema.get("maxSize", value["size"]):
        yield f"blob too big (maximum {schema['maxSize']}, got {value['size']}) at {at}"
