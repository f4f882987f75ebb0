"""What a login that works still lacks: permissions, time, a number in order, the hook."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from draht.channels.whatsapp.client import Client
from draht.channels.whatsapp.shapes import Number
from draht.contract.login import Scope
from draht.contract.words import words

SCOPES = (
    Scope("whatsapp_business_messaging", words("to send messages, and to open files that people send")),
    Scope("whatsapp_business_management", words("to be told of new messages, and to read the templates")),
)
NAMES = {
    "DECLINED": words("Meta has declined the name that people see with our number."),
    "EXPIRED": words("The name that people see with our number has to be confirmed again in the WhatsApp Manager."),
    "PENDING_REVIEW": words("Meta still looks at the name that people see with our number."),
}


def lacks(client: Client) -> Iterator[str]:
    yield from _token(client.token_info())
    yield from _number(client.me())
    if not client.app_hears() or not client.address():
        yield words("Meta does not tell us of new messages yet. Press the button that sets the hook up again.")


def _token(told: Mapping[str, Any]) -> Iterator[str]:
    granted = told.get("scopes")
    for scope in SCOPES if isinstance(granted, list) else ():
        if scope.name not in set(granted or ()):
            yield words("The permission {scope} was not granted: {why}").format(scope=scope.name, why=scope.why)
    ends = told.get("expires_at")
    if isinstance(ends, int) and ends:
        day = datetime.fromtimestamp(ends, UTC).date().isoformat()
        yield words("This token ends on {day}. Make one of a system user that does not end.").format(day=day)


def _number(raw: Any) -> Iterator[str]:
    told = msgspec.convert(raw, Number)
    if told.code_verification_status in {"UNVERIFIED", "NOT_VERIFIED"}:
        yield words("Our number is not verified yet. Do so in the WhatsApp Manager.")
    if told.name_status in NAMES:
        yield NAMES[told.name_status]
    if told.quality_rating == "RED":
        yield words("Many people blocked or reported our number. Meta may soon let it send less.")
