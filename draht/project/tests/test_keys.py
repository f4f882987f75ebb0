"""The health page tells when an old secret key can be thrown away."""

from __future__ import annotations

from typing import Any

from draht.connections import actions
from draht.core.people.models import Department
from draht.project.findings import work


def test_an_old_key_is_needed_until_the_worker_has_done_its_round(service: Department, settings: Any) -> None:
    values = {"title": "Nordlicht", "greeting": "Moin!", "origins": "https://www.example.org", "secret": "s" * 40}
    actions.make(None, "webchat", values, service.pk)
    assert not [one for one in work.connections() if "old key" in one.says]
    settings.OLD_SECRET_KEYS, settings.SECRET_KEY = [settings.SECRET_KEY], "n" * 50
    assert [one.level for one in work.connections() if "old key" in one.says] == ["warn"]
    assert actions.close_with_the_new_key() == 1
    assert [one.level for one in work.connections() if "old key" in one.says] == ["ok"]
