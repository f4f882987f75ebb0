"""A mail server, the way to it, and the channel that is connected to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from draht.channels.email.channel import Email
from draht.channels.email.tests.contract import settings_for
from draht.channels.email.tests.double import PASSWORD, USER, MailServer
from draht.channels.email.tests.way import Way
from draht.contract.http import Http


@pytest.fixture
def mails() -> Iterator[MailServer]:
    server = MailServer()
    yield server
    server.close()


@pytest.fixture
def way(mails: MailServer) -> Iterator[Way]:
    net = Way(mails)
    yield net
    net.close()


@pytest.fixture
def email(way: Way) -> Email:
    return Email(settings_for(way.url, USER, PASSWORD), Http())
