"""The hot part of the road in: messages of one batch into the tables, with a constant number of statements.

The state after a batch depends on what was delivered, not on the order or on how often: of each message the version
with the highest rank stands, and what a conversation says about itself follows from its messages. What was written
before a deletion is not kept: neither the text nor older versions, files or what the network sent.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from draht.contract.messages import Attachment, Author, Deletion, Event, IncomingMessage
from draht.contract.text import clean
from draht.contract.words import words
from draht.core.clock import to_ms
from draht.core.journal.actions import Told, record_all
from draht.core.journal.facts import Fact
from draht.core.sql import (
    allocate,
    execute,
    find,
    insert_rows,
    is_postgres,
    one_of,
    rows_as_table,
    select,
    upsert_rows,
)
from draht.features.inbox.blanking import forget_versions
from draht.features.inbox.echoes import recognise
from draht.features.inbox.fitting import fitting
from draht.features.inbox.full_text import department_word, put_in, relabel, take_out
from draht.features.inbox.ids import new_ids
from draht.features.inbox.stems import stems
from draht.features.inbox.summaries import MessageRow, Summary, refresh, summary_of
from draht.features.inbox.threads import find_threads, join, rename

FINAL = 2**62  # the rank of a deletion without a date
PERSON = {"connection_id": "bigint", "external_id": "text", "name": "text", "handle": "text", "url": "text",
          "avatar": "text", "first_at": "bigint"}  # fmt: skip
ATTACHMENT = ("message_id", "place", "kind", "url", "key", "name", "alt", "refused", "due_at", "lease_until",
              "attempts", "made_at")  # fmt: skip
MOST_FILES = 50  # of one message
GONE = 5  # its place in a row of changes
CONVERSATION = ("id", "connection_id", "external_id", "department_id", "private", "title", *Summary._fields)


@dataclass(slots=True)
class Incoming:
    """The messages of one connection on their way in.

    ``account_id`` tells our own messages from those of customers; ``received_at`` is in milliseconds.
    """

    connection_id: int
    department_id: int
    account_id: str
    received_at: int
    events: Iterable[Event]


@dataclass(slots=True)
class Stored:
    """What a batch changed: ids of messages that are new or changed, and of the conversations that they touch."""

    new: list[int] = field(default_factory=list)
    changed: list[int] = field(default_factory=list)
    conversations: list[int] = field(default_factory=list)

    def __add__(self, other: Stored) -> Stored:
        return Stored(self.new + other.new, self.changed + other.changed, self.conversations + other.conversations)


@dataclass(slots=True)
class Known:
    """A message that is already in the store."""

    id: int
    conversation_id: int
    rank: int
    gone: int
    text: str
    stems: str
    held: bool


@dataclass(slots=True)
class Standing:
    """What the batch says about one message: the version that stands, its rank, a deletion's rank, and older texts."""

    message: IncomingMessage | None = None
    rank: int = -1
    gone: int = -1
    older: dict[int, str] = field(default_factory=dict)

    def hear(self, message: IncomingMessage, rank: int) -> None:
        if self.message is None:
            self.message, self.rank = message, rank
            return
        if message.revision is None and message.text != self.message.text:
            rank = max(rank, self.rank + 1)  # an undated network: what comes later is newer
        if (rank, message.text) > (self.rank, self.message.text):
            self.older[self.rank] = self.message.text
            self.message, self.rank = message, rank
        else:
            self.older[rank] = message.text
        self.older.pop(self.rank, None)

    @property
    def is_gone(self) -> bool:
        return self.gone >= self.rank

    def later_than_deletion(self) -> dict[int, str]:
        return {rank: text for rank, text in self.older.items() if rank > self.gone}


def store(incoming: Incoming) -> Stored:
    """Takes the messages of one connection in. The caller holds the transaction and the connection's lock."""
    batch = _fold(incoming)
    known = _known(incoming.connection_id, batch)
    stored = Stored()
    new = {key: s for key, s in batch.items() if key not in known and s.message is not None}
    if len(new) < len(batch):
        _bury(incoming, {key: s.gone for key, s in batch.items() if key not in known and s.message is None})
    told = _change(incoming, {key: s for key, s in batch.items() if key in known}, known, stored)
    told += _add(incoming, new, known, stored)
    if any(one.data and one.data.get("ours") for one in told):
        recognise(stored.conversations)
    record_all(told)
    return stored


def _departments(conversations: Collection[int]) -> dict[int, int]:
    """Where conversations are now, and stay until the transaction ends: their messages carry the department's word."""
    if not conversations:
        return {}
    where, parameter = one_of("id", list(conversations))
    lock = "ORDER BY id FOR NO KEY UPDATE" if is_postgres() else ""
    return dict(select(f"SELECT id, department_id FROM inbox_conversation WHERE {where} {lock}", [parameter]))


