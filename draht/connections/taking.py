"""Which files a network takes, in words for whoever wants to send one."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _

from draht.contract.messages import Takes


def why_not(name: str, content_type: str, size: int, takes: Takes) -> str:
    """Why the network does not take a file of so many bytes; empty if it does."""
    most = min(takes.most or settings.FILE_MAX_BYTES, settings.FILE_MAX_BYTES)
    if size > most:
        told = _("%(name)s is too large: the network takes %(most)d MB.")
        return told % {"name": name, "most": max(1, most // 1_000_000)}
    if content_type not in takes.types:
        told = _("The network does not take %(name)s. It takes: %(types)s.")
        return told % {"name": name, "types": ", ".join(one.partition("/")[2] for one in takes.types)}
    return ""
