"""The addresses of connections: the list, connecting, one connection, its trouble, and the channels' icons."""

from __future__ import annotations

from django.urls import path

from draht.connections.views import connecting, connections

app_name = "connections"
urlpatterns = [
    path("", connections.all_of_them, name="list"),
    path("new/", connecting.choose, name="choose"),
    path("new/<slug:channel>/", connecting.connect, name="connect"),
    path("accounts/", connecting.accounts, name="accounts"),
    path("back/", connecting.back, name="back"),
    path("budget/", connections.budget, name="budget"),
    path("trouble/", connections.trouble, name="trouble"),
    path("icon/<slug:channel>.svg", connections.icon, name="icon"),
    path("<int:connection_id>/", connections.one, name="one"),
    path("<int:connection_id>/state/", connections.state, name="state"),
    path("<int:connection_id>/login/", connections.log_in_again, name="login"),
    path("<int:connection_id>/pause/", connections.pause, name="pause"),
    path("<int:connection_id>/resume/", connections.resume, name="resume"),
    path("<int:connection_id>/fetch/", connections.fetch, name="fetch"),
    path("<int:connection_id>/test/", connections.test, name="test"),
    path("<int:connection_id>/cap/", connections.cap, name="cap"),
    path("<int:connection_id>/remove/", connections.remove, name="remove"),
]
