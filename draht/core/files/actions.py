"""Keeping files and forgetting them."""

from __future__ import annotations

import os
import tempfile
from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.db.models import ForeignObjectRel

from draht.core.clock import DAY, now
from draht.core.files.examining import examine
from draht.core.files.models import File
from draht.core.sql import select

MOST = 500  # contents forgotten at once


def keep(content: bytes) -> File:
    """Keeps a content, once, and says what it is. When this returns it is safe on disk.

    Whoever keeps it has a day to point to it. The row is renewed before the disk is looked at: so ``forget_unused``,
    which takes the content away first, never takes away what is just being kept.
    """
    digest = sha256(content).hexdigest()
    looked = examine(content)
    values = {
        "content_type": looked.content_type,
        "size": len(content),
        "width": looked.width,
        "height": looked.height,
        "kept_at": now(),
    }
    file, _ = File.objects.update_or_create(sha256=digest, defaults=values)
    if not path_of(digest).exists():
        _write(path_of(digest), content)
    return file


def path_of(digest: str) -> Path:
    """Where the content with this SHA-256 lies; at most some hundred files share a folder."""
    return Path(settings.DATA_DIR) / "files" / digest[:2] / digest[2:4] / digest


def read(file: File) -> bytes:
    """Its content. Raises ``OSError`` if somebody took it away."""
    return path_of(file.sha256).read_bytes()


def forget_unused() -> bool:
    """Takes contents away for good that nothing points to; whether there were any. Raises ``OSError``."""
    return sum(_forget(id, digest) for id, digest in _unused(now() - DAY)) > 0


def _unused(before: int) -> list[tuple[int, str]]:
    """Contents, kept before that time, that no row of any table points to."""
    links = [link for link in File._meta.get_fields(include_hidden=True) if link.one_to_many or link.one_to_one]
    pointing = [link.field for link in links if isinstance(link, ForeignObjectRel)]
    nobody = " ".join(
        f"AND NOT EXISTS (SELECT 1 FROM {field.model._meta.db_table} u WHERE u.{field.column} = f.id)"
        for field in pointing
    )
    statement = f"SELECT f.id, f.sha256 FROM files_file f WHERE f.kept_at < %s {nobody} ORDER BY f.id LIMIT {MOST}"
    return [(id, digest) for id, digest in select(statement, [before])]


def _forget(id: int, digest: str) -> bool:
    path = path_of(digest)
    aside = path.with_name(f"{path.name}.gone")
    if path.exists():
        os.replace(path, aside)
    gone, _ = File.objects.filter(pk=id, kept_at__lt=now() - DAY).delete()
    if gone:
        aside.unlink(missing_ok=True)
    elif aside.exists() and not path.exists():  # somebody keeps it again
        os.replace(aside, path)
    return bool(gone)


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor, partial = tempfile.mkstemp(dir=path.parent, prefix=".partial-")
    try:
        with os.fdopen(descriptor, "wb") as target:
            target.write(content)
            target.flush()
            os.fsync(target.fileno())
        os.replace(partial, path)
    except BaseException:
        Path(partial).unlink(missing_ok=True)
        raise
