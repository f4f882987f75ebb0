"""How login behaves: nobody signs up, and who came in or failed to is in the journal."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse

from draht.core.journal.actions import record
from draht.core.journal.facts import Fact
from draht.core.people.actions import set_password
from draht.core.people.models import User


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]
    """allauth's hooks; signing up is closed, colleagues are added on the people page."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def authentication_failed(self, request: HttpRequest, **credentials: str) -> None:
        super().authentication_failed(request, **credentials)
        with transaction.atomic():
            record(Fact.LOGIN_FAILED, email=credentials.get("email", "")[:120])

    def logout(self, request: HttpRequest) -> None:
        with transaction.atomic():
            record(Fact.LOGGED_OUT, actor_id=request.user.pk)
        super().logout(request)

    def set_password(self, user: User, password: str) -> None:
        """Somebody changes their own password; their other logins end."""
        set_password(user, password, actor_id=user.pk)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("people:profile")

    def post_login(self, request: HttpRequest, user: object, **options: object) -> object:
        with transaction.atomic():
            record(Fact.LOGGED_IN, actor_id=getattr(user, "pk", None))
        return super().post_login(request, user, **options)
