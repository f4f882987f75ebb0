"""What the settings read from the machine."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from draht.project.settings import networks, zone_of_machine


@pytest.mark.parametrize(
    ("leads_to", "zone"),
    [
        ("zoneinfo/Europe/Berlin", "Europe/Berlin"),
        ("zoneinfo/Etc/UTC", "Etc/UTC"),
        ("zoneinfo/Nowhere/Land", "UTC"),
        ("zoneinfo/../zoneinfo/", "UTC"),
        ("elsewhere", "UTC"),
    ],
)
def test_the_zone_of_the_machine(tmp_path: Path, leads_to: str, zone: str) -> None:
    link = tmp_path / "localtime"
    link.symlink_to(tmp_path / leads_to)
    assert zone_of_machine(str(link)) == zone


def test_a_machine_that_does_not_tell(tmp_path: Path) -> None:
    assert zone_of_machine(str(tmp_path / "localtime")) == "UTC"


def test_addresses_of_networks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DRAHT_NETWORKS", "x.api=http://proxy/x?a=1, x.site=http://proxy, youtube.api=http://proxy/y,")
    assert networks("DRAHT_NETWORKS") == {
        "x": {"api": "http://proxy/x?a=1", "site": "http://proxy"},
        "youtube": {"api": "http://proxy/y"},
    }


@pytest.mark.parametrize("told", ["x", "x.api", "x.api=", "=http://proxy", "x=http://proxy", ".api=http://proxy"])
def test_addresses_that_make_no_sense_stop_the_start(monkeypatch: pytest.MonkeyPatch, told: str) -> None:
    monkeypatch.setenv("DRAHT_NETWORKS", told)
    with pytest.raises(ImproperlyConfigured, match="must be like"):
        networks("DRAHT_NETWORKS")
