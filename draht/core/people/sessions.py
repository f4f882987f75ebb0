"""Where sessions are kept: each row knows whose login it is, so that one statement ends all of somebody's."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

from draht.core.numbers import whole
from draht.core.people.models import Session


class SessionStore(DatabaseStore):
    """Django's own sessions in the database, with the colleague beside them."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def create_model_instance(self, data: Mapping[str, object]) -> Session:
        row: Session = super().create_model_instance(data)  # type: ignore[assignment,arg-type]
        row.user_id = whole(str(data.get(SESSION_KEY, "")))
        return row
