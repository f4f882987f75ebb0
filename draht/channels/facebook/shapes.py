"""What we read of Facebook's JSON."""

from __future__ import annotations

import msgspec

from draht.contract.graph_messaging import Somebody


class Image(msgspec.Struct):
    src: str | None = None


class Shown(msgspec.Struct):
    image: Image | None = None
    source: str | None = None


class Attached(msgspec.Struct):
    type: str = ""
    media: Shown | None = None


class Several(msgspec.Struct):
    data: list[Attached] = []


class Album(Attached):
    """What a post shows; of several pictures only the first stands outside."""

    subattachments: Several | None = None


class AttachedList(msgspec.Struct):
    data: list[Album] = []


class Parent(msgspec.Struct):
    id: str


class Comment(msgspec.Struct):
    id: str
    created_time: str
    message: str | None = None
    author: Somebody | None = msgspec.field(name="from", default=None)
    parent: Parent | None = None
    permalink_url: str | None = None
    is_hidden: bool = False
    attachment: Attached | None = None


class Post(msgspec.Struct):
    id: str
    created_time: str
    message: str | None = None
    story: str | None = None
    author: Somebody | None = msgspec.field(name="from", default=None)
    permalink_url: str | None = None
    is_hidden: bool = False
    attachments: AttachedList | None = None


class Within(msgspec.Struct):
    permalink_url: str | None = None


class Value(msgspec.Struct):
    """What a hook says happened on a page."""

    item: str
    verb: str
    created_time: int | str | None = None
    comment_id: str | None = None
    post_id: str | None = None
    parent_id: str | None = None
    author: Somebody | None = msgspec.field(name="from", default=None)
    sender_id: str | int | None = None
    sender_name: str | None = None
    message: str | None = None
    photo: str | None = None
    video: str | None = None
    photos: list[str] | None = None
    link: str | None = None
    published: int | bool | None = None
    post: Within | None = None


class Change(msgspec.Struct):
    """One entry of ``changes``, with the time of its delivery."""

    field: str
    value: Value
    time: int = 0
