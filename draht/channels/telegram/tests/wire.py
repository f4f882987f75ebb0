"""What goes over the wire to the double: refusals as Telegram tells them, and parameters with their types."""

from __future__ import annotations

import json
from email import message_from_bytes
from email.message import Message
from typing import Any

from draht.channels.telegram.tests import spec

Files = dict[str, tuple[str, bytes]]


class No(Exception):
    """A refusal."""

    def __init__(self, code: int, words: str, **parameters: int) -> None:
        super().__init__(words)
        self.body = {"ok": False, "error_code": code, "description": words}
        self.body |= {"parameters": parameters} if parameters else {}


def read(method: str, environ: dict[str, Any]) -> tuple[dict[str, Any], Files]:
    """Parameters, and files by name."""
    body, kind = environ["wsgi.input"].read(), environ.get("CONTENT_TYPE", "")
    if kind.startswith("application/json"):
        return json.loads(body or b"{}"), {}
    whole = message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + body)
    form: dict[str, str] = {}
    files: Files = {}
    for part in whole.walk():
        if not part.is_multipart():
            _keep(part, form, files)
    return spec.typed(method, form), files


def _keep(part: Message, form: dict[str, str], files: Files) -> None:
    name = str(part.get_param("name", header="content-disposition"))
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    if file := part.get_filename():
        files[name] = (file, content)
    else:
        form[name] = content.decode()
