"""What is deleted on its network is blanked here: text, versions, files' names and addresses, what the network sent."""

from __future__ import annotations

from collections.abc import Sequence

from draht.core.sql import execute, one_of
from draht.features.inbox.full_text import put_in, take_out


def blank(ids: Sequence[int]) -> None:
    """Takes the words of deleted messages away; that there was a message, when and of whom, stays."""
    where, parameter = one_of("id", ids)
    take_out(where, parameter)
    execute(
        "UPDATE inbox_message SET text = '', attachments = '[]', raw = '{}', stems = '~' || c.department_id || ' '"
        f" FROM inbox_conversation c WHERE c.id = conversation_id AND inbox_message.{where}",
        [parameter],
    )
    put_in(where, parameter)
    forget_versions(ids)


def forget_versions(ids: Sequence[int]) -> None:
    """Of messages that were ever deleted: the versions that are older than the deletion."""
    if ids:
        where, parameter = one_of("message_id", ids)
        execute(
            f"DELETE FROM inbox_version WHERE {where} AND rank <= (SELECT gone FROM inbox_message"
            " WHERE inbox_message.id = message_id)",
            [parameter],
        )
