"""What customers do on the pages: write, edit, delete, choose a name, and make the network difficult."""

from __future__ import annotations

import re
import secrets

from draht.channels.sandbox.network import Network
from draht.channels.sandbox.network.rules import No
from draht.channels.sandbox.network.values import Member
from draht.channels.sandbox.site.pages import COOKIE, Pages, Visit
from draht.channels.sandbox.site.wsgi import ID, Response, as_json, redirect

HALF_A_YEAR = 182 * 24 * 3600


class Deeds:
    """Carries out the forms. Each answers with the page it came from, or with JSON to our own script."""

    def __init__(self, network: Network, pages: Pages) -> None:
        self._network = network
        self._pages = pages

    def write(self, visit: Visit, handle: str) -> Response:
        form = visit.request.form()
        company = self._network.members.company(handle)
        with self._network.at_once():  # no name without a message
            author, key = self._author(visit, form)
            message = self._network.messages.write(
                author,
                company,
                form.get("text"),
                parent=_parent(form),
                private=form.get("private") == "yes",
                client_key=form.get("key", "")[:100],
                once=True,
            )
        fallback = f"/@{handle}/messages" if message.private else f"/@{handle}"
        return self._done(visit, form, fallback, key, anchor=f"m{message.id}", id=str(message.id))

    def edit(self, visit: Visit, message: str) -> Response:
        form = visit.request.form()
        found = self._network.messages.edit(_known(visit), int(message), form.get("text"))
        return self._done(visit, form, f"/p/{found.root}", anchor=f"m{message}")

    def delete(self, visit: Visit, message: str) -> Response:
        form = visit.request.form()
        self._network.messages.delete(_known(visit), int(message))
        return self._done(visit, form, "/")

    def join(self, visit: Visit, handle: str) -> Response:
        form = visit.request.form()
        key = visit.visitor or secrets.token_urlsafe(24)
        self._network.members.join(key, form.get("name", ""))
        return self._done(visit, form, f"/@{handle}", key)

    def take_answers(self, visit: Visit, handle: str) -> Response:
        form = visit.request.form()
        self._network.members.take_answers(_known(visit), form.get("takes") == "yes")
        return self._done(visit, form, f"/@{handle}/you")

    def weather(self, visit: Visit, handle: str) -> Response:
        form = visit.request.form()
        company = self._network.members.company(handle)
        self._network.members.set_weather(company, form.get("weather", ""))
        return self._done(visit, form, f"/@{handle}")

    def _author(self, visit: Visit, form: dict[str, str]) -> tuple[Member, str]:
        """Who writes; somebody new says a name in the same form and gets a key for their browser."""
        if visit.viewer:
            return visit.viewer, ""
        key = visit.visitor or secrets.token_urlsafe(24)
        return self._network.members.join(key, form.get("name", "")), key

    def _done(
        self,
        visit: Visit,
        form: dict[str, str],
        fallback: str,
        key: str = "",
        anchor: str = "",
        **told: str,
    ) -> Response:
        to = self._pages.back(visit, form, fallback, anchor)
        cookies = [_cookie(visit, key)] if key else []
        if visit.request.header("Accept") != "application/json":
            return redirect(to, cookies)
        answer = as_json(200, {"ok": True, "new_name": bool(key), **told})
        answer.headers.extend(("Set-Cookie", cookie) for cookie in cookies)
        return answer


def _known(visit: Visit) -> Member:
    if visit.viewer is None:
        raise No(403, "Please choose a name first.")
    return visit.viewer


def _parent(form: dict[str, str]) -> int | None:
    told = form.get("parent", "")
    if told and not re.fullmatch(ID, told):
        raise No(400, "This form cannot be read.")
    return int(told) if told else None


def _cookie(visit: Visit, key: str) -> str:
    """Strictly necessary: without it nobody could edit what they wrote. So it needs no consent."""
    secure = "; Secure" if visit.request.secure else ""
    path = visit.request.base + "/"
    return f"{COOKIE}={key}; Path={path}; Max-Age={HALF_A_YEAR}; HttpOnly; SameSite=Lax{secure}"
