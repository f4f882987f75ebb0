"""Talks to X: raw JSON. Each call is paid for before it is made, with the rest given back, so that no cap is passed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from draht.channels.x import prices
from draht.channels.x.hooks import signature
from draht.contract.errors import ChannelError, Refused, TryLater
from draht.contract.http import Answer, Http
from draht.contract.words import words

BASE = "https://api.x.com"
PAGE = 10  # posts of a page: few, as the most that a page can cost must still be within the cap
MESSAGES = 10
PROBE = "do-you-know-me"
NO_DOOR = frozenset({400, 401, 404})
CREDITS_AGAIN = 3600  # seconds until we look whether somebody has bought credits
POST_FIELDS = {
    "tweet.fields": "attachments,author_id,conversation_id,created_at,display_text_range,edit_history_tweet_ids,"
    "entities,in_reply_to_user_id,lang,note_tweet,referenced_tweets",
    "media.fields": "alt_text,media_key,preview_image_url,type,url,variants",
    "user.fields": "name,profile_image_url,username",
}
MESSAGE_FIELDS = {
    "dm_event.fields": "attachments,created_at,dm_conversation_id,entities,event_type,id,sender_id,text",
    "event_types": "MessageCreate",
}
WITH_AUTHOR = {"expansions": "attachments.media_keys,author_id"}
WITH_SENDER = {
    "expansions": "attachments.media_keys,sender_id",
    "media.fields": POST_FIELDS["media.fields"],
    "user.fields": POST_FIELDS["user.fields"],
}


class Client:
    """One login, and what its calls cost."""

    def __init__(self, http: Http, config: Mapping[str, str], *, free: bool) -> None:
        self.http = http
        self.base = config.get("api", BASE).rstrip("/")
        self.token = config.get("access_token", "").strip()
        self.app_token = config.get("bearer_token", "").strip()
        self.api_secret = config.get("api_secret", "").strip()
        self.free = free

    # -- reading ----------------------------------------------------------------------------------------

    def me(self) -> Any:
        asked = {"user.fields": "name,profile_image_url,username"}
        return self._read("/2/users/me", asked, 1, prices.USER_READ, bucket="me")

    def mentions(self, us: str, where: Mapping[str, str]) -> Any:
        """One page of what mentions us, the newest first."""
        asked = {**POST_FIELDS, **WITH_AUTHOR, "max_results": str(PAGE), **where}
        path, along = f"/2/users/{us}/mentions", prices.AUTHOR_AND_MEDIA
        return self._read(path, asked, PAGE, prices.OWNED_READ, along, bucket="mentions")

    def own(self, us: str, where: Mapping[str, str], most: int = PAGE) -> Any:
        """One page of our own posts and answers, the newest first."""
        asked = {**POST_FIELDS, "exclude": "retweets", "max_results": str(most), **where}
        return self._read(f"/2/users/{us}/tweets", asked, most, prices.OWNED_READ, bucket="own")

    def posts(self, ids: Sequence[str], *, whole: bool) -> Any:
        """At most 100 posts; ``errors`` say what became of the others. ``whole``: with authors and media."""
        asked = {**POST_FIELDS, **(WITH_AUTHOR if whole else {}), "ids": ",".join(ids)}
        along = prices.AUTHOR_AND_MEDIA if whole else 0.0
        return self._read("/2/tweets", asked, len(ids), prices.POST_READ, along, bucket="posts")

    def newest_message(self) -> Any:
        """Only the newest direct message: whether there is anything new."""
        asked = {**MESSAGE_FIELDS, "max_results": "1"}
        return self._read("/2/dm_events", asked, 1, prices.MESSAGE_READ, bucket="dm_events")

    def messages(self, token: str = "") -> Any:
        """One page of direct messages, the newest first."""
        asked = {**MESSAGE_FIELDS, **WITH_SENDER, "max_results": str(MESSAGES)}
        asked |= {"pagination_token": token} if token else {}
        along = prices.AUTHOR_AND_MEDIA
        return self._read("/2/dm_events", asked, MESSAGES, prices.MESSAGE_READ, along, bucket="dm_events")

    def messages_with(self, person: str) -> Any:
        """The newest direct messages with one person."""
        asked = {**MESSAGE_FIELDS, "max_results": str(MESSAGES)}
        path = f"/2/dm_conversations/with/{person}/dm_events"
        return self._read(path, asked, MESSAGES, prices.MESSAGE_READ, bucket="dm_with")

    def messages_in(self, conversation: str) -> Any:
        """The newest direct messages of a group."""
        asked = {**MESSAGE_FIELDS, "max_results": str(MESSAGES)}
        path = f"/2/dm_conversations/{conversation}/dm_events"
        return self._read(path, asked, MESSAGES, prices.MESSAGE_READ, bucket="dm_in")

    def file(self, key: str, most: int) -> Answer:
        """A file of a direct message; only its readers' logins open it."""
        url, cents = f"{self.base}/2/dm_conversations/media/{key}", 0.0 if self.free else prices.MEDIA_READ
        return self.http.get(url, headers=self._headers(), most=most, cents=cents, bucket="dm_media")

    # -- writing ----------------------------------------------------------------------------------------

    def write(self, post: Mapping[str, Any], cents: float) -> Any:
        return self._ask("POST", "/2/tweets", cents, json=post, bucket="write").json()

    def message(self, path: str, message: Mapping[str, Any]) -> Any:
        return self._ask(
            "POST", f"/2/dm_conversations/{path}/messages", prices.MESSAGE, json=message, bucket="dm"
        ).json()

    def hide(self, id: str, hidden: bool) -> None:
        path, asked = f"/2/tweets/{id}/hidden", {"hidden": hidden}
        self._ask("PUT", path, prices.HIDE, json=asked, repeatable=True, bucket="hide")

    def delete(self, id: str) -> None:
        """What is gone already is no error."""
        gone = frozenset({404})
        self._ask("DELETE", f"/2/tweets/{id}", prices.DELETE, repeatable=True, accept=gone, bucket="delete")

    def upload(self, step: str, **options: Any) -> Answer:
        """One step of an upload. Nobody sees it before it hangs on a post: it may be repeated."""
        return self._ask("POST", f"/2/media/{step}", repeatable=True, bucket="upload", **options)

    # -- the app ----------------------------------------------------------------------------------------

    def as_app(self, method: str, path: str, **options: Any) -> Any:
        """A call in the name of the app, not of the account. All of them may be repeated."""
        answer = self._ask(
            method, path, app=True, repeatable=True, accept=frozenset({401}), bucket=f"app {path}", **options
        )
        if answer.status == 401:
            raise Refused(words("X does not take the app's bearer token. Copy it again from X's developer console."))
        return self._dict(answer) if answer.body else {}

    def subscribe(self, subscription: Mapping[str, Any]) -> None:
        """Private events are subscribed to in the name of the account."""
        self._ask("POST", "/2/activity/subscriptions", json=subscription, repeatable=True, bucket="subscriptions")

    def house_knows_us(self, address: str) -> bool | None:
        """Whether our own house answers X's question at this address with our secret; ``None``: we cannot reach it."""
        try:
            answer = self.http.get(address, params={"crc_token": PROBE}, accept=NO_DOOR, bucket="house")
        except ChannelError:
            return None
        return signature(self.api_secret, PROBE.encode()).encode() in answer.body

    # -- how --------------------------------------------------------------------------------------------

    def _read(
        self, path: str, asked: Mapping[str, str], most: int, each: float, along: float = 0.0, bucket: str = ""
    ) -> Any:
        def cost(body: Any) -> float:
            return prices.read(body, each)

        return self._dict(self._ask("GET", path, most * (each + along), cost, params=asked, bucket=bucket))

    def _dict(self, answer: Answer) -> dict[str, Any]:
        body = answer.json()
        if not isinstance(body, dict):
            raise TryLater(words("{host} answered with something unexpected.").format(host=self.base))
        return body

    def _ask(
        self,
        method: str,
        path: str,
        most: float = 0.0,
        cost: Callable[[Any], float] | None = None,
        *,
        app: bool = False,
        accept: frozenset[int] = frozenset(),
        **options: Any,
    ) -> Answer:
        """``most``: cents that the call costs at most; ``cost``: what it cost, told by the answer."""
        most = 0.0 if self.free else most
        answer = self.http.request(
            method, self.base + path, headers=self._headers(app), accept=accept | {402}, cents=most, **options
        )
        if answer.status >= 400:
            self._give_back(most)
        elif cost and most and isinstance(body := answer.json(), dict):
            self._give_back(most - cost(body))
        if answer.status == 402:
            raise TryLater(
                words("Your credits at X are used up. Buy new ones in X's developer console."), CREDITS_AGAIN
            )
        return answer

    def _give_back(self, cents: float) -> None:
        if cents > 0:
            self.http.purse.give_back(cents=cents)

    def _headers(self, app: bool = False) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.app_token if app else self.token}"}
