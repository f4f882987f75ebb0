"""How the network shows accounts and posts (its AppView)."""

from __future__ import annotations

from typing import Any

from draht.channels.bluesky.tests.network import LIKE, Account, Kept, Network, Told, iso, ref

CDN = "https://cdn.example/img"


def profile(net: Network, account: Account, viewer: str) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "did": account.did,
        "handle": account.handle,
        "associated": {"activitySubscription": {"allowSubscriptions": "followers"}},
        "viewer": {"muted": False, "blockedBy": net.between(account.did, viewer)},
        "labels": [],
    }
    if account.allows:
        shown["associated"]["chat"] = {"allowIncoming": account.allows}
    return shown | ({"displayName": account.name} if account.name else {})


def post(net: Network, kept: Kept, viewer: str) -> dict[str, Any]:
    likes = [each for each in net.of(viewer, LIKE) if each.value["subject"]["uri"] == kept.uri]
    seen: dict[str, Any] = {"threadMuted": False, "replyDisabled": _closed(net, kept, viewer)}
    shown = {
        "uri": kept.uri,
        "cid": kept.cid,
        "author": profile(net, net.accounts[kept.owner], viewer),
        "record": kept.value,
        "indexedAt": iso(kept.listed),
        "labels": [],
        "viewer": seen | ({"like": likes[0].uri} if likes else {}),
    }
    embed = _embed(net, kept, viewer)
    return shown | ({"embed": embed} if embed else {}) | _threadgate(net, kept)


def notification(net: Network, told: Told, viewer: str) -> dict[str, Any]:
    shown = {
        "uri": told.kept.uri,
        "cid": told.kept.cid,
        "author": profile(net, net.accounts[told.kept.owner], viewer),
        "reason": told.reason,
        "record": told.kept.value,
        "isRead": False,
        "indexedAt": iso(told.kept.listed),
        "labels": [],
    }
    return shown | ({"reasonSubject": told.subject} if told.subject else {})


def _closed(net: Network, kept: Kept, viewer: str) -> bool:
    gate = net.gate(net.root(kept))
    return gate is not None and gate.value.get("allow") == [] and viewer != net.root(kept).owner


def _threadgate(net: Network, kept: Kept) -> dict[str, Any]:
    gate = net.gate(kept)
    return {"threadgate": ref(gate) | {"record": gate.value, "lists": []}} if gate else {}


def _embed(net: Network, kept: Kept, viewer: str) -> dict[str, Any] | None:
    raw: dict[str, Any] = kept.value.get("embed") or {}
    kind = raw.get("$type", "")
    if kind == "app.bsky.embed.images":
        images = [_image(kept.owner, each) for each in raw["images"]]
        return {"$type": f"{kind}#view", "images": images}
    if kind == "app.bsky.embed.external":
        return {"$type": f"{kind}#view", "external": raw["external"]}
    if kind == "app.bsky.embed.record":
        return {"$type": f"{kind}#view", "record": _quoted(net, raw["record"]["uri"], viewer)}
    return None


def _image(owner: str, raw: dict[str, Any]) -> dict[str, Any]:
    name = f"{owner}/{raw['image']['ref']['$link']}@jpeg"
    return {"thumb": f"{CDN}/thumb/{name}", "fullsize": f"{CDN}/full/{name}", "alt": raw["alt"]}


def _quoted(net: Network, uri: str, viewer: str) -> dict[str, Any]:
    found = net.records.get(uri)
    if found is None:
        return {"$type": "app.bsky.embed.record#viewNotFound", "uri": uri, "notFound": True}
    author = profile(net, net.accounts[found.owner], viewer)
    shown = ref(found) | {"author": author, "value": found.value, "indexedAt": iso(found.listed)}
    return {"$type": "app.bsky.embed.record#viewRecord"} | shown