def _fold(incoming: Incoming) -> dict[str, Standing]:
    batch: dict[str, Standing] = {}
    for event in map(fitting, incoming.events):
        standing = batch.get(event.id)
        if standing is None:
            standing = batch[event.id] = Standing()
        if isinstance(event, Deletion):
            standing.gone = max(standing.gone, FINAL if event.at is None else to_ms(event.at))
        else:
            standing.hear(event, incoming.received_at if event.revision is None else to_ms(event.revision))
    return batch


def _known(connection_id: int, batch: Mapping[str, Standing]) -> dict[str, Known]:
    """The stored messages among the batch and its parents."""
    keys = set(batch)
    keys.update(s.message.parent for s in batch.values() if s.message and s.message.parent and not s.message.thread)
    fields = "external_id, id, conversation_id, rank, gone, text, stems, held"
    rows = find("inbox_message", fields, connection_id, list(keys))
    return {row[0]: Known(*row[1:]) for row in rows}


# -- deletions before their message -----------------------------------------------------------------------------------


def _bury(incoming: Incoming, graves: Mapping[str, int]) -> None:
    upsert_rows(
        "inbox_grave",
        {"connection_id": "bigint", "external_id": "text", "rank": "bigint"},
        [(incoming.connection_id, key, rank) for key, rank in graves.items()],
        "ON CONFLICT (connection_id, external_id) DO UPDATE SET rank = excluded.rank"
        " WHERE excluded.rank > inbox_grave.rank",
    )


def _unearth(connection_id: int, new: Mapping[str, Standing]) -> None:
    where, parameter = one_of("external_id", list(new), "text")
    rows = select(
        f"DELETE FROM inbox_grave WHERE connection_id = %s AND {where} RETURNING external_id, rank",
        [connection_id, parameter],
    )
    for key, rank in rows:
        new[key].gone = max(new[key].gone, rank)


# -- new messages -----------------------------------------------------------------------------------------------------


def _add(incoming: Incoming, new: dict[str, Standing], known: Mapping[str, Known], stored: Stored) -> list[Told]:
    if not new:
        return []
    _unearth(incoming.connection_id, new)
    messages = {key: s.message for key, s in new.items() if s.message is not None}
    threads = find_threads(incoming.connection_id, messages, {key: k.conversation_id for key, k in known.items()})
    if threads.renamed:
        rename(threads.renamed)
    departments = _departments({*threads.of.values(), *threads.joined.values()})
    if threads.joined:
        relabel({early: departments[target] for early, target in threads.joined.items()})
        join(threads.joined)
    opened = dict(zip(allocate("conversation", len(threads.missing)), threads.missing.items(), strict=True))
    for id, (_, members) in opened.items():
        threads.of.update(dict.fromkeys(members, id))
        departments[id] = incoming.department_id
    people = _people(incoming, messages.values())
    times = [_at(message, incoming) for message in messages.values()]
    ids = dict(zip(new, new_ids(times), strict=True))
    rows = [
        _message_row(incoming, ids[key], at, threads.of[key], departments[threads.of[key]], people, standing)
        for (key, standing), at in zip(new.items(), times, strict=True)
    ]
    _open(incoming, opened, messages, rows)
    insert_rows("inbox_message", MessageRow._fields, rows)
    _keep_versions({ids[key]: s.later_than_deletion() for key, s in new.items() if s.older})
    there = {key: message for key, message in messages.items() if message.attachments and not new[key].is_gone}
    _attach(incoming, {ids[key]: message for key, message in there.items()})
    if not is_postgres():
        insert_rows("inbox_search", ("rowid", "stems"), [(row.id, row.stems) for row in rows])
    refresh((row for row in rows if row.conversation_id not in opened), threads.joined.values())
    stored.new = list(ids.values())
    stored.conversations += list({*threads.of.values(), *threads.joined.values()})
    told = [
        Told(
            Fact.MESSAGE_RECEIVED,
            None,
            departments[row.conversation_id],
            row.conversation_id,
            {"message": row.id, "ours": row.ours},
        )
        for row in rows
    ]
    told += [
        Told(Fact.CONVERSATIONS_JOINED, None, departments[target], target, {"joined": early})
        for early, target in threads.joined.items()
    ]
    return told


def _attach(incoming: Incoming, messages: Mapping[int, IncomingMessage]) -> None:
    """Files that are fetched at once: networks' addresses do not last. Of what is no address, only its name is kept."""
    at = incoming.received_at
    rows = [
        (id, place, one.kind[:10], one.url, one.key, clean(one.name)[:200], clean(one.alt), *_when(one, at), 0, 0, at)
        for id, message in messages.items()
        for place, one in enumerate(message.attachments[:MOST_FILES])
    ]
    insert_rows("inbox_attachment", ATTACHMENT, rows)


