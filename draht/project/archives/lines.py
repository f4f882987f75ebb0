"""The lines of a file, packed or not, in whatever encoding; never more than one line in memory."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from io import BufferedReader
from pathlib import Path

from draht.flows.import_archive import Strange

MOST_BYTES = 10 * 1024 * 1024  # of one line
SHOWN = 200  # characters of a line that is not read


class Unreadable(Exception):
    """The file, or the rest of it, cannot be read. The words say why and what helps."""


class Lines:
    """Lines of text; one that is too long is ``Strange``.

    Attributes:
        number: lines read so far.
        windows: how many were not UTF-8 and were read as Windows-1252.
        mended: how many had broken characters that were replaced.
    """

    def __init__(self, path: Path) -> None:
        self._raw = path.open("rb")
        packed = self._raw.read(2) == b"\x1f\x8b"
        self._raw.seek(0)
        self._file: BufferedReader | gzip.GzipFile = gzip.GzipFile(fileobj=self._raw) if packed else self._raw
        self._utf8 = False
        self.size = path.stat().st_size
        self.number = self.windows = self.mended = 0

    @property
    def position(self) -> int:
        """Bytes of the file that were read, of ``size``."""
        return self._raw.tell()

    def close(self) -> None:
        self._file.close()
        self._raw.close()

    def __iter__(self) -> Iterator[str | Strange]:
        while line := self._read(MOST_BYTES + 1):
            self.number += 1
            line = self._begin(line) if self.number == 1 else line
            if len(line) > MOST_BYTES and not line.endswith(b"\n"):
                self._skip()
                reason = f"the line is longer than {MOST_BYTES // 1024 // 1024} MB"
                yield Strange(self.number, self._text(line[:SHOWN]), reason)
            else:
                yield self._text(line)

    def _read(self, most: int) -> bytes:
        try:
            return self._file.readline(most)
        except (EOFError, OSError, zlib.error) as error:
            raise Unreadable(f"The file breaks off after line {self.number}: {error}") from error

    def _skip(self) -> None:
        while (rest := self._read(MOST_BYTES)) and not rest.endswith(b"\n"):
            pass

    def _begin(self, line: bytes) -> bytes:
        if line.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise Unreadable("This file is UTF-16. Please save it as UTF-8 and try again.")
        if b"\x00" in line[:4096]:
            raise Unreadable("This is no text file: it has to be CSV or JSON Lines.")
        return line.removeprefix(b"\xef\xbb\xbf")

    def _text(self, line: bytes) -> str:
        try:
            text = line.decode()
        except UnicodeDecodeError:
            if self._utf8:  # it was UTF-8 so far: single bytes are broken
                self.mended += 1
                return line.decode("utf-8", "replace")
            self.windows += 1
            return line.decode("cp1252", "replace")
        self._utf8 = self._utf8 or not text.isascii()
        return text
