"""The customers' pages, as a browser without JavaScript uses them."""

from __future__ import annotations

import re

import pytest

from draht.channels.sandbox.site import Site
from draht.channels.sandbox.site.tree import trees
from draht.channels.sandbox.site.words import language_of
from draht.channels.sandbox.tests.calls import Browser, call
from draht.channels.sandbox.tests.conftest import Town

WRITE = "/@nordlicht/write"


@pytest.fixture
def ben(town: Town) -> Browser:
    return Browser(Site(town.network))


def test_the_way_to_the_wall(town: Town, ben: Browser) -> None:
    assert ben.get("").headers["Location"] == "/sandbox/"
    assert ben.get("/").headers["Location"] == "/sandbox/@nordlicht"
    page = ben.get("/@nordlicht")
    assert page.status == 200
    assert "stays on this machine" in page.text
    assert '<a href="/">Open the desk' in page.text
    assert "Set-Cookie" not in page.headers


def test_a_network_without_a_company_says_so(town: Town, tmp_path: object) -> None:
    from draht.channels.sandbox.network import Network

    network = Network(town.data_dir / "empty", town.clock)
    assert "Nobody is here yet" in Browser(Site(network)).get("/").text
    network.close()


def test_write_answer_edit_delete_without_javascript(town: Town, ben: Browser) -> None:
    page = ben.submit(WRITE, name="Ben", text="Hello?")
    assert "Hello?" in page.text
    post = town.network.messages.posts(town.company, 10**9, 1)[0]
    page = ben.submit(WRITE, text="Anybody?", parent=str(post.id), back=f"/p/{post.id}")
    assert page.text.count("Anybody?") == 2  # as text, and in the form that edits it
    assert "Hello there" in ben.submit(f"/m/{post.id}/edit", text="Hello there").text
    answer = town.network.messages.thread(post.id)[1]
    assert "Anybody?" not in ben.submit(f"/m/{answer.id}/delete", back="/@nordlicht").text
    assert answer.author.name == "Ben"


def test_private_messages_are_private(town: Town, ben: Browser) -> None:
    page = ben.submit(WRITE, name="Ben", text="My secret", private="yes")
    assert "My secret" in page.text
    cara = Browser(ben.app)
    cara.submit(WRITE, name="Cara", text="Hello")
    for path in ("/@nordlicht", "/@nordlicht/messages", "/@nordlicht/you", "/p/1"):
        assert "My secret" not in cara.get(path).text
    secret = town.network.messages.events(town.company, 0, 1)[0]["message"]["id"]
    assert cara.get(f"/p/{secret}").status == 404
    for path, fields in ((f"/m/{secret}/edit", {"text": "x"}), (f"/m/{secret}/delete", {})):
        assert cara.post(path, fields).status == 403
    assert cara.post(WRITE, {"text": "x", "parent": secret, "private": "yes"}).status == 404


def test_unread_private_messages_are_counted_until_seen(town: Town, ben: Browser) -> None:
    ben.submit(WRITE, name="Ben", text="Hello?")
    post = town.network.messages.posts(town.company, 10**9, 1)[0]
    town.clock.ms += 1000
    town.network.messages.write(town.company, town.company, "Yes?", parent=post.id, private=True)
    assert '<span class="badge">1' in ben.get("/@nordlicht").text
    town.clock.ms += 1000
    assert "Yes?" in ben.get("/@nordlicht/messages").text
    assert 'class="badge"' not in ben.get("/@nordlicht").text


def test_everything_is_escaped(town: Town, ben: Browser) -> None:
    evil = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{7*7}}"
    page = ben.submit(WRITE, name="<b>Ben</b>", text=evil)
    page2 = ben.submit(WRITE, text=evil, private="yes")
    for text in (page.text, page2.text, ben.get("/@nordlicht/you").text):
        assert "<script>alert" not in text
        assert "<img src=x" not in text
        assert "<b>Ben" not in text
        assert "49" not in re.sub(r"\d{5,}|[0-9a-f]{8,}", "", text).replace("{{7*7}}", "")
        assert "&lt;b&gt;Ben&lt;/b&gt;" in text


