"""The sandbox keeps the contract of channels; and so does one that recognises no keys."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest

from draht.channels.sandbox import mapper
from draht.channels.sandbox.channel import Sandbox
from draht.channels.sandbox.network import Network
from draht.channels.sandbox.network.postman import Postman
from draht.channels.sandbox.site import Site
from draht.contract.channel import Act, Channel
from draht.contract.errors import LoginExpired, Refused, TryLater, Unsure
from draht.contract.http import Http
from draht.contract.loopback import Loopback
from draht.contract.messages import (
    Allowed,
    Author,
    Deletion,
    Hook,
    IncomingMessage,
    Item,
    NotAllowed,
    OutgoingPost,
    OutgoingReply,
    Reading,
)
from draht.contract.testing import ChannelContract, drain, item_of

BASE = "https://desk.example/sandbox"
SECRET = "a-secret-of-the-hook"
ADA = "a" * 30


class TestSandbox(ChannelContract):
    channel: ClassVar[type[Channel]] = Sandbox

    @pytest.fixture(autouse=True)
    def _data_dir(self, tmp_path: Path) -> Iterator[None]:
        self.data_dir = tmp_path
        self.networks: list[Network] = []
        yield
        for network in self.networks:
            network.close()

    def double(self) -> Site:
        network = Network(self.data_dir)
        self.networks.append(network)
        network.members.open_company("Nordlicht", "nordlicht")
        return Site(network)

    def connect(self, url: str, double: Site) -> Mapping[str, str]:
        members = double.network.members
        token = members.new_token(members.company("nordlicht"))
        return {"url": url, "token": token, "hook_secret": SECRET}

    def customer_writes(self, double: Site, text: str) -> None:
        network = double.network
        ada = network.members.join(ADA, "Ada Berger")
        network.messages.write(ada, network.members.company("nordlicht"), text)

    def our_answers(self, double: Site) -> list[str]:
        messages, company = double.network.messages, double.network.members.company("nordlicht")
        said = messages.posts(company, 10**9, 100)
        said += messages.conversation(company, double.network.members.join(ADA, "Ada Berger"))
        return [message.text for message in said if message.author.id == company.id]

    def acts_on(self, double: Site, id: str) -> list[str]:
        return [repr(double.network.messages.get(int(id)))]

    def read_sample(self, payload: Any) -> Reading:
        events = payload.get("events") if isinstance(payload, dict) else None
        return mapper.to_reading(events if isinstance(events, list) else [payload], BASE)

    def forged_and_true(self, double: Site) -> tuple[Hook, Hook]:
        """A hook as the postman brings it, and the same under another company's secret."""
        taken: list[Hook] = []

        def house(environ: dict[str, Any], start_response: Any) -> list[bytes]:
            told = {k[5:].lower().replace("_", "-"): v for k, v in environ.items() if k.startswith("HTTP_")}
            taken.append(Hook("POST", told, {}, environ["wsgi.input"].read()))
            start_response("200 OK", [])
            return [b""]

        company = double.network.members.company("nordlicht")
        loopback = Loopback(house)
        for secret in ("another-secret", SECRET):
            double.network.hooks.subscribe(company, loopback.url + "/hook/1", secret)
            self.customer_writes(double, "Hello?")
            postman = Postman(double.network)
            assert postman.deliver_due() == 1
            postman.stop()
        loopback.close()
        return taken[0], taken[1]

    # -- what only the sandbox has

    def last(self, opened: Sandbox) -> IncomingMessage:
        found = drain(opened, "")[0][-1]
        assert isinstance(found, IncomingMessage)
        return found

    def test_an_edit_is_a_later_revision_and_a_deletion_is_told(self, net: Any, opened: Any) -> None:
        self.customer_writes(net.app, "Where is my parcel?")
        first = self.last(opened)
        network, ada = net.app.network, net.app.network.members.join(ADA, "Ada Berger")
        network.messages.edit(ada, int(first.id), "Where is my second parcel?")
        second = self.last(opened)
        assert (second.id, second.text) == (first.id, "Where is my second parcel?")
        assert first.revision
        assert second.revision
        assert second.revision > first.revision
        network.messages.delete(ada, int(first.id))
        told = drain(opened, "")[0]
        assert [type(event) for event in told] == [Deletion]  # the text is gone from the log, too
        assert told[0].at > second.revision

    def test_without_a_hook_secret_it_is_content_with_polling(self, net: Any, opened: Any) -> None:
        polled = Sandbox({**opened.config, "hook_secret": ""}, opened.http, opened.account)
        polled.subscribe("http://127.0.0.1:9/hook/1")
        company = net.app.network.members.company("nordlicht")
        assert net.app.network.hooks.state(company) is None
        opened.subscribe("http://127.0.0.1:9/hook/1")
        assert net.app.network.hooks.state(company) is not None

    def test_moderation(self, net: Any, opened: Any) -> None:
        self.customer_writes(net.app, "Look: https://example.com")
        held = self.last(opened)
        assert held.held
        assert isinstance(opened.may(Act.REPLY, item_of(held)), NotAllowed)
        assert isinstance(opened.may(Act.APPROVE, item_of(held)), Allowed)
        with pytest.raises(Refused, match="waits for approval"):
            opened.reply(OutgoingReply(key="k", text="Thank you", to=item_of(held)))
        opened.moderate(Act.APPROVE, item_of(held))
        opened.moderate(Act.APPROVE, item_of(held))
        public = self.last(opened)
        assert not public.held
        assert public.revision
        assert held.revision
        assert public.revision > held.revision
        opened.moderate(Act.SPAM, item_of(public))
        spam = drain(opened, "")[0][-1]
        assert isinstance(spam, Deletion)
        opened.moderate(Act.APPROVE, item_of(public))
        back = self.last(opened)
        assert spam.at
        assert back.revision
        assert back.revision > spam.at
        opened.moderate(Act.DELETE, item_of(back))
        opened.moderate(Act.DELETE, item_of(back))
        assert isinstance(drain(opened, "")[0][-1], Deletion)

    def test_one_private_answer_to_a_public_message(self, net: Any, opened: Any) -> None:
        self.customer_writes(net.app, "My order number is …")
        public = item_of(self.last(opened))
        allowed = opened.may(Act.REPLY_PRIVATELY, public)
        assert isinstance(allowed, Allowed)
        assert allowed.until == public.at + timedelta(days=7)
        sent = opened.reply(OutgoingReply(key="1", text="Which one?", to=public, private=True))
        echo = self.last(opened)
        assert (echo.id, echo.private, echo.thread) == (sent.id, True, f"private-{public.author.id}")
        with pytest.raises(Refused, match="answered privately already"):
            opened.reply(OutgoingReply(key="2", text="Hello?", to=public, private=True))

    def test_the_window_of_private_messages(self, opened: Any) -> None:
        old = datetime.now(UTC) - timedelta(days=8)
        over = opened.may(Act.REPLY, self.item(private=True, at=old))
        assert isinstance(over, NotAllowed)
        assert over.until == old + timedelta(days=7)
        assert isinstance(opened.may(Act.REPLY, self.item(at=old)), Allowed)
        assert isinstance(opened.may(Act.REPLY_PRIVATELY, self.item(private=True)), NotAllowed)

    def test_who_blocks_answers_gets_none(self, net: Any, opened: Any) -> None:
        self.customer_writes(net.app, "Leave me alone.")
        item = item_of(self.last(opened))
        net.app.network.members.take_answers(net.app.network.members.join(ADA, "Ada Berger"), False)
        assert isinstance(opened.may(Act.REPLY, item), Allowed)  # nobody has told us yet
        with pytest.raises(Refused, match="does not take answers"):
            opened.reply(OutgoingReply(key="k", text="Sorry", to=item))
        self.customer_writes(net.app, "I said: leave me alone.")
        assert isinstance(opened.may(Act.REPLY, item_of(self.last(opened))), NotAllowed)

    def test_it_publishes_once(self, net: Any, opened: Any) -> None:
        post = OutgoingPost(key="p1", text="The Fjord is green now.", title="News", link="https://n.example/")
        sent = opened.publish(post)
        assert opened.publish(post).id == sent.id or not opened.repeats_for
        assert sent.url.startswith(f"{net.url}/p/{sent.id}")
        assert self.our_answers(net.app)[0] == "News\n\nThe Fjord is green now.\n\nhttps://n.example/"

    def test_bad_weather(self, net: Any, opened: Any) -> None:
        reply = self.reply_to(net, opened)
        members = net.app.network.members
        company = members.company("nordlicht")
        members.set_weather(company, "refuse")
        with pytest.raises(Refused, match="as you asked"):
            opened.reply(reply)
        members.set_weather(company, "later")
        with pytest.raises(TryLater) as later:
            opened.reply(reply)
        assert later.value.after == 20
        assert self.our_answers(net.app) == []
        members.set_weather(company, "lost")
        with pytest.raises(TryLater if opened.repeats_for else Unsure):
            opened.reply(reply)
        found = opened.find_reply(reply)
        assert found
        if opened.repeats_for:
            assert opened.reply(reply).id == found.id
        assert len(self.our_answers(net.app)) == 1

    def test_an_answer_that_nobody_understands_is_no_reason_to_write_twice(self, net: Loopback, opened: Any) -> None:
        reply = self.reply_to(net, opened)
        net.fail_next("garbage")
        with pytest.raises(TryLater if opened.repeats_for else Unsure):
            opened.reply(reply)

    def test_a_revoked_token_needs_a_new_login(self, net: Any, opened: Any) -> None:
        members = net.app.network.members
        members.revoke_tokens(members.company("nordlicht"))
        with pytest.raises(LoginExpired, match="not known"):
            opened.fetch("")

    def test_it_fetches_page_by_page(self, net: Any, opened: Any) -> None:
        network = net.app.network
        company = network.members.company("nordlicht")
        with network.at_once():
            for number in range(450):
                network.messages.write(company, company, f"Post {number}")
        reading = opened.fetch("")
        assert (len(reading.events), reading.more) == (200, True)
        assert [e.text for e in drain(opened, "")[0]] == [f"Post {number}" for number in range(450)]

    def test_an_address_that_is_none_is_refused(self) -> None:
        channel = Sandbox({"url": "localhost:8000", "token": "x"}, Http())
        with pytest.raises(Refused):
            channel.whoami()

    def test_a_hook_that_is_no_json_becomes_a_leftover(self) -> None:
        channel = Sandbox({"url": BASE, "token": "x"}, Http())
        for body in (b"\xff{", b'{"event": "\xff"}', b"[" * 100_000):
            assert channel.read_hook(Hook("POST", {}, {}, body)).unread[0].reason


