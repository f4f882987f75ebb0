"""The channel keeps the contract of channels on a mail server that says no where the RFCs do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from email import message_from_bytes

import pytest

from draht.channels.email.tests.contract import EmailContract, letter, settings_for, words_of
from draht.channels.email.tests.double import PASSWORD, USER, MailServer


class TestEmail(EmailContract):
    """On the double."""

    @pytest.fixture(autouse=True)
    def running(self) -> Iterator[None]:
        self.server = MailServer()
        yield
        self.server.close()

    def double(self) -> MailServer:
        return self.server

    def connect(self, url: str, double: MailServer) -> Mapping[str, str]:
        return settings_for(url, USER, PASSWORD)

    def customer_writes(self, double: MailServer, text: str) -> None:
        double.arrive(letter(text))

    def our_answers(self, double: MailServer) -> list[str]:
        return [words_of(content) for _, _, content in double.sent]

    def acts_on(self, double: MailServer, id: str) -> list[str]:
        return [
            name
            for name, folder in double.folders.items()
            for one in folder.letters
            if id in str(message_from_bytes(one.content)["Message-ID"])
        ]
