"""Meta's descriptions of Graph's nodes as a judge: what may be asked of them, and what they may answer.

Each node has a file with its fields (name, type) and its edges (method, parameters); ``enum_types.json`` has values.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import strategies as st

EVERYWHERE = frozenset({"access_token", "appsecret_proof", "fields", "limit", "after", "before"})
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+0000")
WHOLE = {"int", "unsigned int"}
SWITCHES = {"true", "false", "0", "1"}


def need(path: Path) -> None:
    """Skips a test whose judge is missing. In CI that is a failure."""
    if not path.exists():
        reason = f"{path} is missing: nothing to hold the channel against"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)


class GraphSpec:
    """The files of one folder. A node without a file is not judged."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._nodes: dict[str, dict[str, Any]] = {}

    def knows(self, node: str) -> bool:
        return (self.folder / f"{node}.json").exists()

    def faults_of_request(self, node: str, method: str, edge: str, params: Mapping[str, str]) -> list[str]:
        """What the description has against a request; ``edge`` is empty for the node itself."""
        if not self.knows(node):
            return []
        known = self._edge(node, method, edge)
        if known is None:
            return [f"{method} {edge or node}: there is no such edge of {node}"]
        types = {param["name"]: param["type"] for param in known["params"]}
        needed = {param["name"] for param in known["params"] if param.get("required")}
        faults = [f"{name} is needed" for name in sorted(needed - params.keys())]
        for name, value in params.items():
            if name in types:
                faults += [] if self._takes(types[name], value) else [f"{name}: {value[:80]!r} is no {types[name]}"]
            elif name not in EVERYWHERE:
                faults.append(f"{name} is unknown")
        return faults

    def faults_of_answer(self, node: str, told: Mapping[str, Any]) -> list[str]:
        """What the description has against an object; edges may be among its fields."""
        if not self.knows(node):
            return []
        types = self.fields(node)
        faults = []
        for name, value in told.items():
            if name in types:
                faults += [] if self._gives(types[name], value) else [f"{name}: {value!r} is no {types[name]}"]
            elif name != "id" and self._edge(node, "GET", name) is None:
                faults.append(f"{name} is no field of {node}")
        return faults

    def fields(self, node: str) -> dict[str, str]:
        return {field["name"]: field["type"] for field in self._node(node)["fields"]}

    def knows_field(self, node: str, name: str) -> bool:
        return not self.knows(node) or (
            name == "id" or name in self.fields(node) or self._edge(node, "GET", name) is not None
        )

    def drawn(self, node: str, only: Iterable[str]) -> st.SearchStrategy[dict[str, Any]]:
        """Objects with some of these fields, each of the type that it is described with."""
        types = self.fields(node)
        return st.fixed_dictionaries({}, optional={name: self._values(types[name]) for name in only if name in types})

    def _values(self, type: str) -> st.SearchStrategy[Any]:
        if type == "bool":
            return st.booleans()
        if type in WHOLE:
            return st.integers(min_value=0, max_value=2**63)
        if type == "datetime":
            return st.datetimes().map(lambda at: at.isoformat(timespec="seconds") + "+0000")
        if type == "string":
            return st.text() | st.from_regex(r"\A[0-9]{1,20}(_[0-9]{1,20})?\Z")
        if type.startswith("list"):
            return st.lists(st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=2), max_size=2)
        if self.knows(type):
            return st.fixed_dictionaries({"id": st.from_regex(r"\A[0-9]{1,20}\Z")})
        named = {
            "id": st.from_regex(r"\A[0-9]{1,20}\Z"),
            "name": st.text(max_size=20),
            "username": st.text(max_size=20),
        }
        return st.fixed_dictionaries({}, optional=named)

    def _takes(self, type: str, value: str) -> bool:
        """Whether a parameter's text is of a type."""
        if type == "bool":
            return value in SWITCHES
        if type in WHOLE:
            return value.isdigit()
        if type == "datetime":
            return value.isdigit() or bool(re.match(r"\d{4}-\d\d-\d\d", value))
        if type.startswith("list<"):
            told = _list(value)
            return told is not None and all(self._takes(type[5:-1], one) for one in told)
        if type in self._enums:
            return value in self._enums[type]
        if type in {"Object", "map"}:  # a bare word stands for itself
            return not value.startswith("{") or isinstance(_json(value), dict)
        return True

    def _gives(self, type: str, value: Any) -> bool:
        if type == "bool":
            return isinstance(value, bool)
        if type in WHOLE:
            return isinstance(value, int) and not isinstance(value, bool)
        if type == "datetime":
            return isinstance(value, str) and bool(MOMENT.fullmatch(value))
        if type.startswith("list"):
            return isinstance(value, list)
        return isinstance(value, str | float | int) if type in {"string", "float"} else isinstance(value, dict)

    def _edge(self, node: str, method: str, edge: str) -> dict[str, Any] | None:
        apis = self._node(node)["apis"]
        return next(
            (api for api in apis if api["method"] == method and (api.get("endpoint") or "").strip("/") == edge), None
        )

    def _node(self, node: str) -> dict[str, Any]:
        if node not in self._nodes:
            self._nodes[node] = json.loads((self.folder / f"{node}.json").read_text())
        return self._nodes[node]

    @cached_property
    def _enums(self) -> dict[str, set[str]]:
        told = json.loads((self.folder / "enum_types.json").read_text())
        return {enum["name"]: set(enum["values"]) for enum in told}


def _json(value: str) -> Any:
    try:
        return msgspec.json.decode(value)
    except msgspec.DecodeError:
        return None


def _list(value: str) -> list[str] | None:
    if not value.startswith("["):
        return value.split(",")
    told = _json(value)
    if not isinstance(told, list):
        return None
    return [one if isinstance(one, str) else json.dumps(one) for one in told]
