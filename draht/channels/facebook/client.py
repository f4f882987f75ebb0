"""Talks to Graph as one page, and as the app that the page is connected through. Raw JSON in and out."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any
from urllib.parse import quote, urlencode

from draht.contract.errors import ChannelError
from draht.contract.graph import BASE, BATCH, Graph, Page
from draht.contract.graph_hooks import hub_token
from draht.contract.graph_messaging import attachment
from draht.contract.http import Http
from draht.contract.messages import Media

COMMENT = (
    "id,message,created_time,from,parent{id},permalink_url,is_hidden,can_hide,can_remove,can_reply_privately,attachment"
)
POST = (
    "id,message,story,created_time,from,permalink_url,is_hidden,status_type,attachments{type,media,url,subattachments}"
)
MESSAGE = "id,created_time,from,to,message,attachments,sticker"
PAGE = "id,name,username,link,category"
POSTS = 15  # of a page of the feed, each with its newest comments: more, and Graph finds it too much
COMMENTS = 25
MESSAGES = 20  # of one conversation: Graph tells no more than the 20 newest
HEARD = ("feed", "mention", "messages", "message_echoes", "message_edits", "messaging_postbacks")


class Client:
    """One page's login."""

    def __init__(self, http: Http, config: Mapping[str, str]) -> None:
        base, secret = config.get("api") or BASE, config.get("client_secret", "")
        self.app_id = config.get("client_id", "")
        self.secret = secret
        self.page = Graph(http, config.get("access_token", ""), secret, base)
        self._app = (http, f"{self.app_id}|{secret}", secret, base)

    @cached_property
    def app(self) -> Graph:
        return Graph(*self._app)

    def me(self) -> dict[str, Any]:
        return self.page.get("me", fields=PAGE)

    def pages(self) -> list[Any]:
        """The pages of the person whose login this is, each with a token of its own."""
        found, after = [], ""
        while True:
            page = self.page.page("me/accounts", after, fields="id,name,username,link,access_token", limit=100)
            found += page.items
            if not (after := page.after):
                return found

    # -- reading ------------------------------------------------------------------------------------------------

    def feed(self, after: str) -> Page:
        """Posts on the page, the newest first, each with its newest comments of both levels."""
        comments = f"comments.filter(stream).order(reverse_chronological).limit({COMMENTS}){{{COMMENT}}}"
        return self.page.page("me/feed", after, fields=f"{POST},{comments}", limit=POSTS)

    def tagged(self, after: str) -> Page:
        """Posts of others elsewhere that name the page."""
        return self.page.page("me/tagged", after, fields=POST, limit=COMMENTS)

    def comments(self, of: str, after: str = "") -> Page:
        """Comments below a post or a comment, the newest first."""
        asked = {"filter": "stream", "order": "reverse_chronological", "fields": COMMENT, "limit": COMMENTS}
        return self.page.page(f"{_safe(of)}/comments", after, **asked)

    def conversations(self, after: str) -> Page:
        """Conversations, the one with the newest message first."""
        fields = f"id,updated_time,messages.limit({MESSAGES}){{{MESSAGE}}}"
        return self.page.page("me/conversations", after, platform="MESSENGER", fields=fields, limit=COMMENTS)

    def messages_with(self, person: str) -> list[Any]:
        """The newest messages between a person and the page."""
        fields = f"id,messages.limit({MESSAGES}){{{MESSAGE}}}"
        found = self.page.page("me/conversations", platform="MESSENGER", user_id=person, fields=fields)
        return [message for one in found.items for message in (one.get("messages") or {}).get("data") or ()]

    def many(self, asked: Mapping[str, str]) -> dict[str, dict[str, Any] | ChannelError]:
        """Objects by name; ``asked`` gives the path of each."""
        names = list(asked)
        found: dict[str, dict[str, Any] | ChannelError] = {}
        for start in range(0, len(names), BATCH):
            some = names[start : start + BATCH]
            found |= dict(zip(some, self.page.get_many([asked[name] for name in some]), strict=True))
        return found

    def published(self, scheduled: bool) -> list[Any]:
        fields = "id,message,created_time,permalink_url,scheduled_publish_time"
        return self.page.page("me/scheduled_posts" if scheduled else "me/published_posts", fields=fields).items

    # -- writing ------------------------------------------------------------------------------------------------

    def comment(self, below: str, text: str, photo: str = "") -> dict[str, Any]:
        words = {"message": text, "fields": "id,created_time,permalink_url"}
        return self.page.post(f"{_safe(below)}/comments", words | ({"attachment_id": photo} if photo else {}))

    def send(self, recipient: Mapping[str, str], text: str, grounds: Mapping[str, str]) -> dict[str, Any]:
        """A message in Messenger."""
        return self.page.post("me/messages", {"recipient": recipient, "message": {"text": text}, **grounds})

    def send_file(self, recipient: Mapping[str, str], media: Media, grounds: Mapping[str, str]) -> None:
        """A file in Messenger is a message of its own."""
        told = {"recipient": recipient, "message": attachment(media), **grounds}
        file = (media.name or "file", media.content, media.content_type)
        self.page.post("me/messages", told, files={"filedata": file})

    def change(self, id: str, **values: Any) -> None:
        self.page.post(_safe(id), values, repeatable=True)

    def like(self, id: str) -> None:
        self.page.post(f"{_safe(id)}/likes", repeatable=True)

    def delete(self, id: str) -> None:
        self.page.delete(_safe(id))

    def block(self, person: str) -> None:
        self.page.post("me/blocked", {"psid": [person]}, repeatable=True)

    def upload(self, media: Media, later: bool = False) -> str:
        """A picture that nobody sees yet; its id. ``later``: it is for a post that is scheduled."""
        words = {"published": False, "alt_text_custom": media.alt} if media.alt else {"published": False}
        file = (media.name or "picture", media.content, media.content_type)
        told = self.page.post(
            "me/photos", words | ({"temporary": True} if later else {}), files={"source": file}, repeatable=True
        )
        return str(told.get("id") or "")

    def publish(self, words: Mapping[str, Any]) -> dict[str, Any]:
        return self.page.post("me/feed", {**words, "fields": "id,created_time,permalink_url"})

    # -- hooks, and what the login may do -----------------------------------------------------------------------

    def subscribe(self, address: str) -> None:
        """The app's one address first, then this page; what another channel asked of the page stays."""
        asked = {"object": "page", "callback_url": address, "fields": list(HEARD), "include_values": True}
        verify = {"verify_token": hub_token(self.secret)}
        self.app.post(f"{_safe(self.app_id)}/subscriptions", asked | verify, repeatable=True)
        fields = sorted(self.subscribed_fields() | set(HEARD))
        self.page.post("me/subscribed_apps", {"subscribed_fields": fields}, repeatable=True)

    def subscriptions(self) -> list[Any]:
        return self.app.page(f"{_safe(self.app_id)}/subscriptions").items

    def subscribed_fields(self) -> set[str]:
        """Which of the page's events come to our app."""
        apps = self.page.page("me/subscribed_apps").items
        return {field for app in apps if app.get("id") == self.app_id for field in app.get("subscribed_fields") or ()}

    def token_info(self) -> dict[str, Any]:
        told = self.app.get("debug_token", input_token=self.page.token)
        return told["data"] if isinstance(told.get("data"), dict) else {}


def comment_path(id: str) -> str:
    return f"{_safe(id)}?{urlencode({'fields': COMMENT})}"


def post_path(id: str) -> str:
    return f"{_safe(id)}?{urlencode({'fields': POST})}"


def message_path(id: str) -> str:
    return f"{_safe(id)}?{urlencode({'fields': MESSAGE})}"


def words_path(post: str) -> str:
    """What a post says, for the title of what is said below it."""
    return f"{_safe(post)}?{urlencode({'fields': 'message,story'})}"


def names_path(person: str) -> str:
    """Who somebody is: the participants of the conversation with them."""
    return f"me/conversations?{urlencode({'platform': 'MESSENGER', 'user_id': person, 'fields': 'participants'})}"


def _safe(id: str) -> str:
    return quote(id, safe="")
