"""What the settings read from the machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from draht.project.settings import zone_of_machine


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
