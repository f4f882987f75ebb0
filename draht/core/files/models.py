"""What is kept: one row for each content, whoever sent it and however often."""

from __future__ import annotations

from django.db import models


class File(models.Model):
    """A content that lies in the folder of files under its SHA-256."""

    id = models.BigAutoField(primary_key=True)
    sha256 = models.CharField(max_length=64, unique=True)
    content_type = models.CharField(max_length=100)  # by its content, never by its name
    size = models.BigIntegerField()  # bytes
    width = models.PositiveIntegerField(default=0)  # of a picture, in pixels
    height = models.PositiveIntegerField(default=0)
    kept_at = models.BigIntegerField()
