"""What holds for every test: the network is closed but for loopback, samples are written only when asked, and SQLite is
a file as in life: roads run on several threads, and a database in memory locks them out of each other."""

from __future__ import annotations

import pytest
from django.db import connections
from pytest_socket import disable_socket, enable_socket, socket_allow_hosts


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--write-samples", action="store_true", help="write the golden files of the channels' samples")


def pytest_runtest_setup() -> None:
    enable_socket()
    socket_allow_hosts(["127.0.0.1", "localhost", "::1"], allow_unix_socket=True)


def pytest_unconfigure() -> None:
    disable_socket(allow_unix_socket=True)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    store = connections["default"]
    if store.vendor == "sqlite":
        store.settings_dict["TEST"]["NAME"] = str(tmp_path_factory.mktemp("store") / "test.sqlite3")
