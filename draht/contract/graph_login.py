"""Signing in to Meta's networks through its dialog."""

from __future__ import annotations

import time
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode

from draht.contract.errors import TryLater
from draht.contract.graph import BASE, Graph
from draht.contract.login import SignsIn
from draht.contract.words import words

DIALOG = "https://www.facebook.com/v25.0/dialog/oauth"


class GraphLogin(SignsIn):
    """A person's login through the house's dialog, exchanged at once for one that lasts 60 days.

    ``api`` and ``dialog`` among the settings lead elsewhere (a proxy, a double); ``config_id`` names a configuration of
    Facebook Login for Business, which then says what is asked for in the place of our scopes.
    """

    def sign_in_address(self, back: str, state: str, verifier: str) -> str:
        config = self._own.config
        address = super().sign_in_address(back, state, verifier).replace(DIALOG, config.get("dialog") or DIALOG, 1)
        if not config.get("config_id"):
            return address
        page, _, query = address.partition("?")
        asked = [(key, value) for key, value in parse_qsl(query) if key != "scope"]
        return f"{page}?{urlencode([*asked, ('config_id', config['config_id'])])}"

    def sign_in(self, code: str, back: str, verifier: str) -> Mapping[str, str]:
        short = self._token(code=code, redirect_uri=back, code_verifier=verifier)
        return self._token(grant_type="fb_exchange_token", fb_exchange_token=short["access_token"])

    def _token(self, **asked: str) -> dict[str, str]:
        config = self._own.config
        app = {"client_id": config["client_id"], "client_secret": config.get("client_secret", "")}
        graph = Graph(self._own.http, "", base=config.get("api") or BASE)
        told = graph.post("oauth/access_token", app | asked, repeatable=True)
        if not isinstance(told.get("access_token"), str):
            raise TryLater(words("The network answered with something that is not a token."))
        ends = told.get("expires_in")
        return {
            "access_token": told["access_token"],
            "expires_at": str(int(time.time() + ends)) if isinstance(ends, int | float) and ends else "",
        }
