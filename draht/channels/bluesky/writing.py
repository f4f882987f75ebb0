"""What we send: answers, posts, edits, direct messages, and looking back at them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec

from draht.channels.bluesky import records
from draht.channels.bluesky.chat import Chat
from draht.channels.bluesky.client import GATE, POST, Client
from draht.channels.bluesky.facets import facets
from draht.channels.bluesky.mapper import Message, Post, Ref, page_of, parts
from draht.channels.bluesky.rights import is_direct
from draht.contract.errors import Refused, TryLater, Unsure
from draht.contract.messages import Item, Media, OutgoingPost, OutgoingReply, Sent
from draht.contract.words import words

SKEW = timedelta(minutes=5)  # their clock may run behind ours
LOOK_BACK_PAGES = 10
TRIES = 3  # for a record that others change at the same time


class Writing:
    def __init__(self, client: Client, chat: Chat) -> None:
        self.client = client
        self.chat = chat

    # -- posts --------------------------------------------------------------------------------------------

    def reply(self, reply: OutgoingReply) -> Sent:
        post = self._post(reply.to)
        refs = {"root": _ref(post.record.reply.root if post.record.reply else post), "parent": _ref(post)}
        embed = records.pictures(self._uploaded(reply.media), reply.media)
        language = post.record.langs[0] if post.record.langs else ""
        facets = self._facets(reply.text)
        record = records.post(reply.text, facets, reply=refs, embed=embed, language=language)
        return self._sent(records.record_key(reply.key), self.once(POST, reply.key, record))

    def publish(self, post: OutgoingPost) -> Sent:
        text = records.words_of(post)
        embed = records.pictures(self._uploaded(post.media), post.media) or records.card(post)
        record = records.post(text, self._facets(text), embed=embed)
        return self._sent(records.record_key(post.key), self.once(POST, post.key, record))

    def find(self, key: str) -> Sent | None:
        """A post or an answer of ours by our own key."""
        rkey = records.record_key(key)
        found = self.client.record(self.client.us, POST, rkey)
        return None if found is None else self._sent(rkey, found["value"])

    def edit(self, item: Item, text: str) -> None:
        """Puts other words into the record; everything else in it stays."""
        repo, collection, rkey = parts(item.id)
        facets = self._facets(text)
        for _ in range(TRIES):
            known = self.client.record(repo, collection, rkey)
            if known is None:
                raise Refused(words("This message is gone from Bluesky."))
            record = {key: value for key, value in known["value"].items() if key != "facets"} | {"text": text}
            record |= {"facets": facets} if facets else {}
            if record == known["value"] or self.client.put(collection, rkey, record, known["cid"]):
                return
        raise TryLater(words("Somebody else changes this at the same moment."))

    def cid(self, item: Item) -> str:
        return self._post(item).cid

    # -- the threads that we began ------------------------------------------------------------------------

    def hide(self, root: str, uri: str, hidden: bool) -> None:
        """Hides an answer in one of our threads, or shows it again."""
        rkey = parts(root)[2]
        for _ in range(TRIES):
            known = self.client.record(self.client.us, GATE, rkey)
            value = known["value"] if known else None
            before = list((value or {}).get("hiddenReplies") or [])
            if (uri in before) == hidden:
                return
            after = [*before, uri] if hidden else [each for each in before if each != uri]
            if len(after) > records.HIDDEN:
                raise Refused(
                    words("In one thread no more than {most} answers can be hidden.").format(most=records.HIDDEN)
                )
            if self.client.put(GATE, rkey, records.gate(root, value, after), known["cid"] if known else None):
                return
        raise TryLater(words("Somebody else changes this at the same moment."))

    # -- direct messages ----------------------------------------------------------------------------------

    def send(self, reply: OutgoingReply) -> Sent:
        convo = self._convo(reply.to)
        message: dict[str, Any] = {"text": reply.text}
        if facets := self._facets(reply.text):
            message["facets"] = facets
        answer = self.chat.send(convo, message)
        try:
            return _sent_message(convo, msgspec.convert(answer, Message))
        except msgspec.ValidationError as error:
            raise Unsure(words("The chat took it, but its answer cannot be read.")) from error

    def find_message(self, reply: OutgoingReply) -> Sent | None:
        """Our newest message with these words. Without a first attempt only the newest page is looked at."""
        known = {"id": reply.to.thread} if is_direct(reply.to) else self.chat.known(reply.to.author.id)
        if known is None:
            return None
        since, cursor = reply.first_tried_at and reply.first_tried_at - SKEW, ""
        for _ in range(LOOK_BACK_PAGES):
            page, cursor = self.chat.messages(known["id"], cursor)
            messages = [each for raw in page if (each := _message(raw))]
            for each in messages:
                ours = each.sender.did == self.client.us and each.text == reply.text
                if ours and (since is None or each.sentAt >= since):
                    return _sent_message(known["id"], each)
            if since is None or not cursor or not messages or messages[-1].sentAt < since:
                return None
        raise Unsure(words("There are more messages since then than can be looked through."))

    def _convo(self, item: Item) -> str:
        """The conversation with a person, taken if it was only a request."""
        if not is_direct(item):
            return str(self.chat.begin(item.author.id)["id"])
        convo = item.raw.get("convo")
        if not isinstance(convo, dict) or convo.get("status") != "accepted":
            self.chat.accept(item.thread)
        return item.thread

    # -- parts --------------------------------------------------------------------------------------------

    def once(self, collection: str, key: str, record: dict[str, Any]) -> Any:
        """Writes a record under our own key and gives it back; if it is there already, as it is there."""
        rkey = records.record_key(key)
        if self.client.create(collection, rkey, record) is not None:
            return record
        found = self.client.record(self.client.us, collection, rkey)  # the server has no word for a key that is there
        if found is None:
            raise TryLater(words("The server has a fault of its own."))
        return found["value"]

    def _sent(self, rkey: str, record: Any) -> Sent:
        uri = f"at://{self.client.us}/{POST}/{rkey}"
        return Sent(uri, datetime.fromisoformat(record["createdAt"]), page_of(uri))

    def _uploaded(self, media: tuple[Media, ...]) -> list[Any]:
        return [self.client.upload(each.content, each.content_type) for each in media]

    def _facets(self, text: str) -> list[Any]:
        return facets(text, self.client.resolve)

    def _post(self, item: Item) -> Post:
        """The post that an item is; the network is asked if its payload was erased, or is of another kind."""
        try:
            return msgspec.convert(item.raw, Post)
        except msgspec.ValidationError:
            found = self.client.posts([item.id])
        if not found:
            raise Refused(words("This message is gone from Bluesky."))
        return msgspec.convert(found[0], Post)


def _ref(post: Post | Ref) -> dict[str, str]:
    return {"uri": post.uri, "cid": post.cid}


def _message(raw: Any) -> Message | None:
    """``None`` for what is no message: deleted ones, and what the network says itself."""
    try:
        return msgspec.convert(raw, Message)
    except msgspec.ValidationError:
        return None


def _sent_message(convo: str, message: Message) -> Sent:
    return Sent(f"{convo}/{message.id}", message.sentAt)
