"""Templates: texts that Meta has approved before. An answer is one of them when its text is. Pure.

Source: developers.facebook.com/docs/whatsapp/business-management-api/message-templates.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import regex

from draht.contract.errors import Refused
from draht.contract.messages import Template
from draht.contract.text import clean
from draht.contract.words import words

GAP = re.compile(r"{{\s*(\w+)\s*}}")
FILLING = r"[^\n\t]+?"  # Meta takes neither lines nor tabs in it
NO_TEMPLATE = words(
    "No approved template says this. More than 24 hours after their last message WhatsApp delivers nothing else: "
    "take the text of a template and change only its gaps."
)
LONGEST = 0.5  # seconds; many gaps with hardly a word between them can be filled in too many ways
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

    @property
    def gaps(self) -> list[str]:
        """Each once: numbers in their order, names in that of the text."""
        found = list(dict.fromkeys(GAP.findall(self.text)))
        return sorted(found, key=lambda gap: int(gap) if gap.isdigit() else 0)

    @property
    def pattern(self) -> str:
        """What fits its text with the gaps filled; a gap that stands there twice says the same twice."""
        pieces = GAP.split(self.text)  # words and gaps by turns
        shape, seen = [re.escape(pieces[0])], set[str]()
        for gap, after in zip(pieces[1::2], pieces[2::2], strict=True):
            group = f"{self.kind}_{gap}"
            shape += [f"(?P={group})" if gap in seen else f"(?P<{group}>{FILLING})", re.escape(after)]
            seen.add(gap)
        return "".join(shape)

    def filled(self, values: Mapping[str, str]) -> dict[str, Any]:
        return {"type": self.kind, "parameters": [self._parameter(gap, values) for gap in self.gaps]}

    def _parameter(self, gap: str, values: Mapping[str, str]) -> dict[str, str]:
        named = {} if gap.isdigit() else {"parameter_name": gap}
        return {"type": "text", "text": values[f"{self.kind}_{gap}"], **named}


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
        pattern = "\n\n".join(part.pattern for part in self.parts)
        try:
            found = regex.fullmatch(pattern, text, timeout=LONGEST)
        except TimeoutError:
            return None
        if found is None:
            return None
        values = found.groupdict()
        if left := next((value for value in values.values() if GAP.search(value)), ""):
            raise Refused(GAPS_LEFT.format(gap=left))
        told: dict[str, Any] = {"name": self.name, "language": {"policy": "deterministic", "code": self.language}}
        components = [part.filled(values) for part in self.parts if part.gaps]
        return told | ({"components": components} if components else {})


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
