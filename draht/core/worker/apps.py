from django.apps import AppConfig


class WorkerConfig(AppConfig):
    name = "draht.core.worker"
    label = "worker"