class KeylessSandbox(Sandbox):
    """The same network, asked without keys: what it did can only be looked up."""

    repeats_for: ClassVar[int] = 0
    posts_repeat_for: ClassVar[int] = 0


class TestWithoutKeys(TestSandbox):
    channel: ClassVar[type[Channel]] = KeylessSandbox

    @property
    def folder(self) -> Path:
        return Path(mapper.__file__).parent


@pytest.mark.parametrize("keys", [True, False])
@pytest.mark.parametrize(
    "body", [b"[]", b'"x"', b"{}", b'{"id": 7}', b'{"events": 1, "messages": 1}', b'{"messages": [1]}']
)
def test_json_of_another_shape_is_one_of_the_four_errors(keys: bool, body: bytes) -> None:
    def app(environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [])
        return [body]

    loopback, http = Loopback(app), Http(timeout=5)
    channel = (Sandbox if keys else KeylessSandbox)({"url": loopback.url, "token": "x"}, http)
    when = datetime(2026, 11, 20, tzinfo=UTC)
    reply = OutgoingReply(key="k", text="Yes", to=Item("1", "1", Author("ada"), when))
    for ask in (channel.whoami, lambda: channel.fetch(""), lambda: channel.find_reply(reply)):
        with pytest.raises(TryLater):
            ask()
    with pytest.raises(TryLater if keys else Unsure):
        channel.reply(reply)
    http.close()
    loopback.close()
