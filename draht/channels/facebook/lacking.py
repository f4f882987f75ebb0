"""What a login that works still lacks: permissions, the hook, time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from draht.channels.facebook.client import HEARD, Client
from draht.contract.graph_hooks import hub_hears
from draht.contract.words import words

SOON = timedelta(days=14)


def lacks(client: Client, lacking_scopes: Callable[[str], tuple[str, ...]]) -> tuple[str, ...]:
    told = client.token_info()
    scopes = told.get("scopes")
    missing = lacking_scopes(",".join(scopes)) if isinstance(scopes, list) else ()
    return missing + _ends(told) + _unheard(client)


def _ends(told: dict[str, Any]) -> tuple[str, ...]:
    """Meta closes an app's access to data 90 days after the person signed in, also where the token goes on."""
    ends = told.get("data_access_expires_at")
    if not isinstance(ends, int) or not ends or datetime.fromtimestamp(ends, UTC) > datetime.now(UTC) + SOON:
        return ()
    day = datetime.fromtimestamp(ends, UTC).date().isoformat()
    return (words("Meta ends this login's access to data on {day}. Sign in again before.").format(day=day),)


def _unheard(client: Client) -> tuple[str, ...]:
    missing = sorted(set(HEARD) - client.subscribed_fields())
    if not missing:
        return ()
    told = words("The page does not tell the app of {fields}: new things come in by asking, some minutes later.")
    return (told.format(fields=", ".join(missing)),)


def is_subscribed(client: Client, address: str) -> bool:
    if not set(HEARD) <= client.subscribed_fields():
        return False
    return hub_hears(client.subscriptions(), "page", address, HEARD)
