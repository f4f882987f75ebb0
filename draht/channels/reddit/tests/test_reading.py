"""Rounds: what is new once, whatever was deleted meanwhile; the queue; many pages; what the inbox leaves out."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from draht.channels.reddit.channel import Reddit as Channel
from draht.channels.reddit.tests.double import SUBREDDIT, US, Reddit
from draht.contract.errors import LoginExpired, TryLater
from draht.contract.loopback import Loopback
from draht.contract.messages import Deletion, IncomingMessage
from draht.contract.testing import drain, item_of


def texts(events: list[IncomingMessage | Deletion]) -> list[str]:
    return [one.text for one in events if isinstance(one, IncomingMessage)]


def test_everything_comes_in_and_what_we_published_does_not(user: Channel, reddit: Reddit) -> None:
    reddit.post("Which boots?", "It snows.")
    reddit.comment("Below our post")
    reddit.message("Private")
    reddit.comment(f"Hello u/{US}", parent="t3_elsewhere")
    found = texts(drain(user, "")[0])
    assert set(found) == {"It snows.", "Below our post", "Private", f"Hello u/{US}"}


def test_below_our_post_each_comment_is_a_conversation_and_below_theirs_none(user: Channel, reddit: Reddit) -> None:
    ours = reddit.comment("Below our post")
    deeper = reddit.comment("Below that", ours["name"])
    theirs = reddit.comment("Me, too", reddit.post("Which boots?", "It snows.")["name"])
    found = {one.id: one.thread for one in drain(user, "")[0] if isinstance(one, IncomingMessage)}
    assert (found[ours["name"]], found[deeper["name"]], found[theirs["name"]]) == (ours["name"], "", "")


def test_what_is_seen_twice_in_a_round_is_one_message(user: Channel, reddit: Reddit) -> None:
    reddit.comment("Below our post")
    events, _ = drain(user, "")
    first, second = [one for one in events if isinstance(one, IncomingMessage)]
    assert first.id == second.id
    assert "can_mod_post" in first.raw, "the listing that tells more comes first"


def test_a_deletion_leaves_no_gap(user: Channel, reddit: Reddit) -> None:
    last = reddit.comment("The newest")
    cursor = drain(user, "")[1]
    del reddit.things[last["name"]]  # Reddit's own cursor would say nothing from now on
    reddit.comment("Still heard")
    assert "Still heard" in texts(drain(user, cursor)[0])


def test_many_pages_are_walked_and_not_again(user: Channel, reddit: Reddit, net: Loopback) -> None:
    reddit.now -= 86_400
    for number in range(230):
        reddit.now += 60
        reddit.comment(f"Comment {number}")
    events, cursor = drain(user, "")
    assert {f"Comment {number}" for number in range(230)} <= set(texts(events))
    reddit.comment("One more")
    net.requests.clear()
    again = texts(drain(user, cursor)[0])
    assert again[-1] == "One more"
    assert len(set(again)) <= 16, "what was written in a quarter of an hour before"
    assert len(net.requests) == 5, "one page of each listing"


def test_each_step_is_one_page(user: Channel, net: Loopback) -> None:
    net.requests.clear()
    reading = user.fetch("")
    assert reading.more
    assert len(net.requests) == 1


def test_the_first_round_looks_back_as_far_as_is_asked(user: Channel, reddit: Reddit) -> None:
    reddit.comment("Long ago", created_utc=1_000_000_000.0)
    reddit.comment("Lately")
    assert set(texts(drain(user, "")[0])) == {"Lately"}
    user.since = datetime.fromtimestamp(999_999_999, UTC)
    assert set(texts(drain(user, "")[0])) == {"Long ago", "Lately"}


def test_what_waits_in_the_queue_is_held_however_old(user: Channel, reddit: Reddit) -> None:
    old = reddit.comment("Buy followers!", created_utc=1_000_000_000.0)
    cursor = drain(user, "")[1]
    reddit.filter(old["name"])
    [held] = [one for one in drain(user, cursor)[0] if one.id == old["name"]]
    assert isinstance(held, IncomingMessage)
    assert held.held


def test_only_the_queue_is_read_if_that_is_chosen(net: Loopback, user: Channel, reddit: Reddit) -> None:
    reddit.comment("Nobody asked us", parent="t3_elsewhere")
    held = reddit.comment("Spam?", parent="t3_elsewhere")
    reddit.filter(held["name"])
    queue = Channel({**user.config, "reads": "queue"}, user.http, user.account)
    assert texts(drain(queue, "")[0]) == ["Spam?"]
    inbox = Channel({**user.config, "subreddits": ""}, user.http, user.account)
    assert texts(drain(inbox, "")[0]) == []


def test_a_subreddit_that_is_not_ours_any_more_stops_nothing(user: Channel, reddit: Reddit) -> None:
    reddit.moderated.clear()
    reddit.message("Private")
    assert "Private" in texts(drain(user, "")[0])
    [missing] = user.lacks()
    assert f"r/{SUBREDDIT}" in missing


def test_reading_again_finds_edits_deletions_and_acts(user: Channel, reddit: Reddit) -> None:
    names = [reddit.comment(text)["name"] for text in ("Edited", "Deleted", "Filtered", "Vanished")]
    items = {e.id: item_of(e) for e in drain(user, "")[0] if isinstance(e, IncomingMessage)}
    reddit.edit(names[0], "Edited, indeed")
    reddit.delete(names[1])
    reddit.filter(names[2])
    del reddit.things[names[3]]
    edited, deleted, filtered = user.look_again([items[name] for name in names]).events
    assert isinstance(edited, IncomingMessage)
    assert edited.text == "Edited, indeed"
    assert deleted == Deletion(names[1])
    assert isinstance(filtered, IncomingMessage)
    assert filtered.held


def test_private_messages_are_not_asked_for_again(user: Channel, reddit: Reddit, net: Loopback) -> None:
    reddit.message("Private")
    [event] = [one for one in drain(user, "")[0] if isinstance(one, IncomingMessage)]
    net.requests.clear()
    assert user.look_again([item_of(event)]).events == ()
    assert net.requests == []


def test_the_limit_is_kept_before_reddit_says_no(user: Channel, reddit: Reddit, net: Loopback) -> None:
    reddit.remaining = 0.0
    with pytest.raises(TryLater):
        user.fetch("")
    net.requests.clear()
    with pytest.raises(TryLater) as raised:
        user.fetch("")
    assert net.requests == [], "the purse remembers"
    assert 0 < (raised.value.after or 0) <= 300


def test_reddit_is_told_who_asks(user: Channel, reddit: Reddit) -> None:
    user.fetch("")
    assert reddit.agents[-1].endswith(f"(by /u/{US})")
    assert "client-id" in reddit.agents[-1]


def test_a_login_that_reddit_does_not_know_is_lost(user: Channel, reddit: Reddit) -> None:
    reddit.tokens.clear()
    with pytest.raises(LoginExpired):
        user.fetch("")
    with pytest.raises(LoginExpired):
        Channel({**user.config, "access_token": ""}, user.http).whoami()


def test_signing_in_and_renewing(user: Channel, reddit: Reddit) -> None:
    address = user.sign_in_address("https://desk.example/back", "state", "v" * 43)
    assert "duration=permanent" in address
    assert address.startswith(f"{user.config['site']}/api/v1/authorize?")
    kept = user.sign_in("the-code", "https://desk.example/back", "v" * 43)
    assert (kept["access_token"], kept["refresh_token"]) == ("token-0", "refresh")
    renewed = user.renew()
    assert renewed["access_token"] == "token-1"
    assert Channel({**user.config, **renewed}, user.http).whoami().id == US
    with pytest.raises(LoginExpired):
        user.sign_in("another", "https://desk.example/back", "v" * 43)


def test_what_was_not_granted_is_said(user: Channel) -> None:
    less = Channel({**user.config, "scope": "identity read"}, user.http, user.account)
    assert any("modposts" in one for one in less.lacks())
    assert user.lacks() == ()
