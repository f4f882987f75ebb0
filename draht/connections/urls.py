"""The addresses of connections: the list, connecting, one connection, its trouble, and the channels' icons."""

from __future__ import annotations

from django.urls import path

from draht.connections import views

app_name = "connections"
urlpatterns = [
    path("", views.all_of_them, name="list"),
    path("new/", views.choose, name="choose"),
    path("new/<slug:channel>/", views.connect, name="connect"),
    path("trouble/", views.trouble, name="trouble"),
    path("icon/<slug:channel>.svg", views.icon, name="icon"),
    path("<int:connection_id>/", views.one, name="one"),
    path("<int:connection_id>/state/", views.state, name="state"),
    path("<int:connection_id>/login/", views.log_in_again, name="login"),
    path("<int:connection_id>/pause/", views.pause, name="pause"),
    path("<int:connection_id>/resume/", views.resume, name="resume"),
    path("<int:connection_id>/fetch/", views.fetch, name="fetch"),
    path("<int:connection_id>/remove/", views.remove, name="remove"),
]
