"""Visiting pages as one of the five."""

from __future__ import annotations

from django.test import Client

from draht.core.people.models import User


def client_of(user: User | None) -> Client:
    client = Client()
    if user:
        client.force_login(user)
    return client
