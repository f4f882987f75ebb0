"""WhatsApp: what one phone number can do. ``mapper.py`` reads, ``outbox.py`` sends, ``rights.py`` says what may be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

from draht.channels.whatsapp import lacking, mapper, outbox, rights
from draht.channels.whatsapp.client import Client
from draht.contract.channel import (
    Act,
    BringsMedia,
    Channel,
    Counter,
    HasTemplates,
    Hears,
    Moderates,
    Replies,
    Setting,
    Subscribes,
)
from draht.contract.errors import Refused
from draht.contract.graph_hooks import hub_handshake, hub_same_house, hub_verify
from draht.contract.login import Offer, OffersAccounts
from draht.contract.messages import (
    Account,
    Attachment,
    Hook,
    HookAnswer,
    Item,
    May,
    Media,
    OutgoingReply,
    Reading,
    Sent,
    Takes,
    Template,
)
from draht.contract.purse import Budget
from draht.contract.reading import read_each
from draht.contract.text import counter
from draht.contract.words import words

REPEATED_FOR = 8 * 86_400.0  # seconds; Meta repeats a delivery for 7 days
GONE = words("This file is gone from WhatsApp, or it is too large to be kept here.")


class WhatsApp(
    Channel, Hears, Subscribes, Replies, HasTemplates, Moderates, BringsMedia, OffersAccounts
):  # fmt: skip
    """One number, through an app of one's own and the token of a system user."""

    label = "WhatsApp"
    budget = Budget(shared_by="client_id")
    settings = (
        Setting("client_id", words("App ID"), words("From your app's dashboard at developers.facebook.com")),
        Setting("client_secret", words("App secret"), words("In the app's settings, under Basic"), secret=True),
        Setting("waba_id", words("ID of the WhatsApp Business account"), words("In the WhatsApp Manager, settings")),
        Setting(
            "access_token",
            words("Token of a system user"),
            words("Made in the business settings, without an end; the steps are below."),
            secret=True,
        ),
    )

    @cached_property
    def client(self) -> Client:
        return Client(self.http, self.config)

    @property
    def us(self) -> str:
        return self.config.get("phone_number_id", "")

    def whoami(self) -> Account:
        if not self.us:
            raise Refused(words("Nobody has chosen a phone number yet."))
        return mapper.to_account(self.client.me())

    def accounts(self) -> Sequence[Offer]:
        """The numbers of the business account."""
        found, after = [], ""
        while True:
            page = self.client.numbers(after)
            found += [mapper.to_account(raw) for raw in page.items]
            if not (after := page.after):
                return [Offer(account, {"phone_number_id": account.id}) for account in found]

    def lacks(self) -> tuple[str, ...]:
        return tuple(lacking.lacks(self.client))

    def may(self, act: Act, item: Item) -> May:
        return rights.may(act, item)

    # -- reading ------------------------------------------------------------------------------------------------

    def verify(self, hook: Hook) -> None:
        hub_verify(hook, self.client.secret, REPEATED_FOR)

    def told_accounts(self, hook: Hook) -> Iterable[str]:
        return mapper.numbers_in(hook.body)

    def handshake(self, hook: Hook) -> HookAnswer | None:
        return hub_handshake(hook, self.client.secret)

    def read_hook(self, hook: Hook) -> Reading:
        pieces = mapper.pieces_of(mapper.to_delivery(hook.body), self.us)
        return Reading(*read_each(pieces, lambda piece: mapper.to_event(piece, self.us)))

    def subscribe(self, address: str) -> None:
        self.client.subscribe(address)

    def is_subscribed(self, address: str) -> bool:
        """Another number of the same business account may have set its own address."""
        return self.client.app_hears() and hub_same_house(self.client.address(), address)

    def bring(self, attachment: Attachment, most: int) -> Media:
        told = self.client.file(attachment.key)
        url, size = told.get("url"), str(told.get("file_size") or "0")
        if not isinstance(url, str) or (size.isdigit() and int(size) > most):
            raise Refused(GONE)
        answer = self.client.download(url, most)
        kind = str(told.get("mime_type") or "").partition(";")[0] or "application/octet-stream"
        return Media(answer.body, kind, attachment.name, attachment.alt)

    # -- writing ------------------------------------------------------------------------------------------------

    def counter(self, item: Item) -> Counter:
        return counter(outbox.LONGEST, count=len)

    def takes(self, item: Item) -> Takes:
        return outbox.TAKES if rights.is_open(item) else Takes()

    def templates(self) -> Sequence[Template]:
        return [one.told() for one in outbox.approved(self.client)]

    def reply(self, reply: OutgoingReply) -> Sent:
        return outbox.send_answer(self.client, reply)

    def moderate(self, act: Act, item: Item) -> None:
        outbox.act_on(self.client, act, item)
