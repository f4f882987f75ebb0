"""The network is closed in tests: only loopback answers."""

from __future__ import annotations

import socket

import pytest
from pytest_socket import SocketConnectBlockedError


def test_nothing_leaves_this_machine() -> None:
    with socket.socket() as line, pytest.raises((SocketConnectBlockedError, UserWarning), match=r"192\.0\.2\.1"):
        line.connect(("192.0.2.1", 80))
