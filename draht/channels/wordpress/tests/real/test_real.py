"""A conversation with the visitors of a real blog: what they see, what we see, and what the blog's owner does."""

from __future__ import annotations

import html

import pytest

from draht.channels.wordpress.channel import WordPress
from draht.channels.wordpress.client import PAGE
from draht.channels.wordpress.reading import WINDOW
from draht.channels.wordpress.tests.real.server import RealWordPress
from draht.contract.channel import Act
from draht.contract.errors import LoginExpired, Refused
from draht.contract.http import Http
from draht.contract.messages import Deletion, Event, IncomingMessage, Item, OutgoingPost, OutgoingReply
from draht.contract.testing import drain, item_of

pytestmark = pytest.mark.real

TEXT = 'Das kostet 1 < 2 & "3" € \\ [gallery] 😡\n\n<b>Wirklich</b>: it\'s -- so'


def messages(events: list[Event]) -> list[IncomingMessage]:
    assert all(isinstance(event, IncomingMessage) for event in events)
    return [event for event in events if isinstance(event, IncomingMessage)]


def written(site: RealWordPress, wordpress: WordPress, text: str) -> tuple[Item, str]:
    """A visitor's comment as it arrives, and the cursor behind it."""
    site.comment(text)
    reading = wordpress.fetch("")
    return item_of(messages(list(reading.events))[-1]), reading.cursor or ""


def answer(to: Item, text: str = "Yes, within two days.") -> OutgoingReply:
    return OutgoingReply(key="0190c3f2-0000-7000-8000-000000000001", text=text, to=to)


def test_a_visitors_comment_arrives(site: RealWordPress, wordpress: WordPress) -> None:
    cursor = drain(wordpress, "")[1]
    site.comment('The zipper broke 😡\nafter 2 < 3 days & "more"')
    (message,) = messages(drain(wordpress, cursor)[0])
    assert message.text == 'The zipper broke 😡\nafter 2 < 3 days & "more"'
    assert (message.author.name, message.author.id) == ("Jane", "guest-jane@example.test")
    assert (message.title, message.parent, message.held) == ("Hello world!", "", False)
    assert message.url.startswith(f"{site.url}/20")
    assert message.url.endswith(f"/hello-world/#comment-{message.id}")
    assert {"author_ip", "author_user_agent"}.isdisjoint(message.raw)


def test_our_answer_stands_on_the_page(site: RealWordPress, wordpress: WordPress) -> None:
    item, cursor = written(site, wordpress, "Do you deliver?")
    sent = wordpress.reply(answer(item))
    page = site.visit("/?p=1")
    assert "Yes, within two days." in page
    below = page[page.index(f'id="comment-{item.id}"') :]
    assert '<ul class="children">' in below
    assert f'id="comment-{sent.id}"' in below
    (echo,) = messages(drain(wordpress, cursor)[0])
    assert wordpress.account is not None
    assert (echo.id, echo.author.id, echo.parent) == (sent.id, wordpress.account.id, item.id)


def test_every_sign_arrives_on_the_page(site: RealWordPress, wordpress: WordPress) -> None:
    item, cursor = written(site, wordpress, "?")
    wordpress.reply(answer(item, TEXT))
    assert "&lt;b&gt;Wirklich&lt;/b&gt;" in site.visit("/?p=1")
    (echo,) = messages(drain(wordpress, cursor)[0])
    assert echo.text == TEXT


def test_moderation_by_us(site: RealWordPress, wordpress: WordPress) -> None:
    site.php("return update_option('comment_moderation', '1');")
    item, cursor = written(site, wordpress, "May I?")
    assert item.held
    assert "May I?" not in site.visit("/?p=1")

    wordpress.moderate(Act.APPROVE, item)
    events, cursor = drain(wordpress, cursor)
    assert not messages(events)[0].held
    assert "May I?" in site.visit("/?p=1")

    wordpress.moderate(Act.HOLD, item)
    wordpress.moderate(Act.HOLD, item)
    events, cursor = drain(wordpress, cursor)
    assert messages(events)[0].held
    assert "May I?" not in site.visit("/?p=1")


