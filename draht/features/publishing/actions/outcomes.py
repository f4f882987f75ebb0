"""What came of publishing on one account. Each outcome is one transaction, and counts only for its own attempt."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from draht.contract.messages import Sent
from draht.contract.text import clean
from draht.core.clock import to_ms
from draht.core.journal.facts import Fact
from draht.core.worker import outgoing
from draht.features.publishing.actions.locking import tell
from draht.features.publishing.models import Publication, PublicationState


def claim_due_publications(limit: int = 1, not_of: Sequence[int] = ()) -> list[Publication]:
    """What is to be published now, leased to the caller; of none of the connections ``not_of``."""
    ids = outgoing.claim_due(
        "publishing_publication", "connection_id", not_of, limit, planned=PublicationState.SCHEDULED
    )
    return list(Publication.objects.filter(pk__in=ids).select_related("connection", "post"))


def start_attempt(publication: Publication) -> bool:
    """Writes down that it is leaving now, before it does. False if somebody withdrew it meanwhile."""
    return outgoing.start_attempt(publication)


@transaction.atomic
def publication_sent(publication: Publication, sent: Sent) -> None:
    """The network took it. This is a fact, so it counts even if the worker slept and its lease ran out."""
    if outgoing.is_open(publication):
        outgoing.write_sent(publication)
        Publication.objects.filter(pk=publication.pk).update(
            external_id=clean(sent.id)[:400], url=_web_address(sent.url), sent_at=to_ms(sent.at)
        )
        tell(Fact.POST_PUBLISHED, publication)


@transaction.atomic
def publication_postponed(publication: Publication, reason: str, after: float | None) -> None:
    """Nothing was published; another attempt follows."""
    if outgoing.write_postponed(publication, clean(reason), after):
        tell(Fact.POST_POSTPONED, publication, reason=clean(reason)[:300])


@transaction.atomic
def publication_failed(publication: Publication, reason: str) -> None:
    """The network said no."""
    if outgoing.write_failed(publication, clean(reason)):
        tell(Fact.POST_FAILED, publication, reason=clean(reason)[:300])


@transaction.atomic
def publication_unsure(publication: Publication, reason: str, *, looks_again: bool, after: float | None = None) -> None:
    """It may stand there. The worker looks again after a pause, or leaves it to a person."""
    if outgoing.write_unsure(publication, clean(reason), looks_again=looks_again, after=after):
        tell(Fact.POST_UNSURE, publication, reason=clean(reason)[:300])


@transaction.atomic
def publication_missing(publication: Publication) -> None:
    """Somebody has looked: no earlier attempt arrived. It leaves as if for the first time."""
    outgoing.write_missing(publication)


def _web_address(url: str) -> str:
    """``javascript:`` is an address, too."""
    return url if url.startswith(("https://", "http://")) and url.isprintable() and len(url) <= 2000 else ""
