"""Logins that people make on the network's own page (OAuth 2 with PKCE), that run out, and that open many accounts."""

from __future__ import annotations

import base64
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, ClassVar
from urllib.parse import urlencode

from draht.contract.channel import Channel
from draht.contract.errors import LoginExpired, Refused, TryLater
from draht.contract.http import Answer
from draht.contract.messages import Account
from draht.contract.words import words


@dataclass(frozen=True, slots=True)
class Scope:
    """A permission that we ask for, and the reason, for the person who grants it."""

    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Offer:
    """An account that a login opens, with what its connection keeps beside the login (a page's own token)."""

    account: Account
    settings: Mapping[str, str] = field(default_factory=dict)


class Renews(ABC):
    """A login that runs out and can be renewed without a person."""

    @abstractmethod
    def renew_at(self) -> datetime | None:
        """When to renew it, well before it runs out; ``None`` = it does not run out. No I/O."""

    @abstractmethod
    def renew(self) -> Mapping[str, str]:
        """The settings that change. ``LoginExpired`` only if the network does not renew it any more."""


class OffersAccounts(ABC):
    """One login opens several accounts; the person who connects chooses."""

    @abstractmethod
    def accounts(self) -> Sequence[Offer]:
        """What this login opens."""


@dataclass(frozen=True, slots=True)
class OAuth2:
    """Where and how a network gives tokens. Sources: RFC 6749, RFC 7636 (PKCE), RFC 9700.

    Attributes:
        authorize: the page on which a person agrees. ``{name}`` in it and in ``token`` stands for a setting.
        token: where a code or a refresh token becomes an access token.
        scopes: what we ask for.
        extra: further parameters of ``authorize``.
        basic: the app authenticates with HTTP Basic instead of in the body.
        between: what separates scopes.
        margin: seconds before the end at which a token is renewed.
    """

    authorize: str
    token: str
    scopes: tuple[Scope, ...]
    extra: Mapping[str, str] = field(default_factory=dict)
    basic: bool = False
    between: str = " "
    margin: int = 600


class SignsIn(Renews):
    """A channel whose login comes from the network's page. Inherit before ``Channel``'s abilities.

    Its settings have ``client_id`` and, unless the app is a public client, ``client_secret``. The house keeps
    ``access_token``, ``refresh_token`` and ``expires_at`` (epoch seconds) beside them, encrypted.
    """

    oauth: ClassVar[OAuth2]

    def sign_in_address(self, back: str, state: str, verifier: str) -> str:
        """The page to send the person to. ``back`` is our address, ``verifier`` 43 to 128 random characters."""
        challenge = base64.urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "response_type": "code",
            "client_id": self._own.config["client_id"],
            "redirect_uri": back,
            "scope": self.oauth.between.join(scope.name for scope in self.oauth.scopes),
            "state": state,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        return f"{self.oauth.authorize.format_map(self._own.config)}?{urlencode(asked | dict(self.oauth.extra))}"

    def sign_in(self, code: str, back: str, verifier: str) -> Mapping[str, str]:
        """The tokens for a code that the network's page gave. Raises one of the four errors."""
        asked = {"grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": verifier}
        return self._tokens(asked)

    def renew_at(self) -> datetime | None:
        ends = self._own.config.get("expires_at")
        return datetime.fromtimestamp(float(ends) - self.oauth.margin, UTC) if ends else None

    def renew(self) -> Mapping[str, str]:
        refresh = self._own.config.get("refresh_token")
        if not refresh:
            raise LoginExpired(words("This login has run out. Sign in again."))
        return self._tokens({"grant_type": "refresh_token", "refresh_token": refresh})

    def lacking_scopes(self, granted: str) -> tuple[str, ...]:
        """What the person did not grant, each with what it is for."""
        given = set(granted.replace(",", " ").split())
        return tuple(
            words("The permission {scope} was not granted: {why}").format(scope=scope.name, why=scope.why)
            for scope in self.oauth.scopes
            if given and scope.name not in given
        )

    @property
    def _own(self) -> Channel:
        assert isinstance(self, Channel)
        return self

    def _tokens(self, asked: dict[str, str]) -> Mapping[str, str]:
        config = self._own.config
        options: dict[str, Any] = {}
        if self.oauth.basic and config.get("client_secret"):
            options["auth"] = (config["client_id"], config["client_secret"])
        else:
            asked |= {key: config[key] for key in ("client_id", "client_secret") if config.get(key)}
        # the code or the old refresh token tells whether it was taken: asking again does nothing twice
        answer = self._own.http.post(
            self.oauth.token.format_map(config),
            data=asked,
            accept=frozenset({400, 401, 403}),
            repeatable=True,
            **options,
        )
        return to_tokens(answer)


def to_tokens(answer: Answer) -> dict[str, str]:
    """A token endpoint's answer as settings. Codes: RFC 6749, section 5.2."""
    told = answer.json()
    if not isinstance(told, dict):
        raise TryLater(words("The network answered with something that is not a token."))
    if answer.status >= 400 or not isinstance(told.get("access_token"), str):
        error, said = str(told.get("error") or answer.status), str(told.get("error_description") or "")
        reason = f"{error}: {said}" if said else error
        if error in {"temporarily_unavailable", "server_error", "slow_down"}:
            raise TryLater(reason)
        raise (LoginExpired if error in {"invalid_grant", "access_denied", "401"} else Refused)(reason)
    kept = {"access_token": told["access_token"]}
    if isinstance(told.get("refresh_token"), str):
        kept["refresh_token"] = told["refresh_token"]
    if isinstance(told.get("expires_in"), int | float):
        kept["expires_at"] = str(int(time.time() + told["expires_in"]))
    if isinstance(told.get("scope"), str):
        kept["scope"] = told["scope"]
    return kept
