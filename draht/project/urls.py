"""Which address belongs to whom."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from draht.project import demo_views

urlpatterns: list[URLPattern | URLResolver] = [
    path("accounts/", include("allauth.account.urls")),
    path("demo/", demo_views.website, name="demo_website"),
    path("demo/feed.xml", demo_views.feed, name="demo_feed"),
    path("", include("draht.features.inbox.urls")),
]
