"""Files that a colleague sends out: as a form brings them, each with what it shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

import draht.core.files.actions as files
from draht.core.files.examining import examine, without_places
from draht.core.files.models import File


@dataclass(frozen=True, slots=True)
class Upload:
    """A file on its way out; ``alt`` says what it shows."""

    name: str
    content: bytes
    alt: str = ""

    def keep(self) -> File:
        """Keeps it. Where a picture was taken leaves with nobody."""
        return files.keep(without_places(self.content, examine(self.content).content_type))


class Files(forms.FileField):
    """Any number of files."""

    widget = type("FilesInput", (forms.ClearableFileInput,), {"allow_multiple_selected": True})

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[Any]]:
        files: list[UploadedFile[Any]] = [super(Files, self).clean(one, initial) for one in data or []]
        for file in files:
            if (file.size or 0) > settings.FILE_MAX_BYTES:
                told = {"name": file.name, "most": settings.FILE_MAX_BYTES // 1_000_000}
                raise forms.ValidationError(_("%(name)s has more than %(most)d MB.") % told)
        return files


def uploads(files: Sequence[UploadedFile[Any]], alts: Sequence[str]) -> list[Upload]:
    """The files, each with its description, which come in the same order."""
    told = [*alts, *[""] * len(files)]
    return [Upload(file.name or "file", file.read(), alt) for file, alt in zip(files, told, strict=False)]
