from django.apps import AppConfig


class InboxConfig(AppConfig):
    name = "draht.features.inbox"
    label = "inbox"
