"""The app of files."""

from __future__ import annotations

from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "draht.core.files"
    label = "files"
    default_auto_field = "django.db.models.BigAutoField"
