"""Reads MIME as it really comes: headers with raw bytes, charsets that do not exist, parts within parts. Pure.

The parser of Python's standard library never refuses a mail; what it leaves undecoded is decoded here, so that every
byte becomes some letter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses

from draht.channels.email.machine import inner_of
from draht.channels.email.markup import to_text
from draht.contract.messages import Attachment

ADDRESS = re.compile(r'[^\s<>@,;:"()\[\]\\]+@[^\s<>@,;:"()\[\]\\]+')
SIMPLE = re.compile(rf'(?:"([^"\\\\]*)"|([^<>@,;:"()\\[\\]\\\\]*))\s*<({ADDRESS.pattern})>')
MESSAGE_ID = re.compile(r"<([^<>\s]{1,300})>")
MOST_WORDS = 200_000  # bytes of one text part that are read
WHOLE = "TEXT"  # the section of a mail without parts, as IMAP calls it (RFC 9051, 6.4.5.1)
SMALL_PRINT = frozenset({
    "application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature",
    "message/delivery-status", "text/rfc822-headers", "message/rfc822-headers",
})  # fmt: skip
_NAME = re.compile(r'\b(?:file)?name\s*=\s*(?:"([^"]*)"|([^\s;"]+))', re.IGNORECASE)
_FOLDED = re.compile(r"\r?\n[ \t]*")


def headers_of(part: Message) -> dict[str, str]:
    """The headers as text, names in lower case. Of each the first; of references all. Encoded words are still so."""
    told: dict[str, str] = {}
    for name, value in part.raw_items():
        key = name.lower()
        if key not in told:
            told[key] = unfolded(str(value))
        elif key == "references":
            told[key] += f" {unfolded(str(value))}"
    return told


def unfolded(value: str) -> str:
    """A header's value on one line. Bytes that should not be there are UTF-8 or, failing that, Windows-1252."""
    if value.isascii():
        return _FOLDED.sub(" ", value).strip() if "\n" in value else value.strip()
    return letters(_FOLDED.sub(" ", value).strip().encode("utf-8", "surrogateescape"), "")


def words_of(value: str) -> str:
    """A header's value with its encoded words decoded (RFC 2047)."""
    if "=?" not in value:
        return value
    try:
        found = decode_header(value)
    except HeaderParseError:
        return value
    return "".join(one if isinstance(one, str) else letters(one, charset or "") for one, charset in found)


def letters(content: bytes, charset: str) -> str:
    """Bytes in the charset that they claim; if that does not exist or does not fit, in a likely one."""
    for name in (charset, "utf-8"):
        try:
            return content.decode(name or "utf-8")
        except (LookupError, UnicodeError, ValueError):
            continue
    return content.decode("windows-1252", "replace")


def addresses(value: str) -> list[tuple[str, str]]:
    """Names and addresses of a header; what is no address is left out."""
    if ADDRESS.fullmatch(value):
        return [("", value)]
    if simple := SIMPLE.fullmatch(value):  # nearly all
        return [(words_of(simple[1] or simple[2] or "").strip(), simple[3])]
    found = getaddresses([value]) if value else []
    return [(words_of(name).strip(), address) for name, address in found if ADDRESS.fullmatch(address)]


def message_ids(value: str) -> list[str]:
    return MESSAGE_ID.findall(value)


def leaves(part: Message, path: tuple[int, ...] = ()) -> Iterator[tuple[str, Message]]:
    """The parts that hold something, each with its number as IMAP counts. A mail within the mail is one of them."""
    if is_multipart(part):
        for number, child in enumerate(inner_of(part), 1):
            yield from leaves(child, (*path, number))
    else:
        yield ".".join(map(str, path)) or WHOLE, part


def is_multipart(part: Message) -> bool:
    return part.is_multipart() and part.get_content_maintype() == "multipart"


