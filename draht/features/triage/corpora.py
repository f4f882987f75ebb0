"""Reads the public corpora, laid out as ``docs/develop/triage.md`` tells, and the messages written for Draht."""

from __future__ import annotations

import csv
import itertools
import json
import random
import re
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

SEEDS = Path(__file__).parent / "seeds" / "messages.txt"
MOODS = {"-": "negative", "0": "neutral", "+": "positive"}
_CHOICE = re.compile(r"\[([^\]]*)\]")
TEXT = "# text = "
Labelled = list[tuple[str, str]]


class Seed(NamedTuple):
    language: str
    mood: str
    intent: str
    text: str


def held_out(text: str) -> bool:
    """A fifth of all texts, told by the text itself: the same on each machine, and twins stay together."""
    return sha256(" ".join(text.lower().split()).encode("utf-8", "replace")).digest()[0] % 5 == 0


def seeds(most: int = 40) -> list[Seed]:
    """At most ``most`` messages of each line of the seeds, in an order that is always the same."""
    found, order = [], random.Random(5)  # noqa: S311  no secret
    for line in SEEDS.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            about, _, pattern = line.partition(" | ")
            language, mood, intent = about.split()
            every = ["".join(parts) for parts in itertools.product(*_choices(pattern))]
            chosen = order.sample(every, min(most, len(every)))
            found += [Seed(language, MOODS[mood], intent, text) for text in chosen]
    return found


def _choices(pattern: str) -> Iterator[list[str]]:
    for at, piece in enumerate(_CHOICE.split(pattern)):
        yield piece.split("|") if at % 2 else [piece]


def _rows(file: Path) -> Iterator[dict[str, str]]:
    with file.open(encoding="utf-8", errors="replace", newline="") as held:
        yield from csv.DictReader(held)


def _lines(file: Path) -> list[list[str]]:
    return [line.split("\t") for line in file.read_text(encoding="utf-8").splitlines()]


def airline_moods(data: Path) -> Labelled:
    return [(row["text"], row["airline_sentiment"]) for row in _rows(data / "airline/tweets.csv")]


def airline_reasons(data: Path) -> Labelled:
    """Nine reasons; "Can't Tell" is none."""
    rows = _rows(data / "airline/tweets.csv")
    return [(row["text"], row["negativereason"]) for row in rows if row["negativereason"] not in ("", "Can't Tell")]


def banking(data: Path) -> Labelled:
    return [(row["text"], row["category"]) for row in _rows(data / "banking77/train.csv")]


def departments(data: Path) -> Labelled:
    """CLINC150: to which of ten departments a request goes."""
    domains = json.loads((data / "clinc150/domains.json").read_text())
    of = {intent: domain for domain, intents in domains.items() for intent in intents}
    held = json.loads((data / "clinc150/data.json").read_text())
    return [(text, of[intent]) for part in ("train", "val") for text, intent in held[part] if intent in of]


def german_moods(data: Path) -> Labelled:
    lines = _lines(data / "sb10k/sb10k_corpus.tsv")
    return [(line[4], line[1]) for line in lines if line[1] in MOODS.values() and line[4] != "Not Available"]


def german_harm(data: Path) -> Labelled:
    lines = _lines(data / "germeval2018_offens_de/train.txt") + _lines(data / "germeval2018_offens_de/dev.txt")
    return [(line[0], "harmful" if line[1] == "OFFENSE" else "harmless") for line in lines if len(line) > 1]


def videos(data: Path) -> list[Labelled]:
    """YouTube comments, spam or not, a list for each video."""
    files = sorted((data / "youtube_spam").glob("Youtube*.csv"))
    return [[(r["CONTENT"], "spam" if r["CLASS"] == "1" else "ham") for r in _rows(file)] for file in files]


def support_tweets(data: Path) -> list[str]:
    """What customers wrote to 25 brands; without labels."""
    dialogues = json.loads((data / "ibm_twitter_care/dev.json").read_text())
    return [turn["message"] for one in dialogues for turn in one["dialogContent"] if "agent" not in turn]


def railway_moods(data: Path) -> Labelled:
    """GermEval 2017: German messages about the railway."""
    found = []
    for file in sorted((data / "germeval2017").glob("*.xml")):
        for one in ElementTree.parse(file).getroot().iter("Document"):  # noqa: S314  our own file
            found.append((one.findtext("text") or "", one.findtext("sentiment") or ""))
    return [(text, mood) for text, mood in found if mood in MOODS.values()]


def complaints(data: Path) -> Labelled:
    rows = _rows(data / "complaints_sys6018/trainData.csv")
    return [(row["text"], "complaint" if row["complaint"] == "1" else "other") for row in rows]


def languages(data: Path) -> Labelled:
    """Tweets and short commands with their language; the names and links of tweets are taken out by the reader."""
    names = {"german": "de", "english": "en", "spanish": "es", "french": "fr", "italian": "it", "portuguese": "pt"}
    tweets = [
        (text, code)
        for name, code in names.items()
        if (file := data / f"umsab/{name}_train_text.txt").exists()
        for text in file.read_text(encoding="utf-8").splitlines()
    ]
    commands = [
        (line.removeprefix(TEXT), code)
        for code in ("de", "en", "it", "nl", "tr")
        for line in (data / f"xsid/{code}.valid.conll").read_text(encoding="utf-8").splitlines()
        if line.startswith(TEXT)
    ]
    return tweets + commands
