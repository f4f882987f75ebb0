"""What is read of Telegram's objects. Ids have up to 52 bits."""

from __future__ import annotations

from msgspec import Struct, field


class User(Struct):
    id: int
    first_name: str = ""
    last_name: str = ""
    username: str = ""


class Chat(Struct):
    id: int
    type: str  # private | group | supergroup | channel
    title: str = ""
    username: str = ""
    is_direct_messages: bool = False


class Entity(Struct):
    """A part of a text; places are counted in UTF-16 units."""

    type: str
    offset: int
    length: int
    url: str = ""


class Origin(Struct):
    """Where a forwarded message comes from: one of these."""

    sender_user: User | None = None
    sender_user_name: str = ""
    sender_chat: Chat | None = None
    chat: Chat | None = None


class File(Struct):
    file_id: str
    file_name: str = ""
    mime_type: str = ""


class Sticker(Struct):
    file_id: str
    emoji: str = ""
    is_animated: bool = False
    is_video: bool = False


class Contact(Struct):
    phone_number: str
    first_name: str
    last_name: str = ""


class Location(Struct):
    latitude: float
    longitude: float


class Venue(Struct):
    location: Location
    title: str
    address: str


class Line(Struct):
    text: str


class Poll(Struct):
    question: str
    options: list[Line]


class Checklist(Struct):
    title: str
    tasks: list[Line]


class Dice(Struct):
    emoji: str
    value: int


class Titled(Struct):
    title: str


class Named(Struct):
    name: str


class Topic(Struct):
    topic_id: int


class Replied(Struct):
    """The message that is answered, as far as it comes along."""

    message_id: int
    text: str = ""
    caption: str = ""
    is_automatic_forward: bool = False
    forum_topic_created: Named | None = None


class Message(Struct):
    message_id: int
    date: int
    chat: Chat
    sender: User | None = field(default=None, name="from")
    sender_chat: Chat | None = None
    direct_messages_topic: Topic | None = None
    business_connection_id: str = ""
    guest_query_id: str = ""
    forward_origin: Origin | None = None
    is_automatic_forward: bool = False
    reply_to_message: Replied | None = None
    edit_date: int | None = None
    media_group_id: str = ""
    text: str = ""
    entities: list[Entity] = []
    caption: str = ""
    caption_entities: list[Entity] = []
    animation: File | None = None
    audio: File | None = None
    document: File | None = None
    photo: list[File] = []
    sticker: Sticker | None = None
    video: File | None = None
    video_note: File | None = None
    voice: File | None = None
    contact: Contact | None = None
    dice: Dice | None = None
    game: Titled | None = None
    poll: Poll | None = None
    checklist: Checklist | None = None
    venue: Venue | None = None
    location: Location | None = None
    rich_message: dict[str, object] | None = None
    story: dict[str, object] | None = None
    paid_media: dict[str, object] | None = None
    giveaway: dict[str, object] | None = None
    gift: dict[str, object] | None = None
    unique_gift: dict[str, object] | None = None
    invoice: dict[str, object] | None = None


class Update(Struct):
    """At most one of its kinds is there; those that are not read here are nobody's business."""

    update_id: int
    message: Message | None = None
    edited_message: Message | None = None
