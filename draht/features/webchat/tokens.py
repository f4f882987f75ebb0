"""Tokens: which visitor a browser is. We sign them, so nobody can read or write in another's chat."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.core.signing import BadSignature, Signer

from draht.contract.text import clean
from draht.contract.visits import Visitor

LONGEST_USER = 200  # characters of a website's own id or name of a user


def anonymous() -> Visitor:
    """Somebody new: a random number of 128 bits."""
    number = secrets.token_hex(16)
    return Visitor(f"v-{number}", handle=f"visitor-{number[:6]}")


def user(id: str, name: str) -> Visitor:
    """A user whom the website vouches for. Raises ``ValueError`` for an id that cannot be kept as it is."""
    if not id or id != clean(id).strip() or len(id) > LONGEST_USER:
        raise ValueError(f"A user's id is 1 to {LONGEST_USER} characters that can be seen.")
    return Visitor(f"u-{id}", clean(name).strip()[:LONGEST_USER], id)


def issue(connection_id: int, visitor: Visitor) -> str:
    return _signer(connection_id).sign_object([visitor.id, visitor.name, visitor.handle])


def read(connection_id: int, token: str) -> Visitor | None:
    """The visitor whom we gave this token, in this chat; ``None`` if we did not."""
    try:
        return Visitor(*_signer(connection_id).unsign_object(token))
    except BadSignature:
        return None


def _signer(connection_id: int) -> Signer:
    return Signer(salt=f"draht.webchat.{connection_id}", fallback_keys=[*settings.OLD_SECRET_KEYS])