@pytest.mark.parametrize(("act", "status"), [(Act.SPAM, "spam"), (Act.DELETE, "trash")])
def test_taken_away_by_us(site: RealWordPress, wordpress: WordPress, act: Act, status: str) -> None:
    item, cursor = written(site, wordpress, "Buy my watches")
    wordpress.moderate(act, item)
    wordpress.moderate(act, item)
    assert site.php(f"return wp_get_comment_status({item.id});") == status
    (gone,), cursor = drain(wordpress, cursor)
    assert isinstance(gone, Deletion)
    assert gone.id == item.id
    assert "Buy my watches" not in site.visit("/?p=1")


@pytest.mark.parametrize(
    ("away", "back"),
    [
        ("wp_trash_comment", "wp_untrash_comment"),
        ("wp_spam_comment", "wp_unspam_comment"),
    ],
)
def test_taken_away_on_the_blog_and_brought_back(
    site: RealWordPress, wordpress: WordPress, away: str, back: str
) -> None:
    item, cursor = written(site, wordpress, "Hello")
    site.php(f"return {away}({item.id});")
    (gone,), cursor = drain(wordpress, cursor)
    assert isinstance(gone, Deletion)
    assert (gone.id, gone.at is not None) == (item.id, True)
    site.php(f"return {back}({item.id});")
    (again,) = messages(drain(wordpress, cursor)[0])
    assert again.id == item.id


def test_the_post_goes_to_the_trash_with_its_comments(site: RealWordPress, wordpress: WordPress) -> None:
    item, cursor = written(site, wordpress, "Hello")
    site.php("return (bool) wp_trash_post(1);")
    (gone,), cursor = drain(wordpress, cursor)
    assert gone.id == item.id
    site.php("wp_untrash_post(1); return wp_publish_post(1);")
    assert [message.id for message in messages(drain(wordpress, cursor)[0])] == [item.id]


def test_an_edit_on_the_blog_is_seen(site: RealWordPress, wordpress: WordPress) -> None:
    item, cursor = written(site, wordpress, "Teh zipper")
    site.php(f"return wp_update_comment(['comment_ID' => {item.id}, 'comment_content' => 'The zipper']);")
    (edited,) = messages(drain(wordpress, cursor)[0])
    assert (edited.id, edited.text) == (item.id, "The zipper")


def test_a_deletion_for_good_is_seen(site: RealWordPress, wordpress: WordPress) -> None:
    item, cursor = written(site, wordpress, "Hello")
    site.php(f"return wp_delete_comment({item.id}, true);")
    (gone,), _ = drain(wordpress, cursor)
    assert isinstance(gone, Deletion)
    assert gone.id == item.id
    wordpress.moderate(Act.DELETE, item)
    with pytest.raises(Refused, match="gone"):
        wordpress.moderate(Act.APPROVE, item)


def test_a_post_is_public(site: RealWordPress, wordpress: WordPress) -> None:
    sent = wordpress.publish(OutgoingPost("key", TEXT, "Boots <new> & [gallery]", "https://shop.example/?a=1&b=2"))
    page = html.unescape(site.visit(sent.url.removeprefix(site.url)))
    assert "<h1>Boots <new> & [gallery]</h1>" in page
    assert "[gallery] 😡" in page
    assert '<a href="https://shop.example/?a=1&b=2">' in page
    assert sent.id.startswith("post-")


def test_the_same_answer_twice_is_one(site: RealWordPress, wordpress: WordPress) -> None:
    item, _ = written(site, wordpress, "?")
    first = wordpress.reply(answer(item))
    assert wordpress.reply(answer(item)) == first
    assert site.visit("/?p=1").count("Yes, within two days.") == 1


