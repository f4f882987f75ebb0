"""The app of promises."""

from __future__ import annotations

from django.apps import AppConfig


class PromisesConfig(AppConfig):
    name = "draht.features.promises"
    label = "promises"
