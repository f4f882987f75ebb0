"""Talks to Graph as one Instagram account: at Instagram's own host, or through the page that it is linked to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, quote

from draht.channels.instagram.login import base_of
from draht.channels.instagram.paths import COMMENT, MEDIA, MESSAGE, safe
from draht.contract.errors import ChannelError, Refused
from draht.contract.graph import BASE, BATCH, Graph, Page
from draht.contract.graph_hooks import hub_token
from draht.contract.graph_messaging import attachment
from draht.contract.http import Http
from draht.contract.messages import Media
from draht.contract.words import words

POSTS = 15  # of a page, each with its newest comments
COMMENTS = 50  # the most that a page of comments has
MESSAGES = 20  # of one conversation: Graph tells no more than the 20 newest
HEARD = ("comments", "live_comments", "mentions", "messages", "messaging_postbacks")
PAGE_HEARS = ("messages", "messaging_postbacks")  # comments and mentions come with any subscription of the page
CHANGES = f"{COMMENT},replies.limit({COMMENTS}){{{COMMENT}}}"


class Client:
    """One login. ``account`` is the account's id, empty before it is known."""

    def __init__(self, http: Http, config: Mapping[str, str], account: str, through_page: bool) -> None:
        self.through_page = through_page
        secret = config.get("client_secret", "") if through_page else ""  # Instagram's own host takes no proof
        self.graph = Graph(http, config.get("access_token", ""), secret, base_of(config, through_page))
        self.user = quote(account, safe="") if through_page and account else "me"
        self._app = (config.get("client_id", ""), config.get("client_secret", ""))
        if not through_page:
            self._app = (config.get("app_id", ""), config.get("app_secret", ""))
        self._app_graph = (http, "|".join(self._app), self._app[1], config.get("app_api") or config.get("api") or BASE)

    def me(self) -> Any:
        if not self.through_page:
            told = self.graph.get("me", fields="user_id,username,name,profile_picture_url")
            return told["data"][0] if isinstance(told.get("data"), list) and told["data"] else told
        told = self.graph.get("me", fields="id,instagram_business_account{id,username,name,profile_picture_url}")
        return told.get("instagram_business_account")

    # -- reading ------------------------------------------------------------------------------------------------

    def media(self, after: str = "", comments: bool = True) -> Page:
        """Our posts, the newest first, each with its newest comments and their answers."""
        fields = f"{MEDIA},comments.limit({COMMENTS}){{{CHANGES}}}" if comments else MEDIA
        return self.graph.page(f"{self.user}/media", after, fields=fields, limit=POSTS)

    def comments(self, media: str, after: str = "") -> Page:
        return self.graph.page(f"{safe(media)}/comments", after, fields=CHANGES, limit=COMMENTS)

    def answers(self, comment: str, after: str = "") -> Page:
        return self.graph.page(f"{safe(comment)}/replies", after, fields=COMMENT, limit=COMMENTS)

    def conversations(self, after: str) -> Page:
        fields = f"id,updated_time,messages.limit({MESSAGES}){{{MESSAGE}}}"
        return self.graph.page("me/conversations", after, platform="INSTAGRAM", fields=fields, limit=25)

    def messages_with(self, person: str) -> list[Any]:
        fields = f"id,messages.limit({MESSAGES}){{{MESSAGE}}}"
        found = self.graph.page("me/conversations", platform="INSTAGRAM", user_id=person, fields=fields)
        return [message for one in found.items for message in (one.get("messages") or {}).get("data") or ()]

    def many(self, asked: Mapping[str, str]) -> dict[str, dict[str, Any] | ChannelError]:
        """Objects by name; ``asked`` gives the path of each. Only Facebook's host answers many at once."""
        names = list(asked)
        found: dict[str, dict[str, Any] | ChannelError] = {}
        for start in range(0, len(names), BATCH if self.through_page else 1):
            some = names[start : start + BATCH] if self.through_page else names[start : start + 1]
            found |= dict(zip(some, self._some([asked[name] for name in some]), strict=True))
        return found

    def _some(self, paths: Sequence[str]) -> Sequence[dict[str, Any] | ChannelError]:
        if self.through_page:
            return self.graph.get_many(paths)
        path, _, query = paths[0].partition("?")
        try:
            return [self.graph.get(path, **dict(parse_qsl(query)))]
        except Refused as error:
            return [error]

    # -- writing ------------------------------------------------------------------------------------------------

    def answer(self, comment: str, text: str) -> dict[str, Any]:
        return self.graph.post(f"{safe(comment)}/replies", {"message": text})

    def answer_mention(self, media: str, comment: str, text: str) -> dict[str, Any]:
        told = {"media_id": media, "message": text} | ({"comment_id": comment} if comment else {})
        return self.graph.post(f"{self.user}/mentions", told)

    def send(self, recipient: Mapping[str, str], text: str, grounds: Mapping[str, str]) -> dict[str, Any]:
        return self.graph.post("me/messages", {"recipient": recipient, "message": {"text": text}, **grounds})

    def send_file(self, recipient: Mapping[str, str], media: Media, grounds: Mapping[str, str]) -> None:
        """A file is a message of its own, which Instagram fetches from us."""
        if not media.url.startswith("https://"):
            raise Refused(
                words("Instagram fetches files from us: this installation needs an https address of its own.")
            )
        told = {"recipient": recipient, "message": attachment(media, media.url), **grounds}
        self.graph.post("me/messages", told)

    def hide(self, comment: str, hidden: bool) -> None:
        self.graph.post(safe(comment), {"hide": hidden}, repeatable=True)

    def delete(self, comment: str) -> None:
        self.graph.delete(safe(comment))

    # -- publishing ---------------------------------------------------------------------------------------------

    def publishing_limit(self) -> dict[str, Any]:
        told = self.graph.page(f"{self.user}/content_publishing_limit", fields="config,quota_usage").items
        return told[0] if told and isinstance(told[0], dict) else {}

    def contain(self, words: Mapping[str, Any]) -> str:
        """A container: nobody sees it, and it is gone after a day."""
        return str(self.graph.post(f"{self.user}/media", words, repeatable=True).get("id") or "")

    def state(self, container: str) -> str:
        return str(self.graph.get(safe(container), fields="status_code,status").get("status_code") or "")

    def publish(self, container: str) -> dict[str, Any]:
        return self.graph.post(f"{self.user}/media_publish", {"creation_id": container})

    def post(self, id: str) -> dict[str, Any]:
        return self.graph.get(safe(id), fields=MEDIA)

    # -- hooks, and what the login may do -----------------------------------------------------------------------

    @property
    def app(self) -> Graph:
        http, token, secret, base = self._app_graph
        return Graph(http, token, secret, base)

    def subscribe(self, address: str) -> None:
        """This account, or its page; then the app's one address. What another channel asked of a page stays.

        Without the Meta app nobody can tell Meta the address: ``lacking`` says so.
        """
        fields = sorted(self.subscribed_fields() | set(self.hears))
        self.graph.post("me/subscribed_apps", {"subscribed_fields": fields}, repeatable=True)
        if not self.knows_app:
            return
        id, secret = self._app
        asked = {"object": "instagram", "callback_url": address, "fields": list(HEARD), "include_values": True}
        self.app.post(f"{safe(id)}/subscriptions", asked | {"verify_token": hub_token(secret)}, repeatable=True)

    @property
    def knows_app(self) -> bool:
        return all(self._app)

    @property
    def hears(self) -> tuple[str, ...]:
        return PAGE_HEARS if self.through_page else HEARD

    def subscriptions(self) -> list[Any]:
        return self.app.page(f"{safe(self._app[0])}/subscriptions").items

    def subscribed_fields(self) -> set[str]:
        """What comes to our app. A page tells of all apps, an account only of ours."""
        apps = self.graph.page("me/subscribed_apps").items
        ours = [app for app in apps if not self.through_page or app.get("id") == self._app[0]]
        return {field for app in ours for field in app.get("subscribed_fields") or ()}

    def token_info(self) -> dict[str, Any]:
        told = self.app.get("debug_token", input_token=self.graph.token)
        return told["data"] if isinstance(told.get("data"), dict) else {}
