"""Our hook: Telegram calls it if it can be reached from the internet; otherwise Draht asks. Never both."""

from __future__ import annotations

import hmac
from urllib.parse import urlsplit

from draht.channels.telegram.arrivals import calls_fail
from draht.channels.telegram.client import UPDATES, Client
from draht.contract.addresses import is_public
from draht.contract.errors import Forged, Refused
from draht.contract.messages import Hook
from draht.contract.signatures import sign

PORTS = frozenset({443, 80, 88, 8443})  # [M]: core.telegram.org/bots/webhooks
HEADER = "x-telegram-bot-api-secret-token"


def secret_of(token: str) -> str:
    """What Telegram shows with each call: made of the token, which nobody else knows."""
    return sign(token, b"draht: hook of telegram")


def verify(hook: Hook, token: str) -> None:
    told = hook.headers.get(HEADER, "").encode("utf-8", "replace")
    if not hmac.compare_digest(told, secret_of(token).encode()):
        raise Forged("The secret of this call is not ours.")


def subscribe(client: Client, address: str) -> None:
    """Where Telegram does not take the address, Draht asks for what is new."""
    if can_be_called(address):
        try:
            asked = {"url": address, "secret_token": secret_of(client.token), "allowed_updates": list(UPDATES)}
            client.ask("setWebhook", **asked)
        except Refused as error:
            if "bad webhook" not in error.reason:
                raise
        else:
            return
    client.ask("deleteWebhook")


def is_subscribed(client: Client, address: str) -> bool:
    """Also when Draht is to ask, and nothing hinders it."""
    hook = client.hook()
    if not can_be_called(address):
        return not hook.get("url")
    same = hook.get("url") == address and set(hook.get("allowed_updates") or UPDATES) == set(UPDATES)
    return same and not calls_fail(hook)


def can_be_called(address: str) -> bool:
    parts = urlsplit(address)
    try:
        port = parts.port or 443
    except ValueError:
        return False
    host = parts.hostname or ""
    return parts.scheme == "https" and port in PORTS and "." in host and is_public(host)
