"""A user on the double, and the channel that is connected to it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping

import pytest

from draht.channels.reddit.channel import SCOPES
from draht.channels.reddit.channel import Reddit as Channel
from draht.channels.reddit.tests.double import CLIENT, LINK, SUBREDDIT, US, Reddit
from draht.contract.http import Http
from draht.contract.loopback import Loopback


def fresh() -> Reddit:
    """With a post of ours, begun an hour ago."""
    reddit = Reddit(float(int(time.time()) - 3600))
    ours = reddit.post("Winter boots", "They are here.", US)
    reddit.things[LINK] = reddit.things.pop(ours["name"]) | {"name": LINK, "id": LINK[3:]}
    return reddit


def settings_for(url: str) -> Mapping[str, str]:
    app = {"client_id": CLIENT[0], "client_secret": CLIENT[1], "access_token": "token", "refresh_token": "refresh"}
    granted = {"scope": " ".join(scope.name for scope in SCOPES)}
    return app | granted | {"api": url, "site": url, "subreddits": f"r/{SUBREDDIT}", "publish_in": SUBREDDIT}


@pytest.fixture
def reddit() -> Reddit:
    return fresh()


@pytest.fixture
def net(reddit: Reddit) -> Iterator[Loopback]:
    loopback = Loopback(reddit)
    yield loopback
    loopback.close()


@pytest.fixture
def user(net: Loopback) -> Iterator[Channel]:
    http = Http(timeout=5)
    channel = Channel(settings_for(net.url), http, Channel(settings_for(net.url), http).whoami())
    net.requests.clear()
    yield channel
    http.close()
