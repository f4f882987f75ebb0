"""What a hook of WhatsApp says, as far as it is read.

Source: developers.facebook.com/docs/whatsapp/cloud-api/webhooks/components, and recorded deliveries.
"""

from __future__ import annotations

from typing import Any

import msgspec


class Said(msgspec.Struct):
    body: str = ""


class File(msgspec.Struct):
    id: str
    mime_type: str = ""
    caption: str = ""
    filename: str = ""


class Place(msgspec.Struct):
    latitude: float
    longitude: float
    name: str = ""
    address: str = ""
    url: str = ""


class Name(msgspec.Struct):
    formatted_name: str = ""


class Reached(msgspec.Struct):
    phone: str = ""
    email: str = ""


class Company(msgspec.Struct):
    company: str = ""


class Card(msgspec.Struct):
    name: Name = msgspec.field(default_factory=Name)
    org: Company = msgspec.field(default_factory=Company)
    phones: list[Reached] = []
    emails: list[Reached] = []


class Reaction(msgspec.Struct):
    message_id: str
    emoji: str = ""


class Chosen(msgspec.Struct):
    title: str = ""
    description: str = ""


class Filled(msgspec.Struct):
    body: str = ""
    response_json: str = ""


class Interactive(msgspec.Struct):
    button_reply: Chosen | None = None
    list_reply: Chosen | None = None
    nfm_reply: Filled | None = None


class Button(msgspec.Struct):
    text: str = ""


class Product(msgspec.Struct):
    product_retailer_id: str = ""
    quantity: int | float = 1
    item_price: int | float = 0
    currency: str = ""


class Order(msgspec.Struct):
    text: str = ""
    product_items: list[Product] = []


class Referral(msgspec.Struct):
    source_url: str = ""
    headline: str = ""


class Context(msgspec.Struct):
    id: str = ""
    forwarded: bool = False
    frequently_forwarded: bool = False


class Details(msgspec.Struct):
    details: str = ""


class Fault(msgspec.Struct):
    code: int = 0
    title: str = ""
    error_data: Details = msgspec.field(default_factory=Details)


class Content(msgspec.Struct, kw_only=True):
    """What a message says; the field that is called like its type has it."""

    type: str = ""
    text: Said | None = None
    image: File | None = None
    video: File | None = None
    audio: File | None = None
    document: File | None = None
    sticker: File | None = None
    location: Place | None = None
    contacts: list[Card] = []
    reaction: Reaction | None = None
    interactive: Interactive | None = None
    button: Button | None = None
    order: Order | None = None
    system: Said | None = None
    referral: Referral | None = None
    context: Context | None = None


class Edit(msgspec.Struct):
    original_message_id: str
    message: Content = msgspec.field(default_factory=Content)


class Revoke(msgspec.Struct):
    original_message_id: str


class Message(Content, kw_only=True):
    """``from_user_id`` and ``to_user_id`` are there where somebody's number is not told."""

    id: str
    timestamp: str
    sender: str = msgspec.field(name="from", default="")
    from_user_id: str = ""
    to: str = ""
    to_user_id: str = ""
    group_id: str = ""
    edit: Edit | None = None
    revoke: Revoke | None = None


class Profile(msgspec.Struct):
    name: str = ""
    username: str = ""


class Contact(msgspec.Struct):
    profile: Profile = msgspec.field(default_factory=Profile)
    wa_id: str = ""
    user_id: str = ""


class Status(msgspec.Struct):
    """What became of a message of ours: sent, delivered, read, played, or failed."""

    id: str
    status: str
    timestamp: str
    recipient_id: str = ""
    recipient_user_id: str = ""
    recipient_type: str = ""
    biz_opaque_callback_data: str = ""
    errors: list[Fault] = []


class Number(msgspec.Struct):
    id: str
    display_phone_number: str = ""
    verified_name: str = ""
    quality_rating: str = ""
    code_verification_status: str = ""
    name_status: str = ""


class Piece(msgspec.Struct):
    """One message, echo or status of a delivery, with whom it names."""

    message: Message | None = None
    echo: Message | None = None
    status: Status | None = None
    errors: list[Fault] = []
    contacts: list[Contact] = []


def to_piece(raw: Any) -> Piece:
    return msgspec.convert(raw, Piece)