def _when(one: Attachment, at: int) -> tuple[str, int | None]:
    """Why it will never be fetched, or when."""
    if one.key or one.url.startswith(("https://", "http://")):
        return "", at
    return words("The network gave no address for it."), None


def _at(message: IncomingMessage, incoming: Incoming) -> int:
    """When it was written (milliseconds)."""
    return _believed(to_ms(message.at), incoming)


def _believed(ms: int, incoming: Incoming) -> int:
    """A network's clock that runs ahead of ours is not believed, nor one that has not come to 1970 yet."""
    return max(0, min(ms, incoming.received_at))


def _message_row(
    incoming: Incoming,
    id: int,
    at: int,
    conversation_id: int,
    department_id: int,
    people: Mapping[str, int],
    standing: Standing,
) -> MessageRow:
    message = standing.message
    assert message is not None
    deleted = standing.is_gone
    text = "" if deleted else clean(message.text)
    author = message.author
    edited = message.revision not in (None, message.at) and standing.rank > to_ms(message.at)
    return MessageRow(
        id,
        incoming.connection_id,
        message.id,
        conversation_id,
        people.get(author.id),
        author.id == incoming.account_id,
        message.private,
        message.held,
        message.parent,
        text,
        f"{department_word(department_id)} {'' if deleted else _stems(message, text)}",
        message.language,
        message.url,
        _json(message.attachments) if message.attachments and not deleted else "[]",
        _json(message.raw) if message.raw and not deleted else "{}",
        at,
        incoming.received_at,
        standing.rank,
        standing.gone,
        _believed(standing.rank, incoming) if edited else None,
        _believed(standing.gone, incoming) if deleted else None,
    )


def _stems(message: IncomingMessage, text: str) -> str:
    return stems(f"{text} {message.author.name} {message.author.handle}", message.language)


def _open(
    incoming: Incoming,
    opened: Mapping[int, tuple[str, list[str]]],
    messages: Mapping[str, IncomingMessage],
    rows: Sequence[MessageRow],
) -> None:
    """Makes the conversations that are missing. ``opened``: id → thread key and keys of messages."""
    inside: dict[int, list[MessageRow]] = {id: [] for id in opened}
    for row in sorted(rows):
        if row.conversation_id in inside:
            inside[row.conversation_id].append(row)
    made = []
    for id, (key, members) in opened.items():
        title = next((messages[m].title for m in members if messages[m].title), "")[:300]
        first = messages[members[0]]
        made.append(
            (id, incoming.connection_id, key, incoming.department_id, first.private, title, *summary_of(inside[id]))
        )
    insert_rows("inbox_conversation", CONVERSATION, made)


def _people(incoming: Incoming, messages: Iterable[IncomingMessage]) -> dict[str, int]:
    """Author → person. Names follow what the network told last; what it leaves out stays as it was."""
    told: dict[str, tuple[str, ...]] = {}
    first_at: dict[str, int] = {}
    for message in messages:
        author = message.author
        if author.id != incoming.account_id:
            told[author.id] = _completed(_details(author), told.get(author.id))
            first_at[author.id] = _at(message, incoming)
    if not told:
        return {}
    fields, keys = "external_id, id, name, handle, url, avatar", list(told)
    there = {key: rest for key, *rest in find("inbox_person", fields, incoming.connection_id, keys)}
    rows = [
        (incoming.connection_id, key, *details, first_at[key])
        for key, new in told.items()
        if (details := _completed(new, there[key][1:] if key in there else None))
        != (tuple(there[key][1:]) if key in there else ())
    ]
    if not rows:
        return {key: id for key, (id, *_) in there.items()}
    upsert_rows(
        "inbox_person",
        PERSON,
        rows,
        "ON CONFLICT (connection_id, external_id) DO UPDATE SET name = excluded.name, handle = excluded.handle,"
        " url = excluded.url, avatar = excluded.avatar",
    )
    return dict(find("inbox_person", "external_id, id", incoming.connection_id, keys))


def _details(author: Author) -> tuple[str, ...]:
    return clean(author.name)[:200], clean(author.handle)[:200], author.url, author.avatar


def _completed(told: tuple[str, ...], known: Sequence[str] | None) -> tuple[str, ...]:
    return tuple(new or old for new, old in zip(told, known, strict=True)) if known else told


# -- edits and deletions ----------------------------------------------------------------------------------------------


