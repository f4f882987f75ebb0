"""The samples are what the running API says: played here again, and compared."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from draht.channels.sandbox.site import Site
from draht.channels.sandbox.tests.calls import Program
from draht.channels.sandbox.tests.conftest import Town

SAMPLES = Path(__file__).parent.parent / "samples"
MINUTE = 60_000


def captured(town: Town) -> dict[str, Any]:
    """A small story, and the answers of the API to it."""
    messages, company, ada = town.network.messages, town.company, town.ada
    ask = Program(Site(town.network), town.token)
    told: dict[str, Any] = {"account": ask("GET", "whoami").json}

    def last(name: str) -> None:
        after = messages.last_seq(company) - 1
        told[name] = ask("GET", f"events?after={after}").json["events"][0]
        town.clock.ms += MINUTE

    post = messages.write(ada, company, "Passt die Fjord unter ein 38er-Regal?\nDanke! 🎉")
    last("post")
    messages.edit(ada, post.id, "Passt die Fjord unter ein 40er-Regal?\nDanke! 🎉")
    last("post-edited")
    ask("POST", "messages", {"text": "Ja, mit 36 cm.", "parent": str(post.id), "client_key": "k-1"})
    last("our-answer")
    held = messages.write(ada, company, "¿Y esta? https://example.com/repisa", parent=post.id)
    last("comment-held")
    messages.moderate(company, held.id, "public")
    last("comment-approved")
    messages.moderate(company, held.id, "spam")
    last("comment-spam")
    messages.write(ada, company, "My order number is NK-40718.", private=True)
    last("private")
    messages.delete(ada, held.id)
    last("deleted")
    told["page"] = ask("GET", "events?after=0&limit=3").json
    return told


def test_the_samples_are_what_the_api_says(town: Town, request: pytest.FixtureRequest) -> None:
    told = captured(town)
    del told["account"]  # not an event: it has its own test
    for name, body in told.items():
        file = SAMPLES / f"{name}.json"
        if request.config.getoption("--write-samples"):
            file.write_text(json.dumps(body, indent=2, ensure_ascii=False) + "\n")
        assert json.loads(file.read_text()) == body, name
    assert {f.name for f in SAMPLES.glob("*.json")} == {
        name + end for name in told for end in (".json", ".message.json")
    }


def test_the_account(town: Town) -> None:
    assert captured(town)["account"] == {
        "id": str(town.company.id),
        "name": "Nordlicht",
        "handle": "nordlicht",
        "company": True,
        "takes_answers": True,
    }
