"""What a message says, as plain text, and the files that come with it. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from draht.channels.whatsapp.shapes import Card, Content, File, Interactive, Order, Place
from draht.contract.graph_messaging import UNSEEN
from draht.contract.messages import Attachment
from draht.contract.text import clean

MAP = "https://www.openstreetmap.org/?mlat={0:.6f}&mlon={1:.6f}#map=17/{0:.6f}/{1:.6f}"


def text_of(content: Content) -> str:
    """Empty only for a message that is nothing but a file."""
    said = clean("\n".join(part for part in _said(content) if part)).strip()
    if not said and not files_of(content):
        said = UNSEEN
    if said and content.context and (content.context.forwarded or content.context.frequently_forwarded):
        said = f"↪ {said}"
    if content.referral and content.referral.source_url:  # from an advertisement
        said = clean(f"{said}\n\n↗ {content.referral.headline}\n{content.referral.source_url}").strip()
    return said


def files_of(content: Content) -> tuple[Attachment, ...]:
    """They are opened with our login only; ``key`` is Meta's id of the file."""
    return tuple(
        Attachment("", kind, name=clean(file.filename), key=file.id) for file, kind in _files(content) if file.id
    )


def _files(content: Content) -> Iterator[tuple[File, str]]:
    for file, kind in (
        (content.image, "image"),
        (content.video, "video"),
        (content.audio, "audio"),
        (content.document, "file"),
        (content.sticker, "image"),
    ):
        if file is not None:
            yield file, kind


def _said(content: Content) -> Iterator[str]:
    if content.text is not None:
        yield content.text.body
    for file, _ in _files(content):
        yield file.caption
    if content.location is not None:
        yield _place(content.location)
    for card in content.contacts:
        yield _card(card)
    if content.reaction is not None:
        yield content.reaction.emoji
    if content.button is not None:
        yield content.button.text
    if content.interactive is not None:
        yield _chosen(content.interactive)
    if content.order is not None:
        yield _order(content.order)
    if content.system is not None:
        yield content.system.body


def _place(place: Place) -> str:
    where = place.name or f"{place.latitude:.6f}, {place.longitude:.6f}"
    lines = (f"📍 {where}", place.address, MAP.format(place.latitude, place.longitude), place.url)
    return "\n".join(line for line in lines if line)


def _card(card: Card) -> str:
    reached = [one.phone or one.email for one in card.phones + card.emails]
    lines = (f"👤 {card.name.formatted_name}", card.org.company, *reached)
    return "\n".join(line for line in lines if line)


def _chosen(told: Interactive) -> str:
    """A button or a line of a list that was chosen; or a form that was filled in."""
    if told.nfm_reply is not None:
        return "\n".join(part for part in (told.nfm_reply.body, told.nfm_reply.response_json) if part)
    chosen = told.button_reply or told.list_reply
    return "\n".join(part for part in (chosen.title, chosen.description) if part) if chosen else ""


def _order(order: Order) -> str:
    lines = [
        f"{one.quantity:g} × {one.product_retailer_id} · {one.item_price:g} {one.currency}".rstrip()
        for one in order.product_items
    ]
    return "\n".join(["🛒", *lines, order.text])
