"""The addresses of posts."""

from __future__ import annotations

from django.urls import URLPattern, path

from draht.features.publishing import verbs, views

app_name = "posts"
urlpatterns: list[URLPattern] = [
    path("", views.posts, {"view": "planned"}, name="list"),
    path("drafts/", views.posts, {"view": "drafts"}, name="drafts"),
    path("published/", views.posts, {"view": "published"}, name="published"),
    path("trouble/", views.posts, {"view": "trouble"}, name="trouble"),
    path("troubled/", views.troubled, name="troubled"),
    path("new/", views.new, name="new"),
    path("check/", views.check, name="check"),
    path("file/<int:file_id>/", views.file, name="file"),
    path("<int:post_id>/", views.one, name="one"),
    *(path(f"<int:post_id>/{name}/", verb, name=name) for name, verb in verbs.OF_POSTS.items()),
    *(path(f"on/<int:publication_id>/{name}/", verb, name=name) for name, verb in verbs.OF_PUBLICATIONS.items()),
]