def text_of(part: Message) -> str:
    """What there is to read. Of several forms of the same, the plain one, unless it is empty."""
    if is_multipart(part):
        found = [text for text in map(text_of, inner_of(part)) if text.strip()]
        if part.get_content_type() == "multipart/alternative":
            return found[0] if found else ""
        return "\n\n".join(found)
    if part.get_content_maintype() == "multipart":  # it promised parts and has none
        del part["Content-Type"]
        part["Content-Type"] = 'text/plain; charset="utf-8"'
        return str(part.get_payload())[:MOST_WORDS]
    if not is_text(part):
        return ""
    content = part.get_payload(decode=True)
    text = letters(content[:MOST_WORDS] if isinstance(content, bytes) else b"", part.get_content_charset() or "")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    told = str(part.get("Content-Type") or "").lower()
    if "html" in told and part.get_content_subtype() == "html":
        return to_text(text)
    return _unflowed(part, text) if "format" in told else text


def is_text(part: Message) -> bool:
    """Whether it is to be read, and no file."""
    if part.get_content_type() not in {"text/plain", "text/html"}:
        return False
    told = f"{part.get('Content-Type')} {part.get('Content-Disposition')}".lower()
    if "name" not in told and "attachment" not in told:
        return True
    return part.get_content_disposition() != "attachment" and not part.get_filename()


def _unflowed(part: Message, text: str) -> str:
    """Paragraphs whose lines were wrapped for the way (RFC 3676)."""
    if str(part.get_param("format")).lower() != "flowed":
        return text
    glue = str(part.get_param("delsp") or "no").lower() == "yes"
    lines: list[str] = []
    flows, depth = False, 0
    for line in text.split("\n"):
        quoted = len(line) - len(line.lstrip(">"))
        words = line[quoted:].removeprefix(" ")
        if flows and quoted == depth and words != "-- ":
            lines[-1] = (lines[-1][:-1] if glue else lines[-1]) + words
        else:
            lines.append(f"{'>' * quoted} {words}" if quoted else words)
        flows, depth = words.endswith(" ") and words != "-- ", quoted
    return "\n".join(lines)


def attachments_of(mail: Message, place: str) -> tuple[Attachment, ...]:
    """The files of a mail. ``place`` says where it lies; with the part's number it is the key."""
    return tuple(
        Attachment("", _kind(part), name_of(part), _description(part), key=f"{place}/{section}")
        for section, part in leaves(mail)
        if not is_text(part) and _is_file(part)
    )


def _is_file(part: Message) -> bool:
    """Not the small print: signatures, a notice's own parts, a container without content."""
    return part.get_content_type() not in SMALL_PRINT and part.get_content_maintype() != "multipart"


def name_of(part: Message) -> str:
    """The name of a file; one without a name is called after its type."""
    if told := part.get_filename():
        return words_of(told) if told.isprintable() and "\ufffd" not in told else _name(part)
    if part.get_content_type() == "message/rfc822":
        subject = "".join(headers_of(inner).get("subject", "") for inner in inner_of(part)[:1])
        return f"{words_of(subject) or 'message'}.eml"
    return f"{part.get_content_maintype()}.{part.get_content_subtype()}"


def _name(part: Message) -> str:
    """A name as it is written by programs that do not encode it, which Python's parser takes apart."""
    told = headers_of(part)
    for header in ("content-disposition", "content-type"):
        if found := _NAME.search(told.get(header, "")):
            return words_of(found[1] or found[2])
    return "file"


def _kind(part: Message) -> str:
    kind = part.get_content_maintype()
    return kind if kind in {"image", "video", "audio"} else "file"


def _description(part: Message) -> str:
    return words_of(headers_of(part).get("content-description", ""))


def decoded(header: Message, content: bytes) -> bytes:
    """The content of a part, by its header. What cannot be decoded stays as it is."""
    header.set_payload(content.decode("ascii", "surrogateescape"))
    found = header.get_payload(decode=True)
    return found if isinstance(found, bytes) else content
