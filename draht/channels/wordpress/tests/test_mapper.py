"""The mapper on everything that the server's own schema allows, and on some things that it does not."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from draht.channels.wordpress.mapper import digest, from_text, text_of, to_event
from draht.channels.wordpress.tests import spec
from draht.contract.messages import Deletion, IncomingMessage
from draht.contract.reading import read_each
from draht.contract.text import clean

DATES = st.datetimes().map(lambda moment: moment.isoformat(timespec="seconds"))
STATUSES = st.sampled_from(["approved", "hold", "spam", "trash", "post-trashed", "custom"])


def drawn(schema: Any) -> st.SearchStrategy[Any]:
    """Values of a schema that says no more than types."""
    match schema["type"]:
        case "object":
            return st.fixed_dictionaries({name: drawn(inner) for name, inner in schema["properties"].items()})
        case "integer":
            return st.integers(min_value=0, max_value=2**63)
        case "string":
            return st.text()
        case ["object", "array"]:  # an empty one
            return st.sampled_from([[], {}])
    raise ValueError(schema)


def comments() -> st.SearchStrategy[Any]:
    """Comments as the schema draws them, with dates and states as WordPress writes them."""
    return st.builds(
        lambda comment, date, status: comment | {"date_gmt": date, "status": status},
        drawn(spec.item_schema("comments")),
        DATES,
        STATUSES,
    )


@pytest.fixture(scope="module", autouse=True)
def schemas() -> None:
    spec.need()


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_every_comment_of_the_schema_is_read(data: st.DataObject) -> None:
    comment = data.draw(comments())
    event = to_event(comment)
    assert event.id == str(comment["id"])
    if isinstance(event, Deletion):
        assert comment["status"] in {"spam", "trash", "post-trashed"}
        return
    assert event.author.id
    assert len(event.author.id) <= 400
    assert event.held == (comment["status"] == "hold")
    assert event.text == clean(event.text)
    assert event.at.tzinfo is not None
    assert digest(comment) == digest(json.loads(json.dumps(comment)))


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_a_comment_that_lost_parts_is_read_or_left_over(data: st.DataObject) -> None:
    comment = data.draw(comments())
    strange: st.SearchStrategy[Any] = (
        st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.integers()) | st.just({})
    )
    for key in data.draw(st.lists(st.sampled_from(sorted(comment)), max_size=4)):
        comment[key] = data.draw(strange)
    for key in data.draw(st.lists(st.sampled_from(sorted(comment)), max_size=3, unique=True)):
        del comment[key]
    events, unread = read_each([comment], to_event)
    assert len(events) + len(unread) == 1
    assert all(isinstance(event, IncomingMessage | Deletion) for event in events)
    digest(comment)


@given(st.text(max_size=300))
def test_what_we_write_reads_as_we_wrote_it(text: str) -> None:
    shown = text_of({"content": {"raw": from_text(text)}})
    assert "".join(shown.split()) == "".join(clean(text).split())