def _change(
    incoming: Incoming, batch: Mapping[str, Standing], known: Mapping[str, Known], stored: Stored
) -> list[Told]:
    older: dict[int, dict[int, str]] = {}
    changes = [(known[key], *_changed_row(incoming, known[key], standing, older)) for key, standing in batch.items()]
    _keep_versions(older)
    rows = [row for _, _, row in changes if row is not None]
    if not rows:
        return []
    departments = _departments({before.conversation_id for before, _, row in changes if row is not None})
    ids = [row[0] for row in rows]
    where, parameter = one_of("id", ids)
    take_out(where, parameter)
    table, parameters = rows_as_table(
        {"id": "bigint", "text": "text", "stems": "text", "held": "boolean", "rank": "bigint", "gone": "bigint",
         "edited_at": "bigint", "deleted_at": "bigint", "attachments": "text", "raw": "text"},
        rows,
    )  # fmt: skip
    execute(
        "UPDATE inbox_message SET text = new.text, stems = '~' || c.department_id || ' ' || new.stems, held = new.held,"
        " rank = new.rank, gone = new.gone, edited_at = coalesce(new.edited_at, inbox_message.edited_at),"
        " deleted_at = new.deleted_at, attachments = coalesce(new.attachments, inbox_message.attachments),"
        f" raw = coalesce(new.raw, inbox_message.raw) FROM {table}, inbox_conversation c"
        " WHERE inbox_message.id = new.id AND c.id = inbox_message.conversation_id",
        parameters,
    )
    put_in(where, parameter)
    forget_versions([row[0] for row in rows if row[GONE] > -1])
    touched = {before.conversation_id for before, fact, _ in changes if fact is not None}
    refresh([], touched, {before.conversation_id for before, fact, _ in changes if fact == Fact.MESSAGE_RESTORED})
    stored.changed = ids
    stored.conversations += list(touched)
    return [
        Told(fact, None, departments[before.conversation_id], before.conversation_id, {"message": before.id})
        for before, fact, _ in changes
        if fact is not None
    ]


def _changed_row(
    incoming: Incoming, before: Known, standing: Standing, older: dict[int, dict[int, str]]
) -> tuple[Fact | None, tuple[Any, ...] | None]:
    """What a delivery makes of a stored message: no row when it changes nothing, no fact when it changes nothing that
    people see, as the network's own version of what we sent."""
    message = standing.message
    text, rank, held, words = before.text, before.rank, before.held, before.stems.partition(" ")[2]
    texts = dict(standing.older)
    edited_at = None
    if message is not None:
        told, told_rank = clean(message.text), standing.rank
        dated, differs = message.revision is not None, (told, message.held) != (text, held)
        if differs and not dated:
            told_rank = max(told_rank, rank + 1)  # also when our clock was set back
        if (dated or differs) and (told_rank, told) > (rank, text):
            if told != text:
                edited_at, words = _believed(told_rank, incoming), _stems(message, told)
            if rank > 0 or text not in {told, *texts.values()}:  # our own wording has no rank
                texts[rank] = text
            text, held, rank = told, message.held, told_rank
        elif dated and told_rank < rank:
            texts[told_rank] = told
    gone = max(before.gone, standing.gone)
    if message is not None and message.revision is None and before.gone >= before.rank > standing.gone:
        rank = max(rank, standing.rank)  # an undated network shows it again: it is back
    was, is_ = before.gone >= before.rank, gone >= rank
    texts = {r: t for r, t in texts.items() if r != rank and r > gone}
    if texts:
        older[before.id] = texts
    if is_:
        text, words, edited_at = "", "", None
    row = (
        before.id,
        text,
        words,
        held,
        rank,
        gone,
        edited_at,
        _believed(gone, incoming) if is_ else None,
        *_beside(message, was=was, is_=is_),
    )
    if (text, held, rank, gone) == (before.text, before.held, before.rank, before.gone):
        return None, None
    if (text, held, was) == (before.text, before.held, is_):
        return None, row
    if was != is_:
        fact = Fact.MESSAGE_DELETED if is_ else Fact.MESSAGE_RESTORED
    else:
        fact = Fact.MESSAGE_EDITED if text != before.text else Fact.MESSAGE_MODERATED
    return fact, row


def _beside(message: IncomingMessage | None, *, was: bool, is_: bool) -> tuple[str | None, str | None]:
    """Attachments and what the network sent, of a message that ``was`` deleted or ``is_``; ``None`` = as they are."""
    if is_:
        return "[]", "{}"
    return (_json(message.attachments), _json(message.raw)) if was and message is not None else (None, None)


def _keep_versions(older: Mapping[int, Mapping[int, str]]) -> None:
    upsert_rows(
        "inbox_version",
        {"message_id": "bigint", "rank": "bigint", "text": "text"},
        [(id, rank, clean(text)) for id, texts in older.items() for rank, text in texts.items()],
        "ON CONFLICT DO NOTHING",
    )


def _json(value: Any) -> str:
    return msgspec.json.encode(value, enc_hook=str).decode()