def test_nothing_inline_and_a_strict_policy(town: Town, ben: Browser) -> None:
    ben.submit(WRITE, name="Ben", text="Hello")
    for path in ("/@nordlicht", "/@nordlicht/messages", "/@nordlicht/you", "/p/1", "/nothing"):
        page = ben.get(path)
        assert page.headers["Content-Security-Policy"].startswith("default-src 'self';")
        assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", page.text)
        assert re.findall(r"<script[^>]*>([^<]*)</script>", page.text) == ["", ""]
        for address in re.findall(r'(?:src|href|action)="([^"]*)"', page.text):
            assert address.startswith(("/sandbox/", "#")) or address == "/"


def test_static_files_are_kept_by_their_content(town: Town, ben: Browser) -> None:
    address = re.search(r'href="/sandbox(/static/site.css\?v=\w+)"', ben.get("/@nordlicht").text)
    assert address
    answer = ben.get(address[1])
    assert (answer.headers["Content-Type"], answer.status) == ("text/css; charset=utf-8", 200)
    assert "immutable" in answer.headers["Cache-Control"]
    for path in ("/static/../site.py", "/static/", "/static/%2e%2e/site.py"):
        assert ben.get(path).status == 404


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": ""},
        {"Origin": "null"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
    ],
)
def test_forms_of_other_sites_are_refused(town: Town, ben: Browser, headers: dict[str, str]) -> None:
    answer = ben.post(WRITE, {"name": "Ben", "text": "Hello"}, **headers)
    assert answer.status == 403
    assert "another site" in answer.text
    assert town.network.messages.last_seq(town.company) == 0


def test_bad_forms_are_refused_with_a_reason(town: Town, ben: Browser) -> None:
    assert "A message needs a text" in ben.post(WRITE, {"name": "Ben", "text": " "}).text
    assert "600 characters" in ben.post(WRITE, {"name": "Ben", "text": "x" * 600}).text
    assert "1 to 40" in ben.post(WRITE, {"text": "Hello"}).text
    assert ben.post(WRITE, {"name": "Ben", "text": "x" * 70_000}).status == 413
    assert ben.post(WRITE, {"name": "Ben", "text": "x"}, Content_Type="multipart/form-data").status == 415
    assert ben.post("/m/1/edit", {"text": "x"}).status == 403
    assert ben.post("/@nordlicht/weather", {"weather": "hail"}).status == 422
    assert ben.post("/@nobody/write", {"name": "Ben", "text": "x"}).status == 404
    for odd in ("²", "-1", "9" * 19, "9" * 5000):
        assert ben.post(WRITE, {"name": "Ben", "text": "x", "parent": odd}).status == 400
    assert ben.post("/nothing", {}).status == 404
    assert ben.get("/@nordlicht/write").status == 404
    assert call(ben.app, "DELETE", "/@nordlicht").status == 405
    assert town.network.messages.last_seq(town.company) == 0
    assert town.network.members.of_visitor(ben.cookies.get("sandbox_visitor", "")) == []


def test_nobody_is_led_astray(ben: Browser) -> None:
    for back in ("https://evil.example", "//evil.example", "/../..", "/@x\r\nX: y"):
        answer = ben.post(WRITE, {"name": "Ben", "text": "Hello", "back": back})
        assert answer.headers["Location"].startswith("/sandbox/@nordlicht#m")


def test_the_cookie_is_for_us_alone(ben: Browser) -> None:
    answer = ben.post(WRITE, {"name": "Ben", "text": "Hello"})
    cookie = answer.headers["Set-Cookie"]
    for part in ("HttpOnly", "SameSite=Lax", "Secure", "Path=/sandbox/"):
        assert part in cookie


def test_double_clicks_write_once(town: Town, ben: Browser) -> None:
    for _ in range(2):
        ben.submit(WRITE, name="Ben", text="Hello?", key="k1")
    assert len(town.network.messages.posts(town.company, 10**9, 10)) == 1


def test_several_names_in_one_browser(town: Town, ben: Browser) -> None:
    ben.submit(WRITE, name="Ben", text="I am Ben")
    town.clock.ms += 1
    assert "Be Ben" in ben.submit("/@nordlicht/join", name="Cara", back="/@nordlicht/you").text
    ben.submit(WRITE, text="I am Cara")
    said = {m.text: m.author.name for m in town.network.messages.posts(town.company, 10**9, 10)}
    assert said == {"I am Ben": "Ben", "I am Cara": "Cara"}


