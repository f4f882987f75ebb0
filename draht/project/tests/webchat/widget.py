"""A widget without a browser: what it asks, as plain HTTP, and the events that it hears."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx2 as httpx

PAGE = "https://shop.example"


class Widget:
    """A visitor in one browser. ``origin`` is the website that the widget is on."""

    def __init__(self, house: str, key: str, origin: str = PAGE) -> None:
        self.base = f"{house}/webchat/{key}"
        self.client = httpx.Client(timeout=10, headers={"Origin": origin} if origin else {})
        self.token = ""
        self.last = ""

    def hello(self, **asked: Any) -> httpx.Response:
        answer = self.client.post(f"{self.base}/hello", json={"token": self.token} | asked)
        self.token = answer.json().get("token", self.token)
        return answer

    def send(self, text: str, id: str = "", **more: Any) -> httpx.Response:
        return self.post({"id": id or str(uuid.uuid4()), "text": text} | more)

    def post(self, value: Any) -> httpx.Response:
        return self.client.post(f"{self.base}/send", json=value, headers=self.login)

    @property
    def login(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    @contextmanager
    def listen(self, last: str = "") -> Iterator[Iterator[dict[str, Any]]]:
        """Messages as they come; the events' ids are remembered in ``last``."""
        headers = self.login | ({"Last-Event-ID": last} if last else {})
        with self.client.stream("GET", f"{self.base}/stream", headers=headers) as answer:
            assert answer.status_code == 200, answer.read()
            yield self._events(answer)

    def history(self, last: str = "") -> list[dict[str, Any]]:
        """What is told at once on coming (back)."""
        found = []
        with self.listen(last) as events:
            for event in events:
                if event.get("here"):
                    break
                found.append(event)
        return found

    def _events(self, answer: httpx.Response) -> Iterator[dict[str, Any]]:
        kind, data = "message", ""
        for line in answer.iter_lines():
            name, _, value = line.partition(": ")
            if name == "event":
                kind = value
            elif name == "id":
                self.last = value
            elif name == "data":
                data = value
            elif not line and (data or kind != "message"):
                yield json.loads(data) if kind == "message" else {"here": True}
                kind, data = "message", ""

    def close(self) -> None:
        self.client.close()
