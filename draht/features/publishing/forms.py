"""What the page of a post sends."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django import forms
from django.http import QueryDict
from django.utils.timezone import get_current_timezone
from django.utils.translation import gettext as _

from draht.contract.messages import Media
from draht.contract.text import clean
from draht.core.clock import to_ms
from draht.core.files.uploads import Files, uploads
from draht.core.numbers import whole
from draht.features.publishing.actions import Draft

MOST_TEXT = 100_000


class PostForm(forms.Form):
    """A post as far as it is written; ``draft`` is what it says."""

    text = forms.CharField(required=False, strip=False, max_length=MOST_TEXT)
    title = forms.CharField(required=False, max_length=300)
    link = forms.CharField(required=False, max_length=2000)
    when = forms.ChoiceField(required=False, choices=[("now", "now"), ("later", "later")])
    at = forms.CharField(required=False, max_length=30)  # by the clock of the zone: 2026-03-29T09:00
    zone = forms.CharField(required=False, max_length=60)
    by_network = forms.BooleanField(required=False)
    uploaded = Files(required=False)

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or self.cleaned_data
        told["moment"] = _moment(told.get("at", ""), _zone(told.get("zone", "")))
        if told.get("when") == "later" and told["moment"] is None:
            self.add_error("at", _("Choose a day and a time."))
        return told

    def draft(self) -> Draft:
        told, data = self.cleaned_data, self._sent()
        at = told.get("moment") if told.get("when") == "later" else None
        return Draft(
            text=told.get("text", ""),
            title=told.get("title", ""),
            link=told.get("link", ""),
            to=_by_number(data, "to", "text"),
            at=at,
            by_network=bool(at) and told.get("by_network", False),
            kept=_by_number(data, "file", "alt"),
            uploads=uploads(told.get("uploaded") or [], data.getlist("alt")),
        )

    def outlines(self) -> list[tuple[Media, int]]:
        """Files that somebody has chosen and not sent yet, as their browser tells of them: with their bytes."""
        return [_outline(told) for told in self._sent().getlist("about")]

    def _sent(self) -> QueryDict:
        assert isinstance(self.data, QueryDict)
        return self.data


def _by_number(data: QueryDict, chosen: str, said: str) -> Mapping[int, str]:
    numbers = (whole(told) for told in data.getlist(chosen))
    return {id: data.get(f"{said}-{id}") or "" for id in numbers if id is not None}


def _outline(told: str) -> tuple[Media, int]:
    content_type, size, name = [*clean(told).split(";", 2), "", "", ""][:3]
    return Media(b"", content_type[:100], name[:200]), whole(size) or 0


def _zone(name: str) -> tzinfo:
    """The zone of the reader's browser, or that of the house."""
    try:
        return ZoneInfo(name) if name else get_current_timezone()
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return get_current_timezone()


def _moment(wall: str, zone: tzinfo) -> int | None:
    """What a clock on the wall there means: of an hour that comes twice the first, one that is skipped an hour later
    (PEP 495, fold=0)."""
    try:
        return to_ms(datetime.fromisoformat(wall).replace(tzinfo=zone))
    except (OverflowError, ValueError, OSError):
        return None


class SettleForm(forms.Form):
    """Somebody has looked whether it stands on the network. There is no default: "no" publishes it again."""

    arrived = forms.ChoiceField(choices=[("yes", "yes"), ("no", "no")])
