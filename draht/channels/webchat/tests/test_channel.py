"""The web chat keeps the contract of channels; its signatures and settings say no to everything else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from draht.channels.webchat import mapper
from draht.channels.webchat.channel import LONGEST, Webchat
from draht.channels.webchat.settings import origins
from draht.contract.channel import Act, Channel
from draht.contract.errors import ChannelError, Forged, Refused
from draht.contract.http import Http
from draht.contract.messages import Allowed, Deletion, Hook, IncomingMessage, NotAllowed, OutgoingReply, Reading
from draht.contract.reading import read_each
from draht.contract.signatures import sign
from draht.contract.testing import ChannelContract, Net
from draht.contract.visits import Deed, Said, Visitor

SECRET = "a site secret that nobody knows"
AT = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
ADA = Visitor("v-3f2a9c0000000000000000000000beef", handle="visitor-3f2a9c")
SETTINGS = {"title": "Nordlicht", "origins": "https://shop.example", "secret": SECRET}


def chat(**changes: str) -> Webchat:
    return Webchat(SETTINGS | changes, Http())


def said(deed: Deed = Deed.WRITE, text: str = "Where is my parcel?", **changes: Any) -> Said:
    values: dict[str, Any] = {"visitor": ADA, "id": f"{ADA.id}/1", "at": AT, "text": text}
    return Said(deed, **(values | changes))


class Nobody:
    """There is no network: a call to it is a fault."""

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        raise AssertionError(f"somebody called {environ['PATH_INFO']}")


class TestWebchat(ChannelContract):
    channel = Webchat

    def double(self) -> Nobody:
        return Nobody()

    def connect(self, url: str, double: Any) -> Mapping[str, str]:
        return SETTINGS

    def customer_writes(self, double: Any, text: str) -> None:
        raise AssertionError("customers write through hooks")

    def acts_on(self, double: Any, id: str) -> list[str]:
        return [str(datetime.now(UTC))]  # the house itself is the network: what it writes down is what was done

    def our_answers(self, double: Any) -> list[str]:
        raise AssertionError("our answers stand in the house, nowhere else")

    def read_sample(self, payload: Any) -> Reading:
        return Reading(*read_each([payload], mapper.to_event))

    def forged_and_true(self, double: Any) -> tuple[Hook, Hook]:
        return chat(secret="another secret, as long").write_hook(said()), chat().write_hook(said())

    # Where nobody is called, nobody can say no and no answer can be lost: what remains is that it stays one message.

    def test_it_answers(self, net: Net, opened: Channel) -> None:
        assert isinstance(opened, Webchat)
        reply = OutgoingReply(key="0190c3f2-0000-7000-8000-000000000001", text="Yes.", to=self.item(private=True))
        first, again = opened.reply(reply), opened.reply(reply)
        assert first.id == again.id == reply.key
        assert first.at.tzinfo is not None

    @pytest.mark.parametrize(("fault", "error"), [(403, Refused), (500, Refused)])
    def test_a_no_while_answering_sends_nothing(
        self, net: Net, opened: Channel, fault: int, error: type[ChannelError]
    ) -> None:
        assert isinstance(opened, Webchat)
        net.fail_next(fault)
        opened.reply(self.reply_to(net, opened))
        assert net.requests == []

    def test_a_lost_answer_never_becomes_a_second_copy(self, net: Net, opened: Channel) -> None:
        self.test_it_answers(net, opened)


def read(said: Said) -> IncomingMessage | Deletion:
    hook = chat().write_hook(said)
    chat().verify(hook)
    [event] = chat().read_hook(hook).events
    return event


def test_a_message_is_private_and_stands_in_the_thread_of_its_visitor() -> None:
    message = read(said(page="https://shop.example/machines"))
    assert isinstance(message, IncomingMessage)
    assert (message.thread, message.author.id, message.private) == (ADA.id, ADA.id, True)
    assert (message.text, message.at, message.url) == ("Where is my parcel?", AT, "https://shop.example/machines")


def test_a_doubled_message_is_the_same_version_and_an_edit_a_newer_one() -> None:
    first, again = read(said()), read(said(at=AT.replace(hour=11)))
    edit = read(said(Deed.EDIT, "Where is my letter?"))
    assert isinstance(first, IncomingMessage)
    assert isinstance(again, IncomingMessage)
    assert isinstance(edit, IncomingMessage)
    assert first.revision is not None
    assert first.revision == again.revision
    assert edit.revision is not None
    assert edit.revision > first.revision


def test_a_deletion_is_final() -> None:
    assert read(said(Deed.DELETE, "")) == Deletion(f"{ADA.id}/1")


def test_text_is_cleaned() -> None:
    message = read(said(text="a\u202eb\x00c"))
    assert isinstance(message, IncomingMessage)
    assert message.text == "abc"


def test_the_website_vouches_with_its_secret() -> None:
    assert chat().vouches("42", sign(SECRET, b"42"))
    assert chat().vouches("Jürgen", sign(SECRET, "Jürgen".encode()))
    assert not chat().vouches("43", sign(SECRET, b"42"))
    assert not chat().vouches("42", "")
    assert not chat(secret="").vouches("42", sign("", b"42"))


def test_what_the_website_signs_is_never_a_hook() -> None:
    """Somebody calls themselves like the body of a hook and lets the website sign it."""
    body = mapper.from_said(said(text="I am the chief"))
    with pytest.raises(Forged):
        chat().verify(Hook("POST", {"x-draht-signature": sign(SECRET, body)}, {}, body))
    with pytest.raises(Forged):
        chat(secret="").verify(chat(secret="").write_hook(said()))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("https://Shop.Example/", {"https://shop.example"}),
        ("https://a.example:443, http://b.example:8080/path", {"https://a.example", "http://b.example:8080"}),
        ("https://bücher.example\n http://[::1]:80 ", {"https://xn--bcher-kva.example", "http://[::1]"}),
        ("", set()),
    ],
)
def test_origins_are_read_as_browsers_write_them(text: str, found: set[str]) -> None:
    assert origins(text) == found


@pytest.mark.parametrize("text", ["shop.example", "*", "ftp://a.example", "https://", "https://a.example:port", "null"])
def test_what_is_no_origin_is_refused_by_name(text: str) -> None:
    with pytest.raises(Refused, match=f"“{text}”".replace("*", r"\*")):
        origins(text)


@pytest.mark.parametrize("changes", [{"title": " "}, {"origins": ""}, {"secret": "short"}])
def test_half_filled_settings_are_refused(changes: dict[str, str]) -> None:
    with pytest.raises(Refused):
        chat(**changes).whoami()


def test_what_may_be_done() -> None:
    item = TestWebchat().item
    assert isinstance(chat().may(Act.REPLY, item()), Allowed)
    assert isinstance(chat().may(Act.DELETE, item(ours=True)), Allowed)
    assert isinstance(chat().may(Act.REPLY_PRIVATELY, item()), NotAllowed)
    assert chat().counter(item()).limit == LONGEST


def test_the_demo_can_be_connected() -> None:
    account = Webchat(Webchat.demo("", "http://127.0.0.1:8000", "http://127.0.0.1:8000/demo/"), Http()).whoami()
    assert account.url == "http://127.0.0.1:8000"
