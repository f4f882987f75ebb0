"""The network's web site as one WSGI application: the JSON API for companies, the pages for customers."""

from __future__ import annotations

import logging
import os
import re
import sqlite3
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from draht.channels.sandbox.network import Network
from draht.channels.sandbox.network.postman import Postman
from draht.channels.sandbox.network.rules import No
from draht.channels.sandbox.site import static
from draht.channels.sandbox.site.api import Api
from draht.channels.sandbox.site.deeds import Deeds
from draht.channels.sandbox.site.pages import Pages, Visit
from draht.channels.sandbox.site.wsgi import ID, Request, Response, as_json, redirect

log = logging.getLogger("draht.sandbox")
HANDLE = "/@([a-z0-9._-]{1,60})"


class Site:
    """Answers requests under any ``SCRIPT_NAME``. It brings no hooks: see ``serve``."""

    def __init__(self, network: Network, written: Callable[[], None] = lambda: None) -> None:
        self.network = network
        self._written = written
        self._api = Api(network)
        self._pages = Pages(network)
        deeds = Deeds(network, self._pages)
        self._shows: list[tuple[str, Callable[[Visit, str], Response]]] = [
            (HANDLE, self._pages.wall),
            (HANDLE + "/messages", self._pages.messages),
            (HANDLE + "/you", self._pages.you),
            ("/p/" + ID, self._pages.thread),
        ]
        self._does: list[tuple[str, Callable[[Visit, str], Response]]] = [
            (HANDLE + "/write", deeds.write),
            (HANDLE + "/join", deeds.join),
            (HANDLE + "/answers", deeds.take_answers),
            (HANDLE + "/weather", deeds.weather),
            (f"/m/{ID}/edit", deeds.edit),
            (f"/m/{ID}/delete", deeds.delete),
        ]

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        request = Request(environ)
        response = self._answer(request)
        if request.method not in {"GET", "HEAD"}:
            self._written()
        return response.start(start_response, with_body=request.method != "HEAD")

    def _answer(self, request: Request) -> Response:
        try:
            if request.path.startswith("/api/"):
                return self._api.answer(request)
            return self._page(request)
        except No as no:
            return self._refusal(request, no)
        except sqlite3.Error:
            log.exception("The sandbox's file cannot be used.")
            return self._refusal(request, No(503, "The sandbox has to rest for a moment. Please try again.", 5))
        except Exception:
            log.exception("The sandbox failed at %s %s.", request.method, request.path)
            return self._refusal(request, No(500, "Something went wrong here. The log says what."))

    def _page(self, request: Request) -> Response:
        if request.path in {"", "/"}:
            home = request.path == "/" or not request.base
            return self._pages.home(self._pages.visit(request)) if home else redirect(request.base + "/")
        if request.path.startswith("/static/"):
            if file := static.answer(request.path.removeprefix("/static/")):
                return file
            raise No(404, "There is nothing at this address.")
        if request.method not in {"GET", "HEAD", "POST"}:
            raise No(405, "This call does not exist.")
        posted = request.method == "POST"
        if posted and not request.same_origin:
            raise No(403, "This form was sent from another site. Please send it from our own page.")
        for pattern, act in self._does if posted else self._shows:
            if found := re.fullmatch(pattern, request.path):
                return act(self._pages.visit(request), found[1])
        raise No(404, "There is nothing at this address.")

    def _refusal(self, request: Request, no: No) -> Response:
        if request.path.startswith("/api/"):
            return as_json(no.status, {"error": {"message": str(no)}}, no.wait)
        try:
            visit = self._pages.visit(request)
            if request.header("Accept") == "application/json":
                told = {"error": {"message": visit.words(no.words, **no.params)}}
                return as_json(no.status, told, no.wait)
            return self._pages.refusal(visit, no)
        except sqlite3.Error:  # the page about the trouble needs the file, too
            return as_json(no.status, {"error": {"message": str(no)}}, no.wait)


class Served:
    """A site with its postman, who begins to work at the first request of each process."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._lock = threading.Lock()
        self._of_process: dict[int, tuple[Site, Postman]] = {}  # a fork must not use, nor close, what it inherits

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        return self._site()(environ, start_response)

    def close(self) -> None:
        with self._lock:
            site, postman = self._of_process.pop(os.getpid(), (None, None))
        if site and postman:
            postman.stop()
            site.network.close()

    def _site(self) -> Site:
        with self._lock:
            if os.getpid() not in self._of_process:
                network = Network(self._data_dir)
                postman = Postman(network)
                postman.start()
                self._of_process[os.getpid()] = Site(network, postman.ring), postman
            return self._of_process[os.getpid()][0]


_SERVED: dict[Path, Served] = {}
_LOCK = threading.Lock()


def serve(data_dir: str | Path) -> Served:
    """The site on the network in ``data_dir``; the same one for every caller in this process."""
    with _LOCK:
        return _SERVED.setdefault(Path(data_dir).resolve(), Served(Path(data_dir).resolve()))
