"""Archives come in by the road of all messages: small files that are strange in every way, and real ones."""

from __future__ import annotations

import argparse
import gzip
import time
from pathlib import Path

import pytest

from draht.connections.actions import leftovers
from draht.connections.models import Connection
from draht.core.journal.queries import newest
from draht.core.people.access import Viewer
from draht.core.people.models import Department
from draht.features.inbox import queries
from draht.features.inbox.search import search
from draht.flows.import_archive import BATCH, Imported, Row, import_rows, make_archive
from draht.project.archives.lines import MOST_BYTES, Unreadable
from draht.project.commands.import_ import arguments, import_file
from draht.project.tests.shared import shared_file

HEAD = "id,text,at,author,parent\n"


def options(path: Path, *more: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    arguments(parser)
    return parser.parse_args([str(path), "--yes", *more])


def take(path: Path, content: bytes | str, *more: str) -> int:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return import_file(options(path, *more))


def texts(viewer: Viewer) -> list[str]:
    found = queries.conversations(viewer, "all").rows
    return sorted(entry.text for row in found for entry in queries.thread(viewer, row.id).entries)


def reasons() -> list[str]:
    archive = Connection.objects.get()
    return [left.reason for left in leftovers(archive.pk)]


@pytest.fixture
def file(tmp_path: Path, service: Department) -> Path:
    return tmp_path / "messages.csv"


def test_a_table_becomes_conversations(file: Path, as_cem: Viewer) -> None:
    answer = "2,We look at it.,2024-01-05 10:05,Acme,1\n"
    assert take(file, HEAD + "1,Where is it?,2024-01-05 10:00,Ada,\n" + answer, "--ours", "acme", "--open") == 0
    [row] = queries.conversations(as_cem, "all").rows
    assert (row.person_name, row.state, row.department_name) == ("Ada", "waiting", "Service")
    assert [(e.text, e.ours) for e in queries.thread(as_cem, row.id).entries] == [
        ("Where is it?", False),
        ("We look at it.", True),
    ]


def test_a_second_import_changes_nothing(file: Path, as_cem: Viewer) -> None:
    content = HEAD + "1,One,2024-01-05 10:00,Ada,\n,No id,2024-01-05 10:01,Ada,\n3,Broken,soon,Ada,\n"
    take(file, content)
    before = (texts(as_cem), reasons(), newest())
    assert take(file, content) == 0
    assert (texts(as_cem), reasons(), newest()) == before


def test_an_interrupted_import_goes_on(service: Department, as_cem: Viewer) -> None:
    rows = [Row(n, {"id": str(n), "text": f"Message {n}", "at": 1_700_000_000 + n}) for n in range(BATCH + 10)]
    archive = make_archive("Archive", service.pk)
    first = import_rows(archive, iter(rows))
    assert next(first).new == BATCH
    first.close()  # somebody pressed Ctrl-C
    *_, total = import_rows(archive, iter(rows))
    assert (total.rows, total.new) == (BATCH + 10, 10)


def test_strange_rows_are_named_and_never_stop_the_others(
    file: Path, as_cem: Viewer, capsys: pytest.CaptureFixture[str]
) -> None:
    content = (
        HEAD
        + "1,Fine,2024-01-05 10:00,Ada,\n"
        + "2,No time,,Ada,\n"
        + '3,"two\nlines",2024-01-05 10:02,Ada,\n'
        + "4,too,many,columns,in,it\n"
        + "5,,2024-01-05 10:03,Ada,\n"
        + "\n"
        + '6,a "quoted" word,2024-01-05 10:04,Ada,\n'
        + "7,Fine too,2024-01-05 10:05,Ada,\n"
    )
    assert take(file, content) == 0
    assert texts(as_cem) == ["Fine", "Fine too", 'a "quoted" word', "two\nlines"]
    assert [reason.partition(":")[0] for reason in reasons()] == ["line 3", "line 6", "line 7"]
    said = capsys.readouterr().out
    assert "line 3: it has no time" in said
    assert "line 6: it has 6 columns, the first line names 5" in said
    assert "line 7: it has no text" in said


def test_a_quotation_mark_that_is_not_closed_costs_one_row(file: Path, as_cem: Viewer) -> None:
    rows = [f"{n},Message {n},2024-01-05 10:00,Ada,\n" for n in range(1500)]
    rows[3] = '3,"Message 3,2024-01-05 10:00,Ada,\n'
    assert take(file, HEAD + "".join(rows)) == 0
    assert reasons() == ["line 5: a quotation mark is not closed"]
    assert search(as_cem, "1499").hits
    assert search(as_cem, "Message 4").hits


def test_a_line_of_more_than_ten_megabytes_is_refused(file: Path, as_cem: Viewer) -> None:
    long = "2," + "x" * (MOST_BYTES + 5) + ",2024-01-05 10:00,Ada,\n"
    take(file, HEAD + "1,Fine,2024-01-05 10:00,Ada,\n" + long + "3,Fine too,2024-01-05 10:00,Ada,\n")
    assert texts(as_cem) == ["Fine", "Fine too"]
    assert reasons() == ["line 3: the line is longer than 10 MB"]


def test_a_long_text_is_cut_and_kept_whole_beside_it(
    file: Path, as_cem: Viewer, capsys: pytest.CaptureFixture[str]
) -> None:
    take(file, HEAD + "1," + "ä" * 120_000 + ",2024-01-05 10:00,Ada,\n")
    [text] = texts(as_cem)
    assert len(text) == 100_000
    assert "1 were longer than 100,000 characters and were cut" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("Grüße".encode("cp1252"), "1 lines were not UTF-8 and were read as Windows-1252"),
        ("\ufeffGrüße".encode(), ""),
        ("Grüße".encode(), ""),
    ],
)
def test_encodings_are_recognised(
    file: Path, as_cem: Viewer, content: bytes, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    bom, content = (content[:3], content[3:]) if content.startswith(b"\xef\xbb\xbf") else (b"", content)
    take(file, bom + b"text;at\n" + content + b";2024-01-05 10:00\n")
    assert texts(as_cem) == ["Grüße"]
    out = capsys.readouterr().out
    assert said in out
    assert bool(said) == ("Windows" in out)


def test_broken_bytes_within_utf8_are_replaced_and_said(
    file: Path, as_cem: Viewer, capsys: pytest.CaptureFixture[str]
) -> None:
    take(file, "text,at\nGrüße,2024-01-05\n".encode() + b"kaputt \xff\xfe,2024-01-05\n")
    assert texts(as_cem) == ["Grüße", "kaputt ��"]
    assert "1 lines had broken characters" in capsys.readouterr().out


def test_control_characters_do_not_reach_the_desk(file: Path, as_cem: Viewer) -> None:
    take(file, HEAD + "1\x00,a\x00b\x1b[31mred\x07,2024-01-05,\x00Ada\u202e,\n")
    assert texts(as_cem) == ["ab[31mred"]
    assert queries.conversations(as_cem, "all").rows[0].person_name == "Ada"


def test_packed_json_lines_with_nested_names(file: Path, as_cem: Viewer) -> None:
    lines = '{"full_text": "Hi", "created_at": 1700000000, "user": {"screen_name": "ada", "id": 9}}\n{"x": \n'
    assert take(file, gzip.compress(lines.encode())) == 0
    assert texts(as_cem) == ["Hi"]
    assert queries.conversations(as_cem, "all").rows[0].handle == "ada"
    [reason] = reasons()
    assert reason.startswith("line 2: it is no JSON object")


def test_a_packed_file_that_breaks_off_keeps_what_was_read(
    file: Path, as_cem: Viewer, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = gzip.compress("".join(f'{{"text": "m{n}", "at": {1_700_000_000 + n}}}\n' for n in range(5000)).encode())
    assert take(file, whole[: len(whole) * 3 // 4]) == 1
    assert "breaks off after line" in capsys.readouterr().err
    assert queries.conversations(as_cem, "all").rows


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty"),
        (b'[{"text": "a"}]', "jq -c"),
        ("text,at\n".encode("utf-16"), "UTF-16"),
        (b"PK\x03\x04\x00\x00\x00\n", "no text file"),
    ],
)
def test_a_file_that_is_something_else_is_refused_with_what_helps(file: Path, content: bytes, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        take(file, content)
    assert not Connection.objects.exists()


def test_columns_that_nobody_can_guess_are_asked_for(
    file: Path, as_cem: Viewer, capsys: pytest.CaptureFixture[str]
) -> None:
    content = "what,moment\nHello,2024-01-05\n"
    assert take(file, content) == 1
    assert "Which column is text and which is at? Say it with --map text=COLUMN." in capsys.readouterr().out
    assert take(file, content, "--map", "text=what,at=moment") == 0
    assert texts(as_cem) == ["Hello"]


@pytest.mark.parametrize(
    ("told", "why"),
    [("text=nothing", "no column 'nothing'"), ("texts=text", "On the left can stand"), ("text", "pairs")],
)
def test_a_wrong_map_is_explained(file: Path, told: str, why: str) -> None:
    file.write_text("text,at\nHello,2024-01-05\n")
    from draht.project.archives.columns import WrongMap

    with pytest.raises(WrongMap, match=why):
        import_file(options(file, "--map", told))


def test_a_preview_touches_nothing(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text(HEAD + "1,Where is it?,2024-01-05 10:00,Ada,\n2,x,soon,Ada,\n")
    assert import_file(options(file, "--preview")) == 0
    out = capsys.readouterr().out
    assert "Where is it?" in out
    assert "not readable" in out
    assert not Connection.objects.exists()


def test_nobody_is_asked_where_nobody_can_answer(file: Path) -> None:
    file.write_text(HEAD)
    asked = options(file)
    asked.yes = False
    with pytest.raises(ValueError, match="--yes"):
        import_file(asked)


def test_it_has_to_be_clear_whose_archive_it_is(file: Path, as_cem: Viewer) -> None:
    Department.objects.create(name="Shop")
    content = HEAD + "1,Hello,2024-01-05,Ada,\n"
    with pytest.raises(ValueError, match="--department"):
        take(file, content)
    assert take(file, content, "--department", "shop") == 0
    assert Connection.objects.get().department.name == "Shop"
    with pytest.raises(ValueError, match="belongs to Shop"):
        take(file, content, "--department", "Service")


def test_another_networks_name_is_not_taken(file: Path, service: Department) -> None:
    archive = make_archive("Archive", service.pk)
    Connection.objects.filter(pk=archive.pk).update(channel="elsewhere")
    with pytest.raises(ValueError, match="another network"):
        take(file, HEAD)


def test_ten_thousand_messages_in_one_batch(service: Department, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("draht.flows.import_archive.BATCH", 10_000)
    rows = (Row(n, {"id": n, "text": f"Message {n}", "at": 1_700_000_000 + n}) for n in range(10_000))
    [total] = import_rows(make_archive("Archive", service.pk), rows)
    assert total == Imported(rows=10_000, new=10_000)


# -- real files -------------------------------------------------------------------------------------------------------


def test_real_tweets_are_on_the_desk_within_seconds(as_cem: Viewer, capsys: pytest.CaptureFixture[str]) -> None:
    path = shared_file("data/airline/tweets.csv")
    began = time.monotonic()
    assert import_file(options(path)) == 0
    assert time.monotonic() - began < 30, "seconds, also on a slow machine"
    said = capsys.readouterr().out
    assert "0 not readable" in said
    assert "11,530 new messages" in said  # 130 of the 11,660 stand there twice
    found = search(as_cem, "lost luggage").hits
    assert found
    [entry] = queries.thread(as_cem, found[0].conversation.id).entries
    assert "luggage" in entry.text.lower()
    assert "&amp;" not in entry.text
    assert search(as_cem, "jnardino").hits[0].author_name == "jnardino"


def test_an_archive_is_history_unless_it_is_left_open(file: Path, as_cem: Viewer) -> None:
    assert take(file, HEAD + "1,Where is it?,2024-01-05 10:00,Ada,\n") == 0
    [row] = queries.conversations(as_cem, "resolved").rows
    assert not row.unread
    assert take(file, HEAD + "2,And where is this?,2024-01-06 10:00,Bob,\n", "--open") == 0
    [row] = queries.conversations(as_cem, "open").rows
    assert (row.person_name, row.unread) == ("Bob", True)


def test_real_threads_hold_questions_and_answers(as_cem: Viewer, capsys: pytest.CaptureFixture[str]) -> None:
    assert import_file(options(shared_file("data/twcs/twcs_first5k.csv"), "--connection", "Care", "--open")) == 0
    assert "5,000 new messages" in capsys.readouterr().out
    [hit] = search(as_cem, "how do you propose we do that").hits
    entries = queries.thread(as_cem, hit.conversation.id).entries
    assert [(e.author_name, e.ours) for e in entries][:2] == [("115712", False), ("Care", True)]
    assert len(entries) == 7
    assert entries[0].text == "@sprintcare is the worst customer service"
    assert hit.conversation.state == "open"
    assert any(row.state == "waiting" for row in queries.conversations(as_cem, "all").rows)
