"""What Google's interfaces share: the sign-in, calls with a token, and refusals told apart by their reason.

Sources: developers.google.com/identity/protocols/oauth2/web-server, cloud.google.com/apis/design/errors.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from draht.contract.channel import Channel, Setting
from draht.contract.errors import ChannelError, LoginExpired, Refused, TryLater
from draht.contract.http import Answer, Http
from draht.contract.login import OAuth2, Scope, SignsIn
from draht.contract.messages import Account
from draht.contract.purse import Limit
from draht.contract.words import words

ADDRESSES = {
    "google_authorize": "https://accounts.google.com/o/oauth2/v2/auth",
    "google_token": "https://oauth2.googleapis.com/token",
}
EXPLAINED = frozenset({400, 401, 403, 404, 409, 410, 412, 429})  # the body says which of the four it is
OF_THE_DAY = frozenset({"quotaExceeded", "dailyLimitExceeded", "dailyLimitExceededUnreg"})
OF_THE_MOMENT = frozenset({"rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED"})
NOT_GRANTED = frozenset({"insufficientPermissions", "ACCESS_TOKEN_SCOPE_INSUFFICIENT"})


def google_login(*scopes: Scope) -> OAuth2:
    """Google gives a refresh token only with ``offline``, and surely only when it asks for consent again."""
    extra = {"access_type": "offline", "prompt": "consent"}
    return OAuth2("{google_authorize}", "{google_token}", scopes, extra)


class GoogleChannel(SignsIn, Channel):
    """A channel behind a Google account, with an app of one's own in Google's console."""

    settings: ClassVar[tuple[Setting, ...]] = (
        Setting("client_id", words("Client ID"), words("From your project in Google's console")),
        Setting("client_secret", words("Client secret"), words("It stands beside the client ID."), secret=True),
    )

    def __init__(
        self,
        settings: Mapping[str, str],
        http: Http,
        account: Account | None = None,
        since: datetime | None = None,
    ) -> None:
        super().__init__(ADDRESSES | dict(settings), http, account, since)

    def lacks(self) -> tuple[str, ...]:
        return self.lacking_scopes(self.config.get("scope", ""))


class GoogleRefused(Refused):
    """A refusal with Google's own reason, for what only one of its interfaces says."""

    def __init__(self, reason: str, code: str) -> None:
        super().__init__(reason)
        self.code = code


class GoogleCalls:
    """Calls one of Google's interfaces with a token.

    Args:
        base: the address before all paths.
    """

    def __init__(self, http: Http, base: str, token: str) -> None:
        self.http = http
        self.base = base.rstrip("/")
        self.token = token

    def ask(self, method: str, path: str, *, accept: frozenset[int] = frozenset(), **options: Any) -> Answer:
        """One call; ``path`` may be a whole address, and ``options`` go to ``Http.request``. Raises one of the four."""
        if not self.token:
            raise LoginExpired(words("This login has run out. Sign in again."))
        headers = {"Authorization": f"Bearer {self.token}"} | options.pop("headers", {})
        url = path if "://" in path else f"{self.base}/{path}"
        answer = self.http.request(method, url, headers=headers, accept=accept | EXPLAINED, **options)
        if answer.status in EXPLAINED and answer.status not in accept:
            raise self._error(answer, options.get("bucket", ""))
        return answer

    def _error(self, answer: Answer, bucket: str) -> ChannelError:
        said, reasons = explained(answer)
        if answer.status == 401 and not any(reason.endswith("SignupRequired") for reason in reasons):
            return LoginExpired(said)
        if reasons & NOT_GRANTED:
            return LoginExpired(said)
        if reasons & OF_THE_DAY:
            after = self.http.purse.day_ends_in()
            self.http.purse.told(Limit(0, time.time() + after), bucket)  # the others need not ask
            return TryLater(said, after=after)
        if answer.status == 429 or reasons & OF_THE_MOMENT:
            wait = answer.headers.get("retry-after", "")
            return TryLater(said, after=float(wait) if wait.isascii() and wait.isdigit() else None)
        return GoogleRefused(said, next(iter(sorted(reasons)), ""))


def explained(answer: Answer) -> tuple[str, frozenset[str]]:
    """Google's words and its reasons, from the older form of its errors and the newer one."""
    try:
        body = answer.json()
    except ChannelError:
        body = None
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict):
        told = words("Google answered {status}: {words}")
        return told.format(status=answer.status, words=str(error or body)[:300]), frozenset()
    reasons: set[str] = set()
    for each in [*_list(error.get("errors")), *_list(error.get("details"))]:
        if isinstance(each, dict) and isinstance(each.get("reason"), str):
            reasons.add(each["reason"])
            limit = each.get("metadata", {})
            if isinstance(limit, dict) and "PerDay" in str(limit.get("quota_limit")):
                reasons.add("dailyLimitExceeded")
    told = words("Google answered {status}: {words}")
    said = str(error.get("message") or ", ".join(sorted(reasons)))[:300]
    return told.format(status=answer.status, words=said), frozenset(reasons)


def _list(told: Any) -> list[Any]:
    return told if isinstance(told, list) else []
