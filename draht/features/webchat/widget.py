"""The widget as one ES module, put together from its parts when the process starts: one request is all a page makes."""

from __future__ import annotations

import gzip
import json
from hashlib import sha256
from pathlib import Path

PARTS = Path(__file__).parent / "widget"


def _put_together() -> bytes:
    words = json.loads((PARTS / "words.json").read_text("utf-8"))
    values = {"WORDS": words, "LOOK": (PARTS / "look.css").read_text("utf-8")}
    constants = [f"const {name} = {json.dumps(value, ensure_ascii=False)};\n" for name, value in values.items()]
    scripts = [(PARTS / f"{name}.js").read_text("utf-8") for name in ("house", "line", "log", "chat")]
    return "\n".join([*constants, *scripts]).encode()


WIDGET = _put_together()
PACKED = gzip.compress(WIDGET, mtime=0)
ETAG = b'"' + sha256(WIDGET).hexdigest()[:20].encode() + b'"'
