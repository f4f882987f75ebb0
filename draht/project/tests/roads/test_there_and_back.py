"""From the customer's words to our answer, over real HTTP on every stretch."""

from __future__ import annotations

import re
import threading
from html import unescape

import httpx2 as httpx

from draht.core.people.access import Viewer
from draht.core.people.models import User
from draht.features.inbox import queries
from draht.flows.tests.town import Town, entries
from draht.project.tests.roads.conftest import Desk
from draht.project.tests.webchat.house import House, until


def ask(town: Town, viewer: Viewer, text: str) -> int:
    """Ada asks, and it reaches the inbox by a hook: the conversation."""
    town.ada_writes(text)
    until(lambda: found(viewer, text), "the question is in the inbox")
    return found(viewer, text)[0]


def found(viewer: Viewer, text: str) -> list[int]:
    return [row.id for row in queries.conversations(viewer, "all").rows if row.preview == text]


def test_a_conversation(town: Town, desk: Desk, as_bea: Viewer) -> None:
    conversation = ask(town, as_bea, "My machine leaks.")
    assert "My machine leaks." in desk.get("/inbox/unassigned/")
    page = desk.act("reply", conversation, text="Is the tank in its place?")
    assert "Is the tank in its place?" in page
    assert town.texts_of_ours() == []  # there is still time to take it back
    until(lambda: town.texts_of_ours() == ["Is the tank in its place?"], "the answer stands on the network")
    until(lambda: len(entries(as_bea, conversation, "message")) == 2, "the answer is a message")
    town.ada_writes("That was it. Thank you!", private=True)
    until(lambda: found(as_bea, "That was it. Thank you!"), "her answer is in the inbox")
    assert town.texts_of_ours() == ["Is the tank in its place?"]
    assert len(entries(as_bea, conversation, "message")) == 2


def test_undo(town: Town, desk: Desk, as_bea: Viewer) -> None:
    conversation = ask(town, as_bea, "My machine leaks.")
    page = desk.act("reply", conversation, text="Too early.")
    reply = re.search(r'name="reply" value="(\d+)"', page)
    assert reply
    assert "Taken back." in unescape(desk.act("undo_reply", conversation, reply=reply[1]))
    desk.act("reply", conversation, text="Just in time.")
    until(lambda: town.texts_of_ours() == ["Just in time."], "only the second answer stands there")


def test_edits_and_deletions_arrive_by_hook(town: Town, as_bea: Viewer) -> None:
    message = town.ada_writes("My machien leaks.")
    until(lambda: found(as_bea, "My machien leaks."), "it is there")
    [conversation] = found(as_bea, "My machien leaks.")
    town.network.messages.edit(town.ada, message.id, "My machine leaks.")
    until(lambda: entries(as_bea, conversation, "message")[0].edited_at, "the edit is there")
    assert entries(as_bea, conversation, "message")[0].versions == ("My machien leaks.",)
    town.network.messages.delete(town.ada, message.id)
    until(lambda: entries(as_bea, conversation, "message")[0].deleted_at, "the deletion is there")


def test_the_screen_hears_of_it(town: Town, house: House, desk: Desk, as_bea: Viewer, bea: User) -> None:
    heard: list[str] = []
    open_ = threading.Event()

    def listen() -> None:
        cookie = desk.cookie()
        with httpx.stream("GET", f"{house.url}/live", headers={"Cookie": cookie}, timeout=10) as stream:
            assert stream.status_code == 200
            open_.set()
            for line in stream.iter_lines():
                heard.append(line)
                if "event: list" in line:
                    return

    screen = threading.Thread(target=listen)
    screen.start()
    assert open_.wait(10)
    ask(town, as_bea, "My machine leaks.")
    screen.join(10)
    assert not screen.is_alive()
    assert "leaks" not in "".join(heard)  # it says that something changed, never what
