"""Templates: texts that Meta has approved before. An answer is one of them when its text is. Pure.

Source: developers.facebook.com/docs/whatsapp/business-management-api/message-templates.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from draht.contract.errors import Refused
from draht.contract.messages import Template
from draht.contract.text import clean
from draht.contract.words import words

GAP = re.compile(r"{{\s*(\w+)\s*}}")
FILLING = r"([^\n\t]+?)"  # Meta takes neither lines nor tabs in it
NO_TEMPLATE = words(
    "No approved template says this. More than 24 hours after their last message WhatsApp delivers nothing else: "
    "take the text of a template and change only its gaps."
)
GAPS_LEFT = words("This template still has gaps. Write something in the place of {gap}.")


class Component(msgspec.Struct):
    type: str
    format: str = "TEXT"
    text: str = ""
    buttons: list[Any] = []


class Raw(msgspec.Struct):
    name: str
    language: str
    status: str = ""
    components: list[Component] = []


@dataclass(frozen=True, slots=True)
class Part:
    """``kind`` is header or body: those that can have gaps."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Approved:
    """A template that needs nothing but words."""

    name: str
    language: str
    parts: tuple[Part, ...]

    @property
    def text(self) -> str:
        """As the customer reads it: header, body and footer."""
        return "\n\n".join(part.text for part in self.parts)

    def told(self) -> Template:
        return Template(self.name, self.text, self.language.replace("_", "-"))

    def filled(self, text: str) -> dict[str, Any] | None:
        """The template as it is sent, if ``text`` is its text with all gaps filled."""
        pattern = GAP.sub("\0", self.text)
        found = re.fullmatch(FILLING.join(re.escape(piece) for piece in pattern.split("\0")), text)
        if found is None:
            return None
        values = list(found.groups())
        if any(GAP.search(value) for value in values):
            raise Refused(GAPS_LEFT.format(gap=next(value for value in values if GAP.search(value))))
        components = []
        for part in self.parts:
            gaps = GAP.findall(part.text)
            some, values = values[: len(gaps)], values[len(gaps) :]
            if gaps:
                components.append({"type": part.kind, "parameters": list(map(_parameter, gaps, some))})
        told: dict[str, Any] = {"name": self.name, "language": {"policy": "deterministic", "code": self.language}}
        return told | ({"components": components} if components else {})


def _parameter(gap: str, value: str) -> dict[str, str]:
    """Gaps have numbers, which go by their order, or names."""
    return {"type": "text", "text": value} | ({} if gap.isdigit() else {"parameter_name": gap})


def to_templates(raws: Iterable[Any]) -> list[Approved]:
    """Those that are approved and need nothing but words: no picture above, no address of a button to be made up."""
    found = []
    for raw in raws:
        told = msgspec.convert(raw, Raw)
        if told.status == "APPROVED" and all(map(_needs_words_only, told.components)):
            parts = [Part(one.type.lower(), _tidy(one.text)) for one in told.components if one.text]
            found.append(Approved(told.name, told.language, tuple(parts)))
    return [one for one in found if one.parts]


def _needs_words_only(component: Component) -> bool:
    if component.type == "BUTTONS":
        kinds = {str(one.get("type")) for one in component.buttons if isinstance(one, dict)}
        return kinds <= {"QUICK_REPLY", "PHONE_NUMBER", "URL"} and not GAP.search(str(component.buttons))
    return component.type in {"HEADER", "BODY", "FOOTER"} and component.format == "TEXT"


def pick(templates: Sequence[Approved], text: str) -> dict[str, Any]:
    """The one that a text is, as it is sent. Raises ``Refused`` if there is none, or it has gaps that nobody filled."""
    wanted = _tidy(text)
    for one in templates:
        if (told := one.filled(wanted)) is not None:
            return told
    raise Refused(NO_TEMPLATE)


def _tidy(text: str) -> str:
    return clean(text).strip()
