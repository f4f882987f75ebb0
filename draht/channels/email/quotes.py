"""Parts what somebody wrote anew from what they quoted, signed or were given by a mailing list. Pure, by lines.

Nobody writes quotes by a standard. What is folded away here stays readable: the mapper keeps the whole text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

GAP = "[…]"  # stands where a quote was taken out between new words
LONGEST_SIGNATURE = 15  # lines; more is no signature
HEADER_LINES = 3  # over which an attribution may be wrapped by the writer's program
LONGEST_HEADER = 400  # characters

_VERB = re.compile(
    r"\b(?:wrote|writes|schrieb|escribió|a écrit|ha scritto|schreef|escreveu|skrev|napisał\w*|pisze)\b", re.IGNORECASE
)
_OPENER = re.compile(r"(?:On|Am|El|Le|Il|Op|Em|Den|W dniu|Dne)\s", re.IGNORECASE)
_ADDRESS = re.compile(r"<[^<>\s]+@[^<>\s]+>")
_DATED_ADDRESS = re.compile(r"\d{4}-\d\d-\d\d .*<[^<>\s]+@[^<>\s]+>:$")
_ORIGINAL = re.compile(
    r"\s*-{2,}\s*(?:Original Message|Ursprüngliche Nachricht|Mensaje original|Message d'origine|Messaggio originale)"
    r"\s*-{2,}\s*$",
    re.IGNORECASE,
)
_FORWARDED = re.compile(
    r"\s*(?:-{2,}\s*(?:Forwarded message|Weitergeleitete Nachricht|Mensaje reenviado|Message transféré)\b"
    r"|(?:Begin forwarded message|Anfang der weitergeleiteten Nachricht):\s*$)",
    re.IGNORECASE,
)
_FROM = re.compile(r"\s*[*_]{0,2}(?:From|Von|De|Da|Van|Från|Fra|Od)\s?:[*_]{0,2}\s*\S")
_FURTHER = re.compile(
    r"\s*[*_]{0,2}(?:Sent|Date|To|Cc|Subject|Gesendet|Datum|An|Betreff|Enviado|Enviado el|Fecha|Para|Asunto|Envoyé|À"
    r"|Objet|Inviato|Data|A|Oggetto|Verzonden|Aan|Onderwerp|Skickat|Till|Ämne)\s?:"
)
_RULE = re.compile(r"\s*(?:[-_*]{5,}|[-_=]{3,})\s*$")
_SIGNATURE = re.compile(r"--\s?$|—\s?$")
_DEVICE = re.compile(
    r"\s*(?:Sent from (?:my|Mail for)|Get Outlook for|Von meinem .{1,40} gesendet|Gesendet (?:von|mit) (?:meinem|der)"
    r"|Enviado desde mi|Envoyé de mon|Inviato da)\b.{0,60}$",
    re.IGNORECASE,
)
_FOOTER = re.compile(r"_{20,}\s*$")
# Nothing to do without one of these: nearly every first message of a thread
_HINT = re.compile(
    r"^[ \t]*[>*_—-]|[:：][ \t]*$|^[ \t]*(?:Sent|Get|Von|Gesendet|Enviado|Envoyé|Inviato|De|From)\b", re.M
)


@dataclass(frozen=True, slots=True)
class Split:
    """The new words, and whether something was folded away."""

    new: str
    folded: bool


def split(text: str, *, forwarded: bool = False) -> Split:
    """The new words of a mail. A ``forwarded`` mail is what somebody wants us to read: its old headers stay.

    If nothing new is left, everything is shown.
    """
    if not _HINT.search(text):
        return Split(text.strip(), folded=False)
    pieces: list[list[str] | None] = []  # None = something was folded away here
    lines, at = text.split("\n"), 0
    while at < len(lines):
        end = _forwarded_until(lines, at) or (0 if forwarded else _folded_until(lines, at))
        if end < 0:
            pieces.append(lines[at:])
            break
        if end:
            _cut_rule(pieces)
            pieces.append(None)
            at = end
        else:
            if not pieces or pieces[-1] is None:
                pieces.append([])
            last = pieces[-1]
            assert last is not None
            last.append(lines[at])
            at += 1
    new = _joined(pieces)
    return Split(new, folded=None in pieces) if new else Split(text.strip(), folded=False)


def _joined(pieces: list[list[str] | None]) -> str:
    """New words with a mark where something between them was taken out."""
    shown: list[str] = []
    gap = False
    for piece in pieces:
        words = "\n".join(piece).strip() if piece else ""
        if words:
            shown += [GAP, words] if gap and shown else [words]
            gap = False
        gap = gap or piece is None
    return "\n\n".join(shown)


def _forwarded_until(lines: list[str], at: int) -> int:
    return -1 if _FORWARDED.match(lines[at]) else 0


def _folded_until(lines: list[str], at: int) -> int:
    """The line behind what is folded away at ``at``; 0 = this line is new."""
    line = lines[at]
    if line.lstrip().startswith(">") or _DEVICE.match(line):
        return at + 1
    if header := _attribution(lines, at):
        following = _next_words(lines, header)
        marked = following < len(lines) and lines[following].lstrip().startswith(">")
        return header if marked else len(lines)
    if _ORIGINAL.match(line) or _is_block(lines, at) or _is_footer(lines, at) or _is_signature(lines, at):
        return len(lines)
    return 0


def _attribution(lines: list[str], at: int) -> int:
    """The line behind "On … wrote:", which may be wrapped; 0 = there is none."""
    told = ""
    for end in range(at, min(at + HEADER_LINES, len(lines))):
        line = lines[end].strip()
        told = f"{told} {line}".strip()
        if not line or len(told) > LONGEST_HEADER:
            return 0
        if line.endswith((":", "：")) and _is_attribution(told):
            return end + 1
    return 0


def _is_attribution(told: str) -> bool:
    if not any(sign.isdigit() for sign in told):
        return False
    named = _OPENER.match(told) or _ADDRESS.search(told)
    return bool((named and _VERB.search(told)) or _DATED_ADDRESS.match(told))


def _is_block(lines: list[str], at: int) -> bool:
    """Outlook's way: the headers of the old mail, in the writer's language."""
    return bool(_FROM.match(lines[at])) and sum(bool(_FURTHER.match(one)) for one in lines[at + 1 : at + 7]) >= 2


def _is_signature(lines: list[str], at: int) -> bool:
    if not _SIGNATURE.fullmatch(lines[at]):
        return False
    own = [one for one in lines[at + 1 :] if one.strip() and not one.lstrip().startswith(">")]
    return len(own) <= LONGEST_SIGNATURE


def _is_footer(lines: list[str], at: int) -> bool:
    following = " ".join(lines[at + 1 : at + 3]).lower()
    return bool(_FOOTER.match(lines[at])) and ("mailing list" in following or "listinfo" in following)


def _next_words(lines: list[str], at: int) -> int:
    while at < len(lines) and not lines[at].strip():
        at += 1
    return at


def _cut_rule(pieces: list[list[str] | None]) -> None:
    """A line of dashes above the old mail belongs to it."""
    last = pieces[-1] if pieces else None
    while last and (not last[-1].strip() or _RULE.match(last[-1])):
        last.pop()