@pytest.mark.parametrize("text", ["Yes, within two days.", TEXT, "  lines\n\n\n\n\nand space  ", "a\\b", "äöü ﬁ ½"])
def test_an_answer_is_found_by_its_words(site: RealWordPress, wordpress: WordPress, text: str) -> None:
    item, _ = written(site, wordpress, "?")
    assert wordpress.find_reply(answer(item, text)) is None
    sent = wordpress.reply(answer(item, text))
    found = wordpress.find_reply(answer(item, text))
    assert found is not None
    assert found.id == sent.id
    assert wordpress.find_reply(answer(item, text + "!")) is None


def test_closed_comments_say_so(site: RealWordPress, wordpress: WordPress) -> None:
    item, _ = written(site, wordpress, "?")
    site.sql("UPDATE wp_posts SET comment_status = 'closed' WHERE ID = 1")
    with pytest.raises(Refused, match="comments are closed"):
        wordpress.reply(answer(item))


def test_the_longest_answer(site: RealWordPress, wordpress: WordPress) -> None:
    item, _ = written(site, wordpress, "?")
    counter = wordpress.counter(item)
    longest = "&" * (counter.limit // 5)
    wordpress.reply(answer(item, longest))
    with pytest.raises(Refused, match="maximum length"):
        wordpress.reply(answer(item, longest + "&"))


def test_a_wrong_password_asks_for_a_new_login(site: RealWordPress, wordpress: WordPress) -> None:
    item, _ = written(site, wordpress, "?")
    http = Http(timeout=30)
    wrong = WordPress({"url": site.url, "username": "agent", "password": "wrong"}, http, wordpress.account)
    for attempt in (
        wrong.whoami,
        lambda: wrong.fetch(""),
        lambda: wrong.reply(answer(item)),
        lambda: wrong.moderate(Act.SPAM, item),
        lambda: wrong.publish(OutgoingPost("key", "text", "title")),
    ):
        with pytest.raises(LoginExpired):
            attempt()
    http.close()


def test_a_right_that_is_missing_is_named(site: RealWordPress) -> None:
    http = Http(timeout=30)
    writer = WordPress({"url": site.url, "username": "writer", "password": site.passwords["writer"]}, http)
    with pytest.raises(Refused, match="writer has no right to moderate comments"):
        writer.whoami()
    with pytest.raises(Refused, match="403"):
        writer.fetch("")
    http.close()


def test_plain_permalinks(site: RealWordPress, wordpress: WordPress) -> None:
    site.php("update_option('permalink_structure', ''); return flush_rewrite_rules(false);")
    try:
        item, _ = written(site, wordpress, "?")
        assert wordpress.reply(answer(item)).url == f"{site.url}/?p=1#comment-{int(item.id) + 1}"
    finally:
        site.php("update_option('permalink_structure', '/%year%/%postname%/'); return flush_rewrite_rules(false);")


def test_a_busy_blog_is_read_whole_and_only_once(site: RealWordPress, wordpress: WordPress) -> None:
    """The site's own clock is three and a half hours behind UTC; the second time begins where the first ended."""
    count = 2 * WINDOW * PAGE + 7
    cursor = ""
    for start in (1_793_000_000, 1_793_000_000 + 40 * count):
        site.php(
            f"for ($i = 0; $i < {count}; $i++) {{ $t = gmdate('Y-m-d H:i:s', {start} + 40 * $i);"
            f"wp_insert_comment(['comment_post_ID' => 1, 'comment_content' => \"c {start} $i\","
            "'comment_date_gmt' => $t, 'comment_date' => get_date_from_gmt($t)]); }"
        )
        events, cursor = drain(wordpress, cursor)
        texts = [message.text for message in messages(events) if f"c {start} " in message.text]
        assert list(dict.fromkeys(texts)) == [f"c {start} {i}" for i in range(count)]
        assert drain(wordpress, cursor)[0] == []
    site.comment("And now?")
    assert [message.text for message in messages(drain(wordpress, cursor)[0])] == ["And now?"]
