from django.apps import AppConfig


class ConnectionsConfig(AppConfig):
    name = "draht.connections"
    label = "connections"
