"""Values that a lexicon allows, for Hypothesis: what the network may send one day, we must be able to read."""

from __future__ import annotations

from functools import cache
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from draht.channels.bluesky.tests.lexicon import definition, resolve

DEPTH = 4  # of references; below it only what is needed
RKEY = st.text("234567abcdefghij", min_size=13, max_size=13)
DID = st.text("abcdefghijklmnopqrstuvwxyz234567", min_size=24, max_size=24).map("did:plc:{}".format)
FORMATS: dict[str, SearchStrategy[str]] = {
    "did": DID,
    "handle": st.sampled_from(["jane.test", "a.b.c.example", "handle.invalid"]),
    "at-uri": st.builds("at://{}/app.bsky.feed.post/{}".format, DID, RKEY),
    "cid": st.just("bafyreidteux3d33pw5qczxaaf7lcerkbxwoeyr536hjstun6dqxpy7pqru"),
    "datetime": st.sampled_from(
        [
            "2026-11-22T00:50:00.438Z",
            "1985-04-12T23:20:50.123456789Z",
            "0010-12-31T23:00:00+01:00",
            "2026-11-22T00:50:00Z",
        ]
    ),
    "uri": st.sampled_from(["https://example.com/x?y", "dns:example.com", "https://例え.jp"]),
    "language": st.sampled_from(["en", "de-AT", "zh-Hant"]),
    "nsid": st.just("app.bsky.feed.post"),
    "tid": RKEY,
    "record-key": RKEY,
    "at-identifier": DID,
}


@cache
def values(ref: str) -> SearchStrategy[Any]:
    """Values of ``nsid#name``."""
    return _of(ref.partition("#")[0], definition(ref), DEPTH)


def _of(home: str, schema: Any, depth: int) -> SearchStrategy[Any]:
    kind = schema["type"]
    if kind == "ref":
        where, found = resolve(home, schema["ref"])
        return _of(where, found, depth - 1)
    if kind == "union":
        return (
            st.one_of([_member(home, ref, depth - 1) for ref in schema["refs"]])
            if depth > 0
            else st.just({"$type": "x.y"})
        )
    if kind == "array":
        items = _of(home, schema["items"], depth - 1)
        return st.lists(items, min_size=schema.get("minLength", 0), max_size=min(3, schema.get("maxLength", 3)))
    if kind in {"object", "record"}:
        return _object(home, schema.get("record", schema), depth)
    return _plain(schema)


def _member(home: str, ref: str, depth: int) -> SearchStrategy[Any]:
    where, found = resolve(home, ref)
    whole = (home + ref if ref.startswith("#") else ref).removesuffix("#main")
    return _of(where, found, depth).map(lambda value: {"$type": whole} | value if isinstance(value, dict) else value)


def _object(home: str, schema: Any, depth: int) -> SearchStrategy[Any]:
    known, needed = schema.get("properties", {}), set(schema.get("required", []))
    told = {key: _of(home, inner, depth - 1) for key, inner in known.items() if key in needed}
    more = {key: _of(home, inner, depth - 1) for key, inner in known.items() if key not in needed and depth > 0}
    return st.fixed_dictionaries(told, optional=more)


def _plain(schema: Any) -> SearchStrategy[Any]:
    kind = schema["type"]
    if "const" in schema:
        return st.just(schema["const"])
    if kind == "string" and "format" in schema:
        return FORMATS[schema["format"]]
    if kind == "string":
        known = schema.get("knownValues") or schema.get("enum")
        return st.sampled_from(known) if known else st.text(max_size=12)
    if kind == "integer":
        return st.integers(schema.get("minimum", -5), schema.get("maximum", 1 << 40))
    if kind == "blob":
        ref = {"$link": "bafkreibm6jg3ux5qumhcn2b3flc3tyu6dmlb4xa7u5bf44yegnrjhc4yeq"}
        return st.just({"$type": "blob", "ref": ref, "mimeType": "image/png", "size": 5})
    return st.booleans() if kind == "boolean" else st.dictionaries(st.text(max_size=4), st.integers(), max_size=2)
