"""Publishing on the double: containers that Meta fills by fetching, and the limit of a day."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from draht.channels.instagram.tests.network import Network
from draht.contract.testing.graph import Asked, No
from draht.contract.testing.graph_spec import GraphSpec
from draht.contract.testing.graph_talks import TalkDouble

MOST = 50  # posts in 24 hours


class Containers(TalkDouble):
    """``fetch``: Meta's way to a picture of ours; ``slow``: how often one looks before a container is filled."""

    def __init__(self, spec: GraphSpec) -> None:
        super().__init__(spec)
        self.net: Network = Network()
        self.containers: dict[str, dict[str, Any]] = {}
        self.published = 0
        self.slow = 0
        self.fetch: Callable[[str], bool] = lambda url: url.startswith("https://")

    def _get_content_publishing_limit(self, asked: Asked) -> Any:
        config = {"quota_total": MOST, "quota_duration": 86_400}
        return {"data": [{"quota_usage": self.published, "config": config}]}

    def _post_media(self, asked: Asked) -> Any:
        self.needs("content_publish")
        told = dict(asked.params)
        urls = [told[key] for key in ("image_url", "video_url") if key in told]
        children = json.loads(told.get("children", "[]"))
        if len(urls) + bool(children) != 1 or len(told.get("caption", "")) > 2200:
            raise No("(#100) Invalid parameter")
        if urls and not self.fetch(urls[0]):
            raise No("The media could not be fetched from this URI.", 9004, 2207052)
        if children and (not 2 <= len(children) <= 10 or any(id not in self.containers for id in children)):
            raise No("(#100) Invalid children")
        id = self.net.next_id()
        self.containers[id] = told | {"looks": self.slow}
        return {"id": id}

    def container(self, id: str, asked: Asked) -> Any:
        self.check("ShadowIGMediaBuilder", asked)
        container = self.containers[id]
        container["looks"] -= 1
        ready = "IN_PROGRESS" if container["looks"] >= 0 else "FINISHED"
        state = "ERROR" if str(container.get("image_url")).endswith(".png") else ready
        return self.shown("ShadowIGMediaBuilder", {"id": id, "status_code": state, "status": state}, asked.fields)

    def _post_media_publish(self, asked: Asked) -> Any:
        self.needs("content_publish")
        container = self.containers.get(asked.params["creation_id"])
        if container is None or container["looks"] >= 0:
            raise No("Media ID is not available", 9007, 2207027)
        if self.published >= MOST:
            raise No("(#9) Application request limit reached", 9, 2207042)
        self.published += 1
        parts = [self.containers[id] for id in json.loads(container.get("children", "[]"))] or [container]
        del self.containers[asked.params["creation_id"]]
        return {"id": self.net.post(container.get("caption", ""), parts=parts).id}
