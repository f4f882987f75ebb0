from django.apps import AppConfig


class JournalConfig(AppConfig):
    name = "draht.core.journal"
    label = "journal"
