"""The Bot API before a small Telegram. Each request and each of its own answers is held against the specification."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlsplit

from draht.channels.telegram.content import utf16
from draht.channels.telegram.tests import spec
from draht.channels.telegram.tests.network import BOT, US, Message, World
from draht.channels.telegram.tests.wire import No, read
from draht.contract.messages import Hook

TOKEN = f"{BOT}:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
TWO_DAYS = 48 * 3600
MOST_GIVEN = 20_000_000
JSON = ("Content-Type", "application/json")
FILE_KINDS = ("photo", "video", "animation", "audio", "document")
SIZE = {"width": 1, "height": 1}


class Double:
    """``crowded`` seconds are told as ``retry_after`` to whatever writes."""

    def __init__(self) -> None:
        self.world = World()
        self.tokens = {TOKEN}
        self.privacy = True
        self.crowded = 0
        self.hook: dict[str, Any] = {}
        self.secret = ""
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.violations: list[str] = []
        self.another_reads = False

    def hooks(self) -> list[Hook]:
        """The calls that Telegram makes for what nobody took yet."""
        headers = {"x-telegram-bot-api-secret-token": self.secret, "content-type": "application/json"}
        return [Hook("POST", headers, {}, json.dumps(update).encode()) for update in self.world.updates]

    def deliver(self, works: bool = True) -> None:
        """Telegram calls the hook; what arrives is forgotten."""
        if works:
            self.world.updates.clear()
            return
        self.hook |= {"last_error_date": self.world.now, "last_error_message": "Connection timed out"}

    # -- HTTP -------------------------------------------------------------------------------------------------------

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        path = environ["PATH_INFO"].strip("/").split("/")
        try:
            if path[0] == "file":
                start("200 OK", [("Content-Type", "application/octet-stream")])
                return [self._file(path)]
            answer = self._answered(path, environ)
        except No as no:
            start(f"{no.body['error_code']} ", [JSON])
            return [json.dumps(no.body).encode()]
        start("200 OK", [JSON])
        return [json.dumps({"ok": True, "result": answer}).encode()]

    def _answered(self, path: list[str], environ: dict[str, Any]) -> Any:
        self._let_in(path[0].removeprefix("bot"))
        method = path[1]
        if not spec.is_method(method):
            raise No(404, "Not Found: method not found")
        asked, files = read(method, environ)
        self.asked.append((method, asked))
        if wrong := spec.faults("request", method, asked):
            self.violations += wrong
            raise No(400, f"Bad Request: {wrong[0]}")  # or it says nothing and does something else
        answer = getattr(self, f"_{method}")(asked, files) if files else getattr(self, f"_{method}")(asked)
        wrong = spec.faults("answer", method, answer)
        assert not wrong, f"the double answers {method} as Telegram never would: {wrong}"
        return answer

    def _let_in(self, token: str) -> None:
        if ":" not in token:
            raise No(404, "Not Found")
        if token not in self.tokens:
            raise No(401, "Unauthorized")

    def _file(self, path: list[str]) -> bytes:
        self._let_in(path[1].removeprefix("bot"))
        found = [content for name, content in self.world.files.values() if name == "/".join(path[2:])]
        if found:
            return found[0]
        raise No(404, "Not Found")

    # -- the account, and what is new -------------------------------------------------------------------------------

    def _getMe(self, asked: Any) -> Any:
        return {**US, "can_join_groups": True, "can_read_all_group_messages": not self.privacy}

    def _getUpdates(self, asked: Any) -> Any:
        if self.hook:
            raise No(
                409,
                "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete it first",
            )
        if self.another_reads:
            raise No(
                409, "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
            )
        offset, world = asked.get("offset", 0), self.world
        with world.news:
            world.updates = [update for update in world.updates if update["update_id"] >= offset]
            world.news.wait_for(lambda: self._wanted(asked), asked.get("timeout", 0))
            return self._wanted(asked)[: min(100, asked.get("limit", 100))]

    def _wanted(self, asked: Any) -> list[Any]:
        kinds = asked.get("allowed_updates") or ["message"]
        return [update for update in self.world.updates if set(kinds) & set(update)]

    def _setWebhook(self, asked: Any) -> Any:
        address = urlsplit(asked["url"])
        if address.scheme != "https":
            raise No(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
        if (address.port or 443) not in {443, 80, 88, 8443}:
            raise No(400, "Bad Request: bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
        if (address.hostname or "").endswith(".internal"):
            raise No(400, "Bad Request: bad webhook: Failed to resolve host: Name or service not known")
        self.hook = {"url": asked["url"], "allowed_updates": asked.get("allowed_updates", [])}
        self.secret = asked.get("secret_token", "")
        return True

    def _deleteWebhook(self, asked: Any) -> Any:
        self.hook, self.secret = {}, ""
        return True

    def _getWebhookInfo(self, asked: Any) -> Any:
        waiting = len(self.world.updates)
        return {"url": "", "has_custom_certificate": False, **self.hook, "pending_update_count": waiting}

    def _getFile(self, asked: Any) -> Any:
        if asked["file_id"] not in self.world.files:
            raise No(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
        name, content = self.world.files[asked["file_id"]]
        if len(content) > MOST_GIVEN:
            raise No(400, "Bad Request: file is too big")
        return {"file_id": asked["file_id"], "file_unique_id": "u", "file_size": len(content), "file_path": name}

    def _getChatMember(self, asked: Any) -> Any:
        rights = self.world.rights.get(self._chat(asked["chat_id"])["id"])
        if rights is None:
            return {"user": US, "status": "member"}
        needed = [  # of ChatMemberAdministrator
            "can_manage_chat", "can_delete_messages", "can_manage_video_chats", "can_restrict_members",
            "can_promote_members", "can_change_info", "can_invite_users", "can_post_stories", "can_edit_stories",
            "can_delete_stories", "can_post_messages",
        ]  # fmt: skip
        given = {right: right in rights for right in needed}
        return {"user": US, "status": "administrator", "can_be_edited": False, "is_anonymous": False, **given}

    # -- writing ----------------------------------------------------------------------------------------------------

    def _sendMessage(self, asked: Any) -> Any:
        chat = self._writable(asked)
        text = self._text(asked["text"], 4096, "message")
        return self.world.say(chat, asked, text=text)

    def _send_file(self, kind: str, asked: Any, files: Any) -> Any:
        chat = self._writable(asked)
        return self.world.say(chat, asked, **self._media(kind, asked[kind], files), **self._caption(asked))

    def __getattr__(self, name: str) -> Any:
        for kind in FILE_KINDS:
            if name == f"_send{kind.capitalize()}":
                return lambda asked, files: self._send_file(kind, asked, files)
        raise AttributeError(name)

    def _sendMediaGroup(self, asked: Any, files: Any) -> Any:
        chat = self._writable(asked)
        kinds = {one["type"] for one in asked["media"]}
        if not 2 <= len(asked["media"]) <= 10:
            raise No(400, "Bad Request: expected 2 to 10 media in the group")
        if len(kinds) > 1 and not kinds <= {"photo", "video"}:
            raise No(400, "Bad Request: can't mix such media in one group")
        sent = []
        for one in asked["media"]:
            content = self._media(one["type"], one["media"], files) | self._caption(one)
            sent.append(self.world.say(chat, asked, **content, media_group_id="77"))
        return sent

    def _media(self, kind: str, place: str, files: Any) -> dict[str, Any]:
        name, content = files[place.removeprefix("attach://")]
        if kind == "photo" and len(content) > 10_000_000:
            raise No(413, "Request Entity Too Large")
        ids = {"file_id": self.world.keep(content, name), "file_unique_id": "u", "file_size": len(content)}
        if kind == "photo":
            return {"photo": [ids | SIZE]}
        lasting = {"duration": 1} if kind in {"video", "animation", "audio"} else {}
        return {kind: ids | lasting | (SIZE if kind in {"video", "animation"} else {})}

    def _caption(self, asked: Any) -> dict[str, str]:
        return {"caption": self._text(asked["caption"], 1024, "caption")} if asked.get("caption") else {}

    def _text(self, text: str, most: int, kind: str) -> str:
        if not text.strip():
            raise No(400, f"Bad Request: {kind} text is empty")
        if utf16(text) > most:
            raise No(400, f"Bad Request: {kind} is too long")
        return text

    def _writable(self, asked: Any) -> Any:
        if self.crowded:
            raise No(429, f"Too Many Requests: retry after {self.crowded}", retry_after=self.crowded)
        chat = self._chat(asked["chat_id"])
        if chat["id"] in self.world.blocked:
            raise No(403, "Forbidden: bot was blocked by the user")
        if chat["type"] == "private" and chat["id"] not in self.world.started:
            raise No(403, "Forbidden: bot can't initiate conversation with a user")
        if chat["type"] == "channel" and "can_post_messages" not in self.world.rights.get(chat["id"], ()):
            raise No(403, "Forbidden: bot is not a member of the channel chat")
        if chat.get("is_direct_messages") and "direct_messages_topic_id" not in asked:
            raise No(400, "Bad Request: direct messages topic must be specified")
        to = asked.get("reply_parameters", {})
        if (
            to
            and (chat["id"], to["message_id"]) not in self.world.messages
            and not to.get("allow_sending_without_reply")
        ):
            raise No(400, "Bad Request: message to be replied not found")
        return chat

    def _chat(self, id: int | str) -> dict[str, Any]:
        for chat in self.world.chats.values():
            if id in (chat["id"], f"@{chat.get('username')}"):
                if chat["id"] in self.world.moved:
                    new = self.world.moved[chat["id"]]
                    words = "Bad Request: group chat was upgraded to a supergroup chat"
                    raise No(400, words, migrate_to_chat_id=new)
                return chat
        if id in (222, 333):
            return {"id": id, "type": "private", "first_name": "Ben"}
        raise No(400, "Bad Request: chat not found")

    # -- acting -----------------------------------------------------------------------------------------------------

    def _editMessageText(self, asked: Any) -> Any:
        message = self._ours(asked)
        if "text" not in message:
            raise No(400, "Bad Request: there is no text in the message to edit")
        return self._changed(message, "text", self._text(asked["text"], 4096, "message"))

    def _editMessageCaption(self, asked: Any) -> Any:
        return self._changed(self._ours(asked), "caption", self._text(asked["caption"], 1024, "caption"))

    def _changed(self, message: Message, key: str, words: str) -> Message:
        if message.get(key) == words:
            raise No(400, "Bad Request: message is not modified: specified new message content is exactly the same")
        message |= {key: words, "edit_date": self.world.now}
        return message

    def _ours(self, asked: Any) -> Message:
        message = self.world.messages.get((self._chat(asked["chat_id"])["id"], asked["message_id"]))
        if message is None:
            raise No(400, "Bad Request: message to edit not found")
        if message.get("from") != US and "sender_chat" not in message:
            raise No(400, "Bad Request: message can't be edited")
        return message

    def _deleteMessage(self, asked: Any) -> Any:
        chat = self._chat(asked["chat_id"])
        place = (chat["id"], asked["message_id"])
        message = self.world.messages.get(place)
        if message is None:
            raise No(400, "Bad Request: message to delete not found")
        admin = "can_delete_messages" in self.world.rights.get(chat["id"], ())
        theirs = message.get("from") != US and chat["type"] != "private"
        if not admin and (theirs or message["date"] < self.world.now - TWO_DAYS):
            raise No(400, "Bad Request: message can't be deleted")
        del self.world.messages[place]
        self.world.deleted.append(place)
        return True

    def _setMessageReaction(self, asked: Any) -> Any:
        place = (self._chat(asked["chat_id"])["id"], asked["message_id"])
        if place not in self.world.messages:
            raise No(400, "Bad Request: message to react not found")
        self.world.reactions[place] = asked["reaction"]
        return True

    def _banChatMember(self, asked: Any) -> Any:
        self.world.banned.append((self._restrictable(asked), asked["user_id"]))
        return True

    def _banChatSenderChat(self, asked: Any) -> Any:
        self.world.banned.append((self._restrictable(asked), asked["sender_chat_id"]))
        return True

    def _restrictable(self, asked: Any) -> int:
        chat = self._chat(asked["chat_id"])
        if chat["type"] == "private":
            raise No(400, "Bad Request: can't ban members in private chats")
        if "can_restrict_members" not in self.world.rights.get(chat["id"], ()):
            raise No(400, "Bad Request: not enough rights to restrict/unrestrict chat member")
        return int(chat["id"])
