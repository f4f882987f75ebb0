"""The demo company's website with the chat widget, and a blog's feed that writes about it."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe

from draht.connections.models import Connection
from draht.connections.queries import embed_snippet
from draht.connections.registry import channels
from draht.contract.visits import Welcomes
from draht.core.clock import DAY, HOUR, now, to_datetime

POSTS = [
    (
        "three-years", 2 * HOUR, "Inken Ahrens", "en", "Three years with a Polar",
        "I bought the Polar because it has no screen. Three years later I have replaced one seal, for 2.40 €, with a"
        " drawing that came by post. My only complaint: the drip tray is still too small. Nordlicht, do you read this?",
    ),
    (
        "milch", DAY + 3 * HOUR, "Inken Ahrens", "de", "Milch, und was sie mit der Aurora macht",
        "Die Aurora schäumt besser als alles, was ich bisher hatte. Aber nach jeder zehnten Tasse muss die Düse"
        " ausgebaut werden, und das Werkzeug dafür liegt nicht bei. Warum eigentlich?",
    ),
    (
        "comparacion", 3 * DAY, "Tomás Rey", "es", "Cuatro molinillos, una semana",
        "El Fjord es el más silencioso de los cuatro y el único que se abre con una moneda. El cable, en cambio,"
        " es corto.",
    ),
]  # fmt: skip


def began_at() -> int:
    """When the demo was set up (milliseconds); the blog's posts are told from there, and stay."""
    first = Connection.objects.order_by("made_at").values_list("made_at", flat=True).first()
    return first or now()


@login_not_required
def website(request: HttpRequest) -> HttpResponse:
    here = request.build_absolute_uri("/").rstrip("/")
    kinds = [name for name, kind in channels().items() if issubclass(kind, Welcomes)]
    chat = Connection.objects.filter(channel__in=kinds, removed_at=None).order_by("id").first()
    widget = mark_safe(embed_snippet(here, chat.hook_key)) if chat else ""
    return render(request, "demo/website.html", {"widget": widget})


@login_not_required
def feed(request: HttpRequest) -> HttpResponse:
    posts = [
        {"id": id, "at": to_datetime(began_at() - ago).isoformat(), "author": author, "language": language,
         "title": title, "text": text}
        for id, ago, author, language, title, text in POSTS
    ]  # fmt: skip
    context = {"posts": posts, "website": request.build_absolute_uri("/demo/")}
    return render(request, "demo/feed.xml", context, content_type="application/atom+xml; charset=utf-8")
