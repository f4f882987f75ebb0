"""The app of posts."""

from __future__ import annotations

from django.apps import AppConfig


class PublishingConfig(AppConfig):
    name = "draht.features.publishing"
    label = "publishing"
