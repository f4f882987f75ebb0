"""The JSON Schema that WordPress itself tells of its routes, as a judge; it lies beside the repository."""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator

SHARED = Path(__file__).resolve().parents[4].parent / "shared"
SPECS = SHARED / "specs" / "wordpress"


def need() -> None:
    """Skips what needs the schemas and does not find them. In CI that is a failure."""
    if not SPECS.exists():
        reason = f"{SPECS} is missing: nothing to hold the channel against"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)


def faults_of_query(route: str, query: dict[str, str]) -> list[str]:
    """What the server's schema has against the parameters of a GET."""
    known = _arguments(route, "GET")
    return [
        fault
        for name, value in query.items()
        if not name.startswith("_") and known is not None  # _embed, _fields: of all routes, so in none's schema
        for fault in (_faults(known[name], _typed(known[name], value), name) if name in known else [f"{name} unknown"])
    ]


def faults_of_body(route: str, body: dict[str, Any]) -> list[str]:
    known = _arguments(route, "POST")
    return [
        fault
        for name, value in body.items()
        if known is not None
        for fault in (_faults(known[name], value, name) if name in known else [f"{name} unknown"])
    ]


def faults_of_answer(route: str, item: dict[str, Any]) -> list[str]:
    """What the schema has against one item that the double gives out."""
    if not SPECS.exists():
        return []
    known = item_schema(route)["properties"]
    return [
        fault
        for name, value in item.items()
        if not name.startswith("_")
        for fault in (_faults(known[name], value, name) if name in known else [f"{name} unknown"])
    ]


@cache
def item_schema(route: str) -> Any:
    return _mended(_document(route)["schema"])


@cache
def _document(route: str) -> Any:
    return json.loads((SPECS / f"options-{route}-6.1.9.json").read_text())


@cache
def _arguments(route: str, method: str) -> Any:
    if not SPECS.exists():
        return None
    endpoints = _document(route)["endpoints"]
    return _mended(next(one["args"] for one in endpoints if method in one["methods"]))


def _mended(schema: Any) -> Any:
    """PHP writes an empty object as ``[]``, and ``required`` at each argument as draft 3 did."""
    if isinstance(schema, list):
        return [_mended(inner) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    mended = {key: _mended(value) for key, value in schema.items() if key != "required"}
    if mended.get("properties") == []:
        mended |= {"properties": {}, "type": ["object", "array"]}
    return mended


def _faults(schema: Any, value: Any, name: str) -> list[str]:
    return [f"{name}: {error.message}"[:200] for error in Draft4Validator(schema).iter_errors(value)]


def _typed(schema: Any, value: str) -> Any:
    """A value of a query, as PHP reads it."""
    if schema.get("type") == "array":
        return [_typed(schema["items"], one) for one in value.split(",")]
    return int(value) if schema.get("type") == "integer" and value.isdigit() else value
