"""The PostgreSQL that ``make test-postgres`` starts: it is there for one command, and gone afterwards."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from tests.servers import main, postgres

pytestmark = pytest.mark.real


def test_it_answers_and_is_gone_afterwards() -> None:
    with postgres() as address:
        assert (urlsplit(address).port or 0) < 32768
        with psycopg.connect(address.replace("postgres://", "postgresql://")) as line:
            asked = "SELECT current_setting('server_encoding'), current_setting('data_directory')"
            row = line.execute(asked).fetchone()
    assert row is not None
    assert row[0] == "UTF8"
    assert not Path(row[1]).exists()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(address.replace("postgres://", "postgresql://"))


def test_a_command_runs_beside_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DRAHT_DATABASE", raising=False)
    asks = "import os, sys; sys.exit(7 if os.environ['DRAHT_DATABASE'].startswith('postgres://') else 1)"
    assert main([sys.executable, "-c", asks]) == 7


def test_each_core_has_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DRAHT_DATABASE", raising=False)
    asks = "import os, sys; sys.exit(len(set(os.environ['DRAHT_TEST_DATABASES'].split())))"
    assert main([sys.executable, "-c", asks]) == os.cpu_count()


def test_a_server_that_is_told_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DRAHT_DATABASE", "postgres://there")
    asks = "import os, sys; sys.exit(os.environ['DRAHT_DATABASE'] == 'postgres://there')"
    assert main([sys.executable, "-c", asks]) == 1


def test_it_is_stopped_when_the_command_is_terminated(tmp_path: Path) -> None:
    asks = "import os, time; print(os.environ['DRAHT_DATABASE'], flush=True); time.sleep(60)"
    command = [sys.executable, "-m", "tests.servers", sys.executable, "-c", asks]
    environment = {name: value for name, value in os.environ.items() if name != "DRAHT_DATABASE"}
    with subprocess.Popen(
        command, cwd=Path(__file__).parent.parent, env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        address = process.stdout.readline().strip()
        process.terminate()
        assert process.wait(20) == 143
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(address.replace("postgres://", "postgresql://"))
