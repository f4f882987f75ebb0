"""Every change to posts: one verb, one transaction, one journal entry for each account that it concerns."""

from draht.core.files.uploads import Upload
from draht.core.possible import NotPossible
from draht.features.publishing.actions.outcomes import (
    claim_due_publications,
    publication_failed,
    publication_missing,
    publication_postponed,
    publication_sent,
    publication_unsure,
    start_attempt,
)
from draht.features.publishing.actions.posts import Draft, publish, release, take_back, throw_away, write
from draht.features.publishing.actions.publications import look_again, retry, settle, withdraw
from draht.features.publishing.models import Post, Publication
from draht.features.publishing.outgoing import media_of, told

__all__ = [
    "Draft",
    "NotPossible",
    "Post",
    "Publication",
    "Upload",
    "claim_due_publications",
    "look_again",
    "media_of",
    "publication_failed",
    "publication_missing",
    "publication_postponed",
    "publication_sent",
    "publication_unsure",
    "publish",
    "release",
    "retry",
    "settle",
    "start_attempt",
    "take_back",
    "throw_away",
    "told",
    "withdraw",
    "write",
]
