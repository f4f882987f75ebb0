"""Which address belongs to whom."""

from __future__ import annotations

from allauth.account import views as accounts
from django.urls import URLPattern, URLResolver, include, path

from draht.core.files.lending import lent
from draht.project import demo_views, views

urlpatterns: list[URLPattern | URLResolver] = [
    # of allauth's pages, those that Draht has: nobody signs up, and addresses are an administrator's matter
    path("accounts/login/", accounts.login, name="account_login"),
    path("accounts/logout/", accounts.logout, name="account_logout"),
    path("accounts/signup/", accounts.signup, name="account_signup"),
    path("accounts/inactive/", accounts.account_inactive, name="account_inactive"),
    path("accounts/password/change/", accounts.password_change, name="account_change_password"),
    path("connections/", include("draht.connections.urls")),
    path("people/", include("draht.core.people.urls")),
    path("health/", views.health, name="health"),
    path("health/read-again/<int:connection_id>/", views.read_again, name="read_again"),
    path("healthz", views.healthz, name="healthz"),
    path("journal/", views.journal, name="journal"),
    path("demo/", demo_views.website, name="demo_website"),
    path("demo/feed.xml", demo_views.feed, name="demo_feed"),
    path("files/lent/<str:key>/", lent, name="file_lent"),
    path("posts/", include("draht.features.publishing.urls")),
    path("", include("draht.features.inbox.urls")),
]
