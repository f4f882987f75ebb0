"""Following redirects: where they end, which address to keep, and never from out there into our network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

from draht.contract.addresses import is_public
from draht.contract.errors import Refused
from draht.contract.http import Answer, Http
from draht.contract.words import words

LASTING = frozenset({301, 308})
PASSING = frozenset({302, 303, 307})
MOST = 5  # redirects of one request


@dataclass(frozen=True, slots=True)
class Followed:
    """The answer at the end of the road, and the address to ask from now on."""

    answer: Answer
    lasting: str


def get_following(
    http: Http, url: str, *, accept: frozenset[int] = frozenset(), public: bool = False, **options: Any
) -> Followed:
    """GET that follows redirects. ``public``: even the first address may not lie within our own network.

    ``lasting`` moves on only while every redirect so far was a lasting one.
    """
    lasting, moved_for_good = url, True
    for _ in range(MOST + 1):
        answer = http.get(url, accept=accept | LASTING | PASSING, public=public, **options)
        target = answer.headers.get("location", "")
        if answer.status not in LASTING | PASSING or not target:
            return Followed(answer, lasting)
        public = public or is_public(urlsplit(url).hostname or "")
        url = _joined(url, target)
        moved_for_good = moved_for_good and answer.status in LASTING
        lasting = url if moved_for_good else lasting
    told = words("{url} leads from one redirect to the next, more than {most} times.")
    raise Refused(told.format(url=lasting, most=MOST))


def _joined(url: str, target: str) -> str:
    try:
        return urljoin(url, target)
    except ValueError as error:
        told = words("{url} sends us to {target}, which is no address.")
        raise Refused(told.format(url=url, target=target)) from error
