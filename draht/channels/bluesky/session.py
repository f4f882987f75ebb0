"""Logging in with an app password, and keeping that session alive: a server gives 300 sessions a day, no more."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any

import msgspec

from draht.contract.errors import LoginExpired, Refused
from draht.contract.http import Answer, Http
from draht.contract.words import words

ENTRYWAY = "https://bsky.social"  # Bluesky's own door; behind it lie many servers
MARGIN = timedelta(minutes=40)  # before the end of the two hours that an access token lives
LONG_AGO = datetime.fromtimestamp(0, UTC)
FULL = frozenset({"com.atproto.access", "com.atproto.appPassPrivileged"})  # may read direct messages
BUCKET = "session"


class Session(msgspec.Struct, frozen=True):
    """A login that the server knows. Its names are those of the network."""

    accessJwt: str
    refreshJwt: str
    did: str = ""
    pds: str = ""


class _Service(msgspec.Struct):
    id: str = ""
    serviceEndpoint: str = ""


class _Document(msgspec.Struct):
    service: list[_Service] = []


class Login:
    """Who we are and how we prove it. ``settings`` as the house keeps them."""

    def __init__(self, http: Http, settings: Mapping[str, str]) -> None:
        self.http = http
        self.settings = settings
        self.server = _address(settings.get("api") or settings.get("server") or ENTRYWAY)
        self.mark = _mark(settings, self.server)
        # with another password the old session counts for nothing
        known = settings.get("session_of", self.mark) == self.mark
        access, refresh = (settings.get(key, "") if known else "" for key in ("access_token", "refresh_token"))
        self._session = Session(access, refresh, claim(access, "sub"), settings.get("pds", "")) if access else None

    @property
    def session(self) -> Session:
        """Raises ``LoginExpired`` if there is none: the house then asks for one, and keeps it."""
        if self._session is None:
            raise LoginExpired(words("There is no session yet."))
        return self._session

    def ensure(self) -> Session:
        """The session; a new one if somebody only tries this login."""
        return self._session or self.begin()

    @property
    def home(self) -> str:
        """The server that keeps our account."""
        return self.session.pds or self.server

    @property
    def reads_messages(self) -> bool:
        """Whether the app password was made with access to direct messages."""
        return claim(self.session.accessJwt, "scope") in FULL

    @property
    def known_did(self) -> str:
        """Who we are, as far as that is known without asking."""
        return self._session.did if self._session else ""

    @property
    def may_read_messages(self) -> bool:
        """As ``reads_messages``, without asking: before the first session nobody says no."""
        return self._session is None or self.reads_messages

    def begin(self) -> Session:
        """A new session. It costs one of the day's 300."""
        asked = {
            "identifier": self.settings["handle"].strip().lstrip("@"),
            "password": self.settings["password"].strip(),
        }
        answer = self._post("com.atproto.server.createSession", json=asked)
        if answer.status != 200:
            raise _no_login(answer)
        self._session = self._read(answer)
        return self._session

    def renew(self) -> Session:
        """The session with new tokens; a new one if the server has forgotten the old one."""
        refresh = self._session.refreshJwt if self._session else ""
        if refresh:
            headers = {"Authorization": f"Bearer {refresh}"}
            answer = self._post("com.atproto.server.refreshSession", headers=headers)
            if answer.status == 200:
                self._session = self._read(answer)
                return self._session
        return self.begin()

    def kept(self) -> dict[str, str]:
        """The session as settings."""
        session = self.session
        tokens = {"access_token": session.accessJwt, "refresh_token": session.refreshJwt}
        ends = str(claim(session.accessJwt, "exp"))
        return tokens | {"expires_at": ends, "pds": session.pds, "session_of": self.mark}

    def renew_at(self) -> datetime:
        """When; long ago if there is no session yet."""
        ends = claim(self._session.accessJwt, "exp") if self._session else None
        return datetime.fromtimestamp(ends, UTC) - MARGIN if isinstance(ends, int) else LONG_AGO

    def _post(self, call: str, **options: Any) -> Answer:
        # A lost answer costs one of the day's sessions, no more; an old refresh token is good for two more hours.
        accept = frozenset({400, 401})
        url = f"{self.server}/xrpc/{call}"
        return self.http.post(url, accept=accept, repeatable=True, units=0, bucket=BUCKET, **options)

    def _read(self, answer: Answer) -> Session:
        raw = answer.json()
        try:
            session = msgspec.convert(raw, Session)
        except msgspec.ValidationError as error:
            told = words("{url} does not answer like a server of Bluesky's network: {error}")
            raise Refused(told.format(url=self.server, error=error)) from error
        home = _home_of(raw) if self.server == ENTRYWAY else ""
        return Session(session.accessJwt, session.refreshJwt, session.did or claim(session.accessJwt, "sub"), home)


def claim(token: str, name: str) -> Any:
    """A claim of a JWT; the server has checked it, we only read. Empty if there is none."""
    body = token.split(".")[1] if token.count(".") == 2 else ""
    try:
        claims = msgspec.json.decode(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    except (ValueError, msgspec.DecodeError):
        return ""
    return claims.get(name, "") if isinstance(claims, dict) else ""


def error_of(answer: Answer) -> tuple[str, str]:
    """The name and the words of a refusal."""
    body = answer.json()
    body = body if isinstance(body, dict) else {}
    return str(body.get("error") or answer.status), str(body.get("message") or "")[:300]


def _mark(settings: Mapping[str, str], server: str) -> str:
    """Tells logins apart without telling them."""
    named = "\n".join((server, settings.get("handle", ""), settings.get("password", "")))
    return blake2b(named.encode("utf-8", "replace"), digest_size=16).hexdigest()


def _no_login(answer: Answer) -> LoginExpired | Refused:
    name, said = error_of(answer)
    if name == "AuthFactorTokenRequired":
        return LoginExpired(words("This is the account's own password. Make an app password and use that."))
    if answer.status == 401:
        return LoginExpired(words("The server does not accept this login: {reason}").format(reason=said or name))
    return Refused(words("The server refuses this login: {reason}").format(reason=said or name))


def _home_of(raw: Any) -> str:
    """The account's own server, from the document of its identity."""
    try:
        document = msgspec.convert(raw.get("didDoc"), _Document)
    except msgspec.ValidationError:
        return ""
    found = [service.serviceEndpoint for service in document.service if service.id.endswith("#atproto_pds")]
    return found[0].rstrip("/") if found and found[0].startswith("https://") else ""


def _address(typed: str) -> str:
    typed = typed.strip().rstrip("/")
    return typed if "://" in typed else f"https://{typed}"
