"""How an account of X is connected: what the connect page asks for, and the permissions with their reasons.

Source: docs.x.com/fundamentals/authentication/oauth-2-0/authorization-code. A token lives two hours; each renewal
gives a new refresh token, and the old one is worth nothing from then on.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from draht.contract.channel import Setting
from draht.contract.errors import LoginExpired, Refused
from draht.contract.login import OAuth2, Scope, SignsIn
from draht.contract.words import words

SETTINGS = (
    Setting("client_id", words("OAuth 2.0 Client ID"), words("From your app at console.x.com")),
    Setting("client_secret", words("OAuth 2.0 Client Secret"), secret=True),
    Setting(
        "api_secret",
        words("API Key Secret"),
        words("With it and the Bearer Token X calls Draht at once. Without them Draht asks once a minute."),
        secret=True,
        required=False,
    ),
    Setting("bearer_token", words("Bearer Token"), secret=True, required=False),
    Setting(
        "access",
        words("Kind of access"),
        choices=(("standard", words("Ordinary, paid by use")), ("enterprise", words("Enterprise contract"))),
        default="standard",
    ),
)

WORTHLESS = "was invalid"  # X says "invalid_request: Value passed for the token was invalid.", not "invalid_grant"


class SignsInAtX(SignsIn):
    oauth: ClassVar[OAuth2] = OAuth2(
        authorize="{site}/i/oauth2/authorize",
        token="{api}/2/oauth2/token",  # noqa: S106 - an address
        scopes=(
            Scope("users.read", words("to know which account this is, and who writes")),
            Scope("tweet.read", words("to read what people write to you")),
            Scope("tweet.write", words("to answer, to post, and to delete what you wrote")),
            Scope("tweet.moderate.write", words("to hide answers to your posts")),
            Scope("dm.read", words("to read direct messages")),
            Scope("dm.write", words("to answer direct messages")),
            Scope("media.write", words("to send pictures")),
            Scope("offline.access", words("to stay signed in: without it you would have to sign in every two hours")),
        ),
        basic=True,
    )

    def renew(self) -> Mapping[str, str]:
        try:
            return super().renew()
        except Refused as error:
            if WORTHLESS not in error.reason:
                raise
            raise LoginExpired(error.reason) from error
