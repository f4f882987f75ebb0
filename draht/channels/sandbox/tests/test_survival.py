"""What the network said it has, it has: killed processes, many writers, locked files."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from draht.channels.sandbox.network import Network
from draht.channels.sandbox.network.store import FILE
from draht.channels.sandbox.site import Site
from draht.channels.sandbox.tests.calls import Browser
from draht.channels.sandbox.tests.conftest import Town

# writes as fast as it can, and says of each message that it is kept only after the network said so
WRITER = """
import sys
from draht.channels.sandbox.network import Network
network = Network(sys.argv[1])
company = network.members.open_company("Nordlicht", "nordlicht")
ada = network.members.join("a" * 30, "Ada Berger")
for number in range(10**9):
    key = f"{sys.argv[2]}-{number}"
    author = company if number % 2 else network.members.join(key * 8, key)
    message = network.messages.write(author, company, key, client_key=key, once=True)
    print(message.id, key, flush=True)
    if number % 5 == 0:
        network.messages.edit(author, message.id, key + " edited")
        print(message.id, key + " edited", flush=True)
"""


def writer(data_dir: Path, name: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, str(data_dir), name]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)


def test_kill_9_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    chance = random.Random(7)
    said: dict[int, str] = {}
    for attempt in range(12):
        processes = [writer(tmp_path, f"{attempt}{letter}") for letter in "ab"]
        for process in processes:
            assert process.stdout
            process.stdout.readline()  # it has begun
        time.sleep(chance.uniform(0.01, 0.25))
        for process in processes:
            os.kill(process.pid, signal.SIGKILL)
            for line in process.communicate()[0].splitlines():
                id, _, text = line.partition(" ")
                if text and id.isdigit():
                    said[int(id)] = text
    assert len(said) > 100
    _check_whole(tmp_path, said)


def _check_whole(data_dir: Path, said: dict[int, str]) -> None:
    with closing(sqlite3.connect(data_dir / FILE)) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        kept = dict(db.execute("SELECT id, text FROM messages"))
        for id, text in said.items():
            assert kept[id] in (text, text + " edited")
        texts = [text.removesuffix(" edited") for text in kept.values()]
        assert len(set(texts)) == len(texts)
        without_event = "SELECT count(*) FROM messages WHERE id NOT IN (SELECT message FROM events)"
        assert db.execute(without_event).fetchone() == (0,)


def test_many_threads_write_at_once(town: Town) -> None:
    failed: list[Exception] = []

    def write(name: str) -> None:
        try:
            ben = town.network.members.join(name * 30, f"Ben {name}")
            for number in range(15):
                town.network.messages.write(ben, town.company, f"{name} {number}")
                town.network.messages.events(town.company, 0, 1000)
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=write, args=(letter,)) for letter in "bcdefghi"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    seqs = [event["seq"] for event in town.network.messages.events(town.company, 0, 1000)]
    assert len(seqs) == 8 * 15
    assert seqs == sorted(set(seqs))


def test_processes_that_make_the_file_at_the_same_time(tmp_path: Path) -> None:
    processes = [writer(tmp_path, letter) for letter in "abcd"]
    for process in processes:
        assert process.stdout
        assert process.stdout.readline()
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
    with closing(sqlite3.connect(tmp_path / FILE)) as db:
        assert db.execute("SELECT count(*) FROM members WHERE company").fetchone() == (1,)


def test_all_or_nothing(town: Town) -> None:
    def half() -> None:
        with town.network.at_once():
            town.network.messages.write(town.ada, town.company, "Hello")
            raise RuntimeError("the light goes out")

    with pytest.raises(RuntimeError):
        half()
    assert town.network.messages.last_seq(town.company) == 0


def test_a_file_that_cannot_be_used_is_said_calmly(
    town: Town, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*_: object, **__: object) -> object:
        raise sqlite3.OperationalError("database or disk is full")

    browser = Browser(Site(town.network))
    browser.submit("/@nordlicht/write", name="Ben", text="Hello")
    monkeypatch.setattr(type(town.network.messages), "write", full)
    answer = browser.post("/@nordlicht/write", {"text": "Hello"})
    assert answer.status == 503
    assert "rest for a moment" in answer.text
    assert "disk is full" not in answer.text
    assert "disk is full" in caplog.text
    monkeypatch.undo()
    assert "Hello" in browser.submit("/@nordlicht/write", text="Hello, hello").text


def test_reading_goes_on_while_somebody_writes(town: Town) -> None:
    other = Network(town.data_dir, town.clock)
    with other.at_once():
        other.messages.write(town.ada, town.company, "half done")
        assert town.network.messages.last_seq(town.company) == 0
    assert town.network.messages.last_seq(town.company) == 1
    other.close()
