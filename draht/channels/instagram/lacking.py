"""What a login that works still lacks: permissions, and the hook."""

from __future__ import annotations

from collections.abc import Callable

from draht.channels.instagram.client import HEARD, Client
from draht.contract.graph_hooks import hub_hears
from draht.contract.words import words


def lacks(client: Client, granted: str, lacking_scopes: Callable[[str], tuple[str, ...]]) -> tuple[str, ...]:
    """``granted``: what Instagram said when somebody signed in; Facebook is asked."""
    if client.through_page:
        scopes = client.token_info().get("scopes")
        granted = ",".join(scopes) if isinstance(scopes, list) else ""
    return (*lacking_scopes(granted), *_unheard(client))


def _unheard(client: Client) -> tuple[str, ...]:
    if not client.knows_app:
        return (
            words("Without the ID and the secret of the Meta app, new things come in by asking, some minutes later."),
        )
    missing = sorted(set(client.hears) - client.subscribed_fields())
    if not missing:
        return ()
    told = words("The account does not tell the app of {fields}: new things come in by asking, some minutes later.")
    return (told.format(fields=", ".join(missing)),)


def is_subscribed(client: Client, address: str) -> bool:
    """Without the Meta app's secret nobody can ask whether its address works."""
    if not set(client.hears) <= client.subscribed_fields():
        return False
    return not client.knows_app or hub_hears(client.subscriptions(), "instagram", address, HEARD)
