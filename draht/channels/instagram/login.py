"""Two ways to sign in: at Instagram itself, or at Facebook through the page that the account is linked to."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from draht.channels.instagram import mapper
from draht.contract.channel import Channel, Setting
from draht.contract.errors import LoginExpired, TryLater
from draht.contract.graph import BASE, Graph
from draht.contract.graph_login import DIALOG, GraphLogin
from draht.contract.login import OAuth2, Offer, Scope, SignsIn
from draht.contract.words import words

DIRECT = "https://graph.instagram.com/v25.0"
CODE = "https://api.instagram.com/oauth/access_token"
AUTHORIZE = "https://www.instagram.com/oauth/authorize"
WEEK = 7 * 86_400
SCOPES = (
    Scope("instagram_business_basic", words("to read the account, its posts and the comments below them")),
    Scope("instagram_business_manage_comments", words("to answer, hide and delete comments")),
    Scope("instagram_business_manage_messages", words("to read and answer direct messages")),
    Scope("instagram_business_content_publish", words("to publish posts")),
)
PAGE_SCOPES = (
    Scope("instagram_basic", words("to read the account, its posts and the comments below them")),
    Scope("instagram_manage_comments", words("to answer, hide and delete comments, and to read mentions")),
    Scope("instagram_manage_messages", words("to read and answer direct messages")),
    Scope("instagram_content_publish", words("to publish posts")),
    Scope("pages_show_list", words("to find the page that the account is linked to")),
    Scope("pages_read_engagement", words("to read which account a page is linked to")),
    Scope("pages_manage_metadata", words("to be told at once when something is new")),
)


SETTINGS = (
    Setting("client_id", words("App ID"), words("The Instagram app ID, or with Facebook the app's own ID")),
    Setting("client_secret", words("App secret"), words("The one beside that ID"), secret=True),
    Setting(
        "through",
        words("Sign in at"),
        words("At Facebook only an account that is linked to a page; the guide compares the two."),
        choices=(("instagram", "Instagram"), ("facebook", "Facebook")),
        default="instagram",
    ),
    Setting("app_id", words("ID of the Meta app"), words("At instagram only: sets up the hook"), required=False),
    Setting("app_secret", words("Secret of the Meta app"), words("Beside that ID"), secret=True, required=False),
)


class DirectLogin(SignsIn):
    """At Instagram: a token lasts 60 days and is renewed a week before. Source: developers.facebook.com/documentation/
    instagram-platform/instagram-api-with-instagram-login/business-login, reference/refresh_access_token."""

    oauth: ClassVar[OAuth2] = OAuth2(AUTHORIZE, CODE, SCOPES, between=",", margin=WEEK)

    def __init__(self, channel: Channel) -> None:
        self.channel = channel

    @property
    def _own(self) -> Channel:
        return self.channel

    def sign_in_address(self, back: str, state: str, verifier: str) -> str:
        address = super().sign_in_address(back, state, verifier)
        return address.replace(AUTHORIZE, self.channel.config.get("dialog") or AUTHORIZE, 1)

    def sign_in(self, code: str, back: str, verifier: str) -> Mapping[str, str]:
        config = self.channel.config
        app = {"client_id": config["client_id"], "client_secret": config["client_secret"]}
        host, _, path = (config.get("code") or CODE).rpartition("/oauth/")
        asked = app | {
            "grant_type": "authorization_code",
            "redirect_uri": back,
            "code": code,
            "code_verifier": verifier,
        }
        told = Graph(self.channel.http, "", base=f"{host}/oauth").post(path, asked, repeatable=True)
        short = told["data"][0] if isinstance(told.get("data"), list) and told["data"] else told
        secret = {"grant_type": "ig_exchange_token", "client_secret": config["client_secret"]}
        return self._lasting(_text(short.get("access_token")), "access_token", secret) | _granted(short)

    def renew(self) -> Mapping[str, str]:
        token = self.channel.config.get("access_token", "")
        if not token:
            raise LoginExpired(words("Nobody has signed in yet."))
        return self._lasting(token, "refresh_access_token", {"grant_type": "ig_refresh_token"})

    def _lasting(self, token: str, path: str, asked: Mapping[str, str]) -> dict[str, str]:
        base = (self.channel.config.get("api") or DIRECT).rpartition("/v")[0]
        told = Graph(self.channel.http, token, base=base).get(path, access_token=token, **asked)
        ends = told.get("expires_in")
        lasts = str(int(time.time() + ends)) if isinstance(ends, int | float) else ""
        return {"access_token": _text(told.get("access_token")), "expires_at": lasts}


class PageLogin(GraphLogin):
    """At Facebook: the token of a page, which does not run out."""

    oauth: ClassVar[OAuth2] = OAuth2(DIALOG, "", PAGE_SCOPES, between=",")

    def __init__(self, channel: Channel) -> None:
        self.channel = channel

    @property
    def _own(self) -> Channel:
        return self.channel


def offers(graph: Graph) -> Sequence[Offer]:
    """The accounts that are linked to somebody's pages, each with the token of its page."""
    found, after = [], ""
    while True:
        fields = "id,access_token,instagram_business_account{id,username,name}"
        page = graph.page("me/accounts", after, fields=fields, limit=100)
        found += [one for one in page.items if one.get("instagram_business_account") and one.get("access_token")]
        if not (after := page.after):
            break
    return [
        Offer(
            mapper.to_account(one["instagram_business_account"]),
            {"access_token": str(one["access_token"]), "expires_at": ""},
        )
        for one in found
    ]


def base_of(config: Mapping[str, str], through_page: bool) -> str:
    return config.get("api") or (BASE if through_page else DIRECT)


def _granted(told: Mapping[str, Any]) -> dict[str, str]:
    """What was agreed to: a list, or names with commas."""
    names = told.get("permissions")
    return {"scope": ",".join(names) if isinstance(names, list) else names} if isinstance(names, list | str) else {}


def _text(told: Any) -> str:
    if not isinstance(told, str):
        raise TryLater(words("The network answered with something that is not a token."))
    return told
