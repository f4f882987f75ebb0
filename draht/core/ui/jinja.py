"""What every template can use."""

from __future__ import annotations

from typing import Any
from zlib import crc32

from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language, gettext, ngettext
from jinja2 import Environment

from draht.core.clock import now
from draht.core.ui import amounts, times
from draht.core.ui.icons import icon

HUES = 8


def url(name: str, *args: object, **kwargs: object) -> str:
    return reverse(name, args=args, kwargs=kwargs)


def hue(name: str) -> str:
    """A colour class that is always the same for the same name."""
    return f"hue-{crc32(name.casefold().encode()) % HUES}"


def initials(name: str) -> str:
    """One or two letters that stand for a name."""
    words = [word for word in name.replace("@", " ").replace("_", " ").split() if word[0].isalnum()]
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper() or "?"


def environment(autoescape: bool = True, **options: Any) -> Environment:
    options["extensions"] = ["jinja2.ext.i18n"]
    env = Environment(autoescape=autoescape, trim_blocks=True, lstrip_blocks=True, **options)  # noqa: S701 Django's True
    env.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
    env.policies["ext.i18n.trimmed"] = True
    env.globals.update(
        url=url, static=static, icon=icon, hue=hue, initials=initials, now=now, language=get_language,
        when=times.when, at=times.at, ago=times.ago, span=times.span, exact=times.exact, day=times.day,
        day_name=times.day_name, left=times.left, lasting=times.lasting, moment=times.moment, weekday=times.weekday,
        number=amounts.number, dollars=amounts.dollars, price=amounts.price,
    )  # fmt: skip
    return env
