"""Tokens say who a browser is, in one chat, and nobody else can make them."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from draht.contract.visits import Visitor
from draht.features.webchat import tokens


def test_a_visitor_is_known_again_in_their_chat_only() -> None:
    visitor = tokens.anonymous()
    token = tokens.issue(1, visitor)
    assert tokens.read(1, token) == visitor
    assert tokens.read(2, token) is None
    assert tokens.anonymous() != visitor


def test_a_user_is_never_taken_for_somebody_else() -> None:
    ada = tokens.user("42", "Ada Lovelace")
    assert ada == Visitor("u-42", "Ada Lovelace", "42")
    assert tokens.user("v-42", "").id == "u-v-42"
    assert tokens.read(1, tokens.issue(1, ada)) == ada


@given(st.text(max_size=300))
def test_what_we_did_not_sign_is_nobody(token: str) -> None:
    assert tokens.read(1, token) is None


def test_a_changed_token_is_nobody() -> None:
    token = tokens.issue(1, tokens.user("42", "Ada"))
    for n in range(len(token)):
        changed = token[:n] + ("A" if token[n] != "A" else "B") + token[n + 1 :]
        assert tokens.read(1, changed) is None, changed


def test_old_keys_still_open(settings: Any) -> None:
    visitor = tokens.anonymous()
    token = tokens.issue(1, visitor)
    settings.OLD_SECRET_KEYS, settings.SECRET_KEY = [settings.SECRET_KEY], "another key of this house"
    assert tokens.read(1, token) == visitor
    settings.OLD_SECRET_KEYS = []
    assert tokens.read(1, token) is None