def test_blocking_answers(town: Town, ben: Browser) -> None:
    ben.submit(WRITE, name="Ben", text="Hello")
    assert "have blocked answers" in ben.submit("/@nordlicht/answers", takes="no").text
    assert not town.network.members.of_visitor(ben.cookies["sandbox_visitor"])[0].takes_answers


def test_held_and_deleted_messages(town: Town, ben: Browser) -> None:
    ben.submit(WRITE, name="Ben", text="See https://x.example")
    assert "Only you see this" in ben.get("/@nordlicht").text
    assert "x.example" not in Browser(ben.app).get("/@nordlicht").text
    post = town.network.messages.posts(town.company, 10**9, 1)[0]
    town.network.messages.moderate(town.company, post.id, "public")
    assert "x.example" in Browser(ben.app).get("/@nordlicht").text
    town.network.messages.write(town.company, town.company, "Thank you!", parent=post.id)
    town.network.messages.delete(town.company, post.id)
    page = Browser(ben.app).get("/@nordlicht").text
    assert "This message is gone" in page
    assert "Thank you!" in page


def test_pages_of_posts(town: Town, ben: Browser) -> None:
    for number in range(20):
        town.network.messages.write(town.company, town.company, f"Post {number:02}.")
    first = ben.get("/@nordlicht").text
    assert "Post 19." in first
    assert "Post 05." in first
    assert "Post 04." not in first
    older = re.search(r'href="/sandbox(/@nordlicht\?before=\d+)"', first)
    assert older
    second = ben.get(older[1]).text
    assert "Post 04." in second
    assert "Post 05." not in second


def test_a_page_that_is_known_is_not_sent_again(town: Town, ben: Browser) -> None:
    ben.submit(WRITE, name="Ben", text="Hello?")
    post = town.network.messages.posts(town.company, 10**9, 1)[0]
    for path in ("/@nordlicht", f"/p/{post.id}", "/@nordlicht/messages"):
        ben.get(path)
        known = re.search(r'data-known="([^"]*)"', ben.get(path).text)
        assert known
        assert ben.get(f"{path}?known={known[1]}").status == 204
        town.clock.ms += 10
        town.network.messages.write(town.company, town.company, "Yes!", parent=post.id)
        assert "data-known" in ben.get(f"{path}?known={known[1]}").text


def test_deep_threads_stay_readable_and_never_overflow(town: Town, ben: Browser) -> None:
    parent = None
    with town.network.at_once():
        for number in range(1500):
            town.clock.ms += 60_000
            parent = town.network.messages.write(town.ada, town.company, f"No. {number}.", parent=parent).id
    nodes = trees(town.network.messages.posts(town.company, 10**9, 1), None)
    assert len(nodes) == 1
    assert len(nodes[0].answers[0].answers[0].answers) == 1497
    page = ben.get("/@nordlicht").text
    assert "No. 1499." in page
    assert "to Ada Berger" in page


@pytest.mark.parametrize(
    ("accept", "language"),
    [
        ("", "en"),
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("fr,es;q=0.7,de;q=0.3", "es"),
        ("en;q=0.2,de;q=0.9", "de"),
        ("fr-FR", "en"),
        ("de;q=nonsense,,;;", "en"),
    ],
)
def test_the_reader_s_language(accept: str, language: str) -> None:
    assert language_of(accept) == language


def test_errors_in_the_reader_s_language(town: Town) -> None:
    page = Browser(Site(town.network), language="de").post(WRITE, {"name": "Ben", "text": "x" * 501})
    assert "Der Text hat 501 Zeichen; erlaubt sind 500." in page.text
    assert 'lang="de"' in page.text


def test_our_own_script_gets_json(ben: Browser) -> None:
    told = ben.post(WRITE, {"name": "Ben", "text": "Hello"}, Accept="application/json")
    assert told.json["ok"] is True
    assert told.json["new_name"] is True
    no = ben.post(WRITE, {"text": ""}, Accept="application/json")
    assert (no.status, no.json["error"]["message"]) == (422, "A message needs a text.")
