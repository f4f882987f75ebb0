from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "draht.core.people"
    label = "people"
