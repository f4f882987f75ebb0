"""The rows: what is measured, with which numbers, and what has to be reached."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench import hooks, peer, screens, start
from bench.child import Tell, environment, measure
from bench.postgres import recreate, settle
from bench.rows import Row, percentile

LIMIT_SHARE = 0.4
PEER_TIMES = 200
MOST_MS = 30
ANSWER = 0.2  # seconds that a network takes
DESK = ("list", "open", "counters", "search_newest", "list_page", "open_page")


@dataclass(frozen=True)
class Sizes:
    messages: int = 100_000
    batch: int = 2000  # as an import has it
    peer_messages: int = 1500  # before, and again after our own measurement
    conversations: int = 1_000_000
    stored: int = 5_000_000
    samples: int = 1000
    hook_seconds: float = 15.0
    screens: int = 1000
    screen_hooks: int = 100
    polled: int = 200
    poll_every: int = 60
    poll_seconds: float = 150.0
    mapping_rounds: int = 5

    @classmethod
    def small(cls) -> Sizes:
        return cls(1000, 200, 20, 300, 1500, 20, 1.5, 20, 10, 20, 3, 7.0, 1)


@dataclass
class Run:
    """``folder`` is thrown away, ``kept`` stays for the next run; ``server`` is the address of PostgreSQL, if any."""

    folder: Path
    kept: Path
    server: str
    sizes: Sizes
    with_peer: bool = True
    tell: Tell = print

    def postgres(self, name: str) -> str:
        """A new database."""
        if not self.server:
            raise RuntimeError("there is no PostgreSQL")
        return recreate(self.server, name)


def take_in(run: Run, name: str) -> list[Row]:
    on_postgres, sizes = name.endswith("postgres"), run.sizes
    goal = f"≥ {LIMIT_SHARE} of the limit" + ("" if on_postgres else f", ≥ {PEER_TIMES} × django-helpdesk")
    folder = run.folder / name
    row = Row(name, goal, unit="messages/s")
    peers = [] if on_postgres or not run.with_peer else [_peer(run, folder, row)]
    env = environment(folder, run.postgres("take_in") if on_postgres else "")
    found = measure("take_in", env, run.tell, messages=sizes.messages, batch=sizes.batch)
    peers += [_peer(run, folder, row)] if peers and peers[0] else []
    taken, ours = found["deliveries"], found["ours"]
    limit = found["limit_rows"] + found["limit_put"]
    row.value, row.limit, row.us_per_message = taken / ours, taken / limit, ours / taken * 1e6
    row.ratio_limit = row.value / row.limit
    row.met = row.ratio_limit >= LIMIT_SHARE
    row.note = (
        f"{row.note or ''}{taken:,} deliveries, {found['counts'][0]:,} messages, {found['counts'][1]:,} conversations, "
        f"{found['counts'][2]:,} people. The limit makes the rows of the same messages, as we do; inserting rows that "
        f"were made beforehand runs at {taken / found['limit_put']:,.0f}/s, of which we reach "
        f"{found['limit_put'] / ours:.2f}."
    )
    if peers and peers[0]:
        rest, python = (median(one[road] for one in peers if one) for road in ("rest", "python"))
        row.peer, row.ratio_peer = rest, row.value / rest
        row.met = row.met and row.ratio_peer >= PEER_TIMES
        if row.ratio_peer < PEER_TIMES:
            row.note += f" {PEER_TIMES} times the peer would be {PEER_TIMES * rest / row.limit:.2f} of the bare limit."
        row.note += (
            f" The peer's figure is its REST API; the Python functions behind it, without the API, take in "
            f"{python:,.0f}/s, of which we are {row.value / python:,.0f} times."
        )
    elif not on_postgres:
        row.met = False
    return [row]


def _peer(run: Run, folder: Path, row: Row) -> dict[str, float] | None:
    shutil.rmtree(folder / "peer", ignore_errors=True)
    (folder / "peer").mkdir(parents=True)
    try:
        return peer.helpdesk(folder / "peer", run.sizes.peer_messages, run.tell)
    except peer.NoPeer as error:
        row.note = f"No peer: {error} "
        return None


def hook(run: Run, name: str) -> list[Row]:
    database = run.postgres("hooks") if name.endswith("postgres") else ""
    found = hooks.hooks(run.folder / name, database, run.sizes.hook_seconds, run.tell)
    times = found["times"]
    row = _times(Row(name, f"p99 < 50 ms at {hooks.PACE}/s, none lost", unit="hooks/s"), times)
    row.value = len(times) / run.sizes.hook_seconds
    row.met = bool(row.p99_ms and row.p99_ms < 50 and not found["lost"] and not found["refused"])
    row.met = row.met and len(times) == found["sent"]
    row.note = (
        f"{len(times):,} of {found['sent']:,} acknowledged; in a second run the process was killed (kill -9) after "
        f"{found['before_the_kill']:,}; of all that were acknowledged {found['lost']} are lost and {found['doubled']} "
        "kept twice. Sent in time whether answers come or not; times count from the moment at which a hook was due."
    )
    return [row]


def desk(run: Run, name: str) -> list[Row]:
    """All rows of one store, over the same million conversations."""
    store = name.removeprefix("desk_")
    env = _filled(run, store)
    found = measure("desk", env, run.tell, seed=11, samples=run.sizes.samples)
    rows = []
    for kind in DESK:
        row = _times(Row(f"{kind}_{store}", f"p95 < {MOST_MS} ms", unit="ms"), found[kind])
        row.value, row.met = row.p95_ms, bool(row.p95_ms and row.p95_ms < MOST_MS)
        rows.append(row)
    return rows


def _filled(run: Run, store: str) -> dict[str, str]:
    """The store with its million conversations, made if it is not there in this size."""
    sizes, folder = run.sizes, run.kept / f"desk-{store}"
    asked = f"{sizes.conversations} {sizes.stored}"
    there = folder / "filled"
    if store == "sqlite":
        if not there.exists() or there.read_text() != asked:
            shutil.rmtree(folder, ignore_errors=True)
        env = environment(folder)
    else:
        if not run.server:
            raise RuntimeError("there is no PostgreSQL")
        env = environment(folder, f"{run.server}desk")
        if not there.exists() or there.read_text() != asked:
            recreate(run.server, "desk")
    if not there.exists() or there.read_text() != asked:
        measure("fill", env, run.tell, conversations=sizes.conversations, messages=sizes.stored)
        there.write_text(asked)
    if store == "postgres":
        settle(env["DRAHT_DATABASE"])
    return env


def live(run: Run, name: str) -> list[Row]:
    found = screens.screens(run.folder / name, run.sizes.screens, run.sizes.screen_hooks, run.tell)
    row = _times(Row(name, "p95 < 1 s, < 64 KiB a screen", unit="ms"), found["heard"])
    kib = found["bytes_each"] / 1024
    row.value = row.p95_ms
    row.met = bool(row.p95_ms and row.p95_ms < 1000 and kib < 64 and not found["missing"])
    fetched = found["fetched"]
    row.note = (
        f"{run.sizes.screens:,} screens of {screens.DEPARTMENTS} departments, {run.sizes.screen_hooks} hooks at "
        f"{screens.PACE:g}/s; from sending a hook to the event on each screen of its department: "
        f"{len(found['heard']):,} events, {found['missing']} missing. {kib:.1f} KiB of memory for each open screen. "
        f"Every 50th screen then fetched its list: p95 {percentile(fetched, 95):,.0f} ms."
    )
    return [row]


def polling(run: Run, name: str) -> list[Row]:
    sizes = run.sizes
    found = measure(
        "polling", environment(run.folder / name), run.tell, connections=sizes.polled, every=sizes.poll_every,
        answer=ANSWER, seconds=sizes.poll_seconds,
    )  # fmt: skip
    row = _times(Row(name, "p95 < 1 s late", unit="ms"), found["late"])
    row.value, row.met = row.p95_ms, bool(row.p95_ms is not None and row.p95_ms < 1000)
    row.note = (
        f"One worker asks {sizes.polled} accounts of eight networks every {sizes.poll_every} s; each answers after "
        f"{ANSWER:g} s with one new message. {found['hanging']} accounts of a ninth network, which never answers, are "
        f"asked beside them. How late each of {len(found['late']):,} questions was."
    )
    return [row]


def mapping(run: Run, name: str) -> list[Row]:
    found = measure("mapping", environment(run.folder / name), run.tell, rounds=run.sizes.mapping_rounds)
    slowest = max(found, key=lambda channel: found[channel])
    row = Row(name, "< 100 µs a message", value=found[slowest], unit="µs", us_per_message=found[slowest])
    row.met = found[slowest] < 100
    each = ", ".join(f"{channel} {us:.0f}" for channel, us in sorted(found.items()))
    row.note = f"The slowest channel, {slowest}; the median of its captured payloads. All: {each} µs."
    return [row]


def second_start(run: Run, name: str) -> list[Row]:
    seconds = start.second_start(run.folder / name, run.tell)
    row = Row(name, "< 5 s", value=median(seconds), unit="s", met=max(seconds) < 5)
    row.note = f"“make run” until the first page is there; {', '.join(f'{s:.1f}' for s in seconds)} s."
    return [row]


def _times(row: Row, times: list[float]) -> Row:
    row.p50_ms, row.p95_ms, row.p99_ms = (percentile(times, p) for p in (50, 95, 99)) if times else (None,) * 3
    return row


Measurement = Callable[[Run, str], list[Row]]
MEASUREMENTS: dict[str, Measurement] = {
    "take_in_sqlite": take_in,
    "take_in_postgres": take_in,
    "hook_sqlite": hook,
    "hook_postgres": hook,
    "screens_live": live,
    "polling_200": polling,
    "mapping": mapping,
    "second_start": second_start,
    "desk_sqlite": desk,
    "desk_postgres": desk,
}
