"""The real servers run once for all tests here; each test finds empty mailboxes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from draht.channels.email.channel import Email
from draht.channels.email.tests.contract import settings_for
from draht.channels.email.tests.real.server import PASSWORDS, US, RealMail
from draht.contract.http import Http


@pytest.fixture(scope="session")
def running() -> Iterator[RealMail]:
    server = RealMail()
    yield server
    server.close()


@pytest.fixture
def server(running: RealMail) -> RealMail:
    running.forget()
    return running


@pytest.fixture
def mailbox(server: RealMail) -> Email:
    settings = settings_for(f"{server.imap}/{server.smtp}", US, PASSWORDS[US])
    return Email(settings, Http(), Email(settings, Http()).whoami())
