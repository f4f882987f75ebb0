"""The whole contract of channels, kept on a real Postfix and Dovecot. Faults are made on the way there."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from draht.channels.email.tests.contract import EmailContract, letter, settings_for, words_of
from draht.channels.email.tests.real.server import CUSTOMER, PASSWORDS, US, RealMail

pytestmark = pytest.mark.real


class TestRealMail(EmailContract):
    """On the real servers."""

    @pytest.fixture(autouse=True)
    def fresh(self, server: RealMail) -> None:
        self.server = server

    def double(self) -> RealMail:
        return self.server

    def connect(self, url: str, double: RealMail) -> Mapping[str, str]:
        return settings_for(url, US, PASSWORDS[US])

    def customer_writes(self, double: RealMail, text: str) -> None:
        double.deliver(letter(text))

    def our_answers(self, double: RealMail) -> list[str]:
        return [words_of(content) for content in double.read(CUSTOMER)]

    def acts_on(self, double: RealMail, id: str) -> list[str]:
        folders = ("INBOX", "Trash", "Spam")
        return [name for name in folders for content in double.read(US, name) if id.encode() in content]
