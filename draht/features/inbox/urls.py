"""The desk's addresses."""

from __future__ import annotations

from django.urls import path
from django.views.generic import RedirectView

from draht.features.inbox import verbs, views

app_name = "inbox"
urlpatterns = [
    path("", RedirectView.as_view(url="/inbox/mine/"), name="home"),
    path("inbox/views/", views.side, name="views"),
    path("inbox/search/", views.desk, {"view": "search"}, name="search"),
    path("inbox/search/<int:conversation_id>/", views.desk, {"view": "search"}, name="found"),
    path("inbox/<slug:view>/", views.desk, name="view"),
    path("inbox/<slug:view>/<int:conversation_id>/", views.desk, name="open"),
    path("file/<int:attachment_id>/", views.file, name="file"),
    path("deliveries/<int:connection_id>/", views.deliveries, name="deliveries"),
    path("person/<int:person_id>/", views.person, name="person"),
    path("conversation/<int:conversation_id>/templates/", views.templates, name="templates"),
    path("conversation/<int:conversation_id>/count/", views.count, name="count"),
    *(path(f"conversation/<int:conversation_id>/{name}/", verb, name=name) for name, verb in verbs.VERBS.items()),
]
