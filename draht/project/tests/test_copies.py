"""Backups: consistent while somebody writes, checked before they get their name, and good to start from."""

from __future__ import annotations

import sqlite3
import subprocess
import tarfile
from argparse import Namespace
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.db import transaction

from draht.core.journal import seals
from draht.core.journal.actions import record
from draht.core.journal.facts import Fact
from draht.core.journal.queries import newest
from draht.core.sql import execute, is_postgres, select
from draht.project import copies
from draht.project.commands import backup

pytestmark = pytest.mark.usefixtures("shared_db")


def quiet(name: str, done: int, total: int) -> None:
    """Nobody watches."""


def note(count: int = 1) -> None:
    for _ in range(count):
        with transaction.atomic():
            record(Fact.LOGGED_IN)


@pytest.fixture
def data(tmp_path: Path, settings: LazySettings) -> Path:
    """The data folder, with a key and a network that runs inside the process."""
    settings.DATA_DIR = tmp_path / "data"
    settings.DATA_DIR.mkdir()
    (settings.DATA_DIR / "secret-key").write_text("a secret")
    with closing(sqlite3.connect(settings.DATA_DIR / "town.sqlite3")) as town:
        town.executescript("PRAGMA journal_mode=WAL; CREATE TABLE post (text); INSERT INTO post VALUES ('Hello');")
    (settings.DATA_DIR / "files/ab/cd").mkdir(parents=True)
    (settings.DATA_DIR / "files/ab/cd/abcd").write_text("a picture")
    (settings.DATA_DIR / "files/ab/cd/.partial-1").write_text("half a pict")
    return tmp_path / "copies"


def count_in(file: Path, table: str) -> int:
    with closing(sqlite3.connect(file)) as copy:
        [found] = copy.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(found)


def test_a_copy_holds_everything_and_was_checked(data: Path) -> None:
    note(5)
    seals.seal()
    folder = copies.write(data, quiet).path
    assert (folder / "secret-key").read_text() == "a secret"
    assert count_in(folder / "town.sqlite3", "post") == 1
    assert [file.read_text() for file in (folder / "files").rglob("*") if file.is_file()] == ["a picture"]
    assert folder.stat().st_mode & 0o077 == 0, "a copy is as secret as the store"
    if is_postgres():
        listed = subprocess.run(
            ["pg_restore", "--list", folder / "draht.dump"], capture_output=True, text=True, check=True
        )
        assert "journal_entry" in listed.stdout
    else:
        assert count_in(folder / "draht.sqlite3", "journal_entry") == 5
    assert [one.name for one in data.iterdir()] == [folder.name]


def test_a_copy_in_one_file(data: Path) -> None:
    target = data / "monday.tar.gz"
    assert copies.write(target, quiet) == copies.Copy(target)
    with tarfile.open(target) as tar:
        names = {name.partition("/")[2] for name in tar.getnames()}
    assert {"secret-key", "town.sqlite3", "files/ab/cd/abcd"} < names
    assert [one.name for one in data.iterdir()] == ["monday.tar.gz"]


def test_the_command_says_where_it_is_and_notes_it(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert backup.run(Namespace(target=data)) == 0
    assert "Written and checked:" in capsys.readouterr().out
    assert newest(1)[0].fact == Fact.BACKUP_WRITTEN


def test_writers_go_on_and_the_copy_is_of_one_moment(data: Path, tmp_path: Path) -> None:
    source, target = tmp_path / "source.sqlite3", tmp_path / "target.sqlite3"
    with closing(sqlite3.connect(source, isolation_level=None)) as writer:
        writer.executescript("PRAGMA journal_mode=WAL; CREATE TABLE row (n, filling);")
        writer.executemany("INSERT INTO row VALUES (?, ?)", [(n, "x" * 3000) for n in range(3000)])
        steps: list[int] = []

        def write_meanwhile(name: str, done: int, total: int) -> None:
            steps.append(done)
            writer.execute("INSERT INTO row VALUES (-1, 'meanwhile')")
            assert len(steps) < 50, "each write makes the copy begin anew"

        copies.copy_sqlite(source, target, write_meanwhile)
    assert len(steps) > 1
    assert count_in(target, "row") == 3000
    assert count_in(source, "row") == 3000 + len(steps)


def test_a_copy_of_a_broken_journal_is_kept_and_said(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    note(4)
    seals.seal()
    with unguarded():
        execute("UPDATE journal_entry SET fact = 'x' WHERE id = (SELECT max(id) FROM journal_entry)")
    assert backup.run(Namespace(target=data)) == 1
    assert "is broken: the row was changed" in capsys.readouterr().err
    assert len(list(data.iterdir())) == 1


@contextmanager
def unguarded() -> Iterator[None]:
    """Somebody who owns the database takes the trigger away, and puts it back."""
    if is_postgres():
        execute("ALTER TABLE journal_entry DISABLE TRIGGER journal_stays")
        yield
        execute("ALTER TABLE journal_entry ENABLE TRIGGER journal_stays")
        return
    [(sql,)] = select("SELECT sql FROM sqlite_master WHERE name = 'journal_entry_UPDATE'")
    execute("DROP TRIGGER journal_entry_UPDATE")
    yield
    execute(sql)


def test_a_copy_of_a_damaged_file_is_none(data: Path, tmp_path: Path) -> None:
    source = tmp_path / "source.sqlite3"
    with closing(sqlite3.connect(source)) as file:
        file.executescript("CREATE TABLE row (n); CREATE INDEX i ON row (n);")
        file.executemany("INSERT INTO row VALUES (?)", [(n,) for n in range(5000)])
        file.commit()
    content = bytearray(source.read_bytes())
    content[3 * 4096 + 100 : 3 * 4096 + 900] = b"\xff" * 800
    source.write_bytes(content)
    with pytest.raises((copies.NotCopied, sqlite3.DatabaseError)):
        copies.copy_sqlite(source, tmp_path / "target.sqlite3", quiet)


def test_a_disk_that_fills_up_leaves_nothing_behind(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(source: Path, target: Path, progress: copies.Progress) -> None:
        target.write_bytes(b"half")
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(copies, "copy_sqlite", full)
    assert backup.run(Namespace(target=data)) == 1
    assert "There is no copy: database or disk is full" in capsys.readouterr().err
    assert list(data.iterdir()) == []


def test_two_backups_do_not_write_into_each_other(data: Path) -> None:
    (data / "monday.partial").mkdir(parents=True)
    with pytest.raises(copies.NotCopied, match="Another backup"):
        copies.write(data / "monday.tar.gz", quiet)
    assert (data / "monday.partial").exists()


def test_a_key_that_lies_elsewhere_is_told(
    data: Path, settings: LazySettings, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (settings.DATA_DIR / "secret-key").unlink()
    monkeypatch.setenv("DRAHT_SECRET_KEY", "elsewhere")
    assert backup.run(Namespace(target=data)) == 0
    assert "The secret key is not in it" in capsys.readouterr().out
