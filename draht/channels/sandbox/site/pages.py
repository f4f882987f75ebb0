"""The pages for customers: a company's wall, one thread, private messages, and who I am here."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from draht.channels.sandbox.network import Network
from draht.channels.sandbox.network.rules import TEXT_LIMIT, No
from draht.channels.sandbox.network.values import Member
from draht.channels.sandbox.network.wire import as_iso
from draht.channels.sandbox.site import tree
from draht.channels.sandbox.site.static import STATIC
from draht.channels.sandbox.site.words import Words, language_of
from draht.channels.sandbox.site.wsgi import Request, Response, page, redirect

COOKIE = "sandbox_visitor"
POSTS = 15  # of one page
BACK = re.compile(r"/@[a-z0-9._-]{1,60}(/messages|/you)?|/p/[0-9]{1,18}")


@dataclass(frozen=True, slots=True)
class Visit:
    """A request by somebody's browser: in their language, as the customer they chose to be."""

    request: Request
    words: Words
    visitor: str = ""
    names: tuple[Member, ...] = ()

    @property
    def viewer(self) -> Member | None:
        return self.names[0] if self.names else None


class Pages:
    """Shows the pages. What people do on them is in ``deeds.py``."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._templates = Environment(
            loader=FileSystemLoader(Path(__file__).parent / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals |= {
            "static": {name: file.path for name, file in STATIC.items()},
            "initials": tree.initials,
            "hue": tree.hue,
            "iso": as_iso,
            "limit": TEXT_LIMIT,
            "new_key": lambda: secrets.token_hex(8),
        }

    def visit(self, request: Request) -> Visit:
        visitor = request.cookie(COOKIE)
        visitor = visitor if 20 <= len(visitor) <= 100 else ""
        words = Words(language_of(request.header("Accept-Language")), self._network.clock)
        return Visit(request, words, visitor, tuple(self._network.members.of_visitor(visitor)))

    def home(self, visit: Visit) -> Response:
        companies = self._network.members.companies()
        if companies:
            return redirect(f"{visit.request.base}/@{companies[0].handle}")
        return page(200, self._render("nobody.html", visit, company=None))

    def wall(self, visit: Visit, handle: str) -> Response:
        before = visit.request.query.get("before", "")
        before_id = int(before) if re.fullmatch("[0-9]{1,18}", before) else 10**18
        with self._network.snapshot():
            company = self._network.members.company(handle)
            if self._is_known(visit, company):
                return Response(204)
            messages = self._network.messages.posts(company, before_id, POSTS + 1)
            about = self._about(visit, company)
        roots = sorted({message.root or 0 for message in messages}, reverse=True)
        kept = set(roots[:POSTS])
        threads = tree.trees([m for m in messages if m.root in kept], visit.viewer)
        older = min(kept) if len(roots) > POSTS else None
        values = {"threads": threads[::-1], "older": older, "before": before}
        return page(200, self._render("wall.html", visit, **about, **values))

    def thread(self, visit: Visit, root: str) -> Response:
        with self._network.snapshot():
            messages = self._network.messages.thread(int(root))
            if not messages:
                raise No(404, "There is nothing at this address.")
            company = self._network.members.get(messages[0].wall)
            if self._is_known(visit, company):
                return Response(204)
            about = self._about(visit, company)
        threads = tree.trees(messages, visit.viewer)
        return page(200, self._render("thread.html", visit, **about, threads=threads))

    def messages(self, visit: Visit, handle: str) -> Response:
        with self._network.snapshot():
            company = self._network.members.company(handle)
            if self._is_known(visit, company):
                return Response(204)
            about = self._about(visit, company)
            viewer = visit.viewer
            said = self._network.messages.conversation(company, viewer) if viewer else []
        if viewer and about["unread"]:
            self._network.members.mark_seen(viewer)
        return page(200, self._render("messages.html", visit, **(about | {"unread": 0}), said=said))

    def you(self, visit: Visit, handle: str) -> Response:
        company = self._network.members.company(handle)
        return page(200, self._render("you.html", visit, **self._about(visit, company)))

    def refusal(self, visit: Visit, no: No) -> Response:
        words = visit.words(no.words, **no.params)
        return page(no.status, self._render("refusal.html", visit, company=None, trouble=words))

    def back(self, visit: Visit, form: dict[str, str], fallback: str, anchor: str = "") -> str:
        """The address to go back to after a deed: where the form stood, if that is one of our pages."""
        told = form.get("back", "")
        path = told if BACK.fullmatch(told) else fallback
        return visit.request.base + path + (f"#{anchor}" if anchor else "")

    def _about(self, visit: Visit, company: Member) -> dict[str, Any]:
        viewer = visit.viewer
        unread = self._network.messages.unread(company, viewer) if viewer else 0
        return {"company": company, "known": self._known(visit, company), "unread": unread}

    def _is_known(self, visit: Visit, company: Member) -> bool:
        return visit.request.query.get("known") == self._known(visit, company)

    def _known(self, visit: Visit, company: Member) -> str:
        """Changes whenever a page of this company may have changed for this viewer."""
        viewer = visit.viewer
        who = f"{viewer.id}{'y' if viewer.takes_answers else 'n'}{viewer.seen_at}" if viewer else "0"
        return f"{self._network.messages.last_seq(company)}-{who}-{company.weather}"

    def _render(self, name: str, visit: Visit, **values: Any) -> str:
        companies = self._network.members.companies()
        values = {"known": "", "unread": 0} | values
        return self._templates.get_template(name).render(
            _=visit.words,
            base=visit.request.base,
            here=visit.request.path,
            viewer=visit.viewer,
            names=visit.names,
            companies=companies,
            **values,
        )
