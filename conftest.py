"""What holds for every test: the network is closed but for loopback, and samples are written only when asked."""

from __future__ import annotations

import pytest
from pytest_socket import disable_socket, enable_socket, socket_allow_hosts


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--write-samples", action="store_true", help="write the golden files of the channels' samples"
    )


def pytest_runtest_setup() -> None:
    enable_socket()
    socket_allow_hosts(["127.0.0.1", "localhost", "::1"], allow_unix_socket=True)


def pytest_unconfigure() -> None:
    disable_socket(allow_unix_socket=True)
