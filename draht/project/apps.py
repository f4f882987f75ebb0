from django.apps import AppConfig


class ProjectConfig(AppConfig):
    name = "draht.project"
    label = "project"
