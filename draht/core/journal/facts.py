"""The names of everything that can have happened. Past tense; each has a line in docs/develop/facts.md."""

from __future__ import annotations

from enum import StrEnum


class Fact(StrEnum):
    # messages
    MESSAGE_RECEIVED = "message_received"
    MESSAGE_EDITED = "message_edited"
    MESSAGE_DELETED = "message_deleted"
    MESSAGE_RESTORED = "message_restored"
    FILE_KEPT = "file_kept"
    MESSAGE_MODERATED = "message_moderated"
    CONVERSATIONS_JOINED = "conversations_joined"
    # conversations
    CONVERSATION_TAKEN = "conversation_taken"
    CONVERSATION_ASSIGNED = "conversation_assigned"
    CONVERSATION_MOVED = "conversation_moved"
    CONVERSATION_RESOLVED = "conversation_resolved"
    CONVERSATION_REOPENED = "conversation_reopened"
    CONVERSATION_SNOOZED = "conversation_snoozed"
    CONVERSATION_WOKEN = "conversation_woken"
    CONVERSATION_READ = "conversation_read"
    CONVERSATION_MARKED_UNREAD = "conversation_marked_unread"
    NOTE_WRITTEN = "note_written"
    TAG_ADDED = "tag_added"
    TAG_REMOVED = "tag_removed"
    # replies
    REPLY_QUEUED = "reply_queued"
    REPLY_HELD = "reply_held"
    REPLY_HANDED_OVER = "reply_handed_over"
    REPLY_RELEASED = "reply_released"
    REPLY_WITHDRAWN = "reply_withdrawn"
    REPLY_SENT = "reply_sent"
    REPLY_POSTPONED = "reply_postponed"
    REPLY_FAILED = "reply_failed"
    REPLY_UNSURE = "reply_unsure"
    REPLY_SETTLED = "reply_settled"
    REPLY_RETRIED = "reply_retried"
    # posts
    POST_WRITTEN = "post_written"
    POST_CHANGED = "post_changed"
    POST_DELETED = "post_deleted"
    POST_QUEUED = "post_queued"
    POST_HELD = "post_held"
    POST_RELEASED = "post_released"
    POST_WITHDRAWN = "post_withdrawn"
    POST_PUBLISHED = "post_published"
    POST_POSTPONED = "post_postponed"
    POST_FAILED = "post_failed"
    POST_UNSURE = "post_unsure"
    POST_SETTLED = "post_settled"
    POST_RETRIED = "post_retried"
    # promises
    CALENDAR_CHANGED = "calendar_changed"
    POLICY_CHANGED = "policy_changed"
    # connections
    CONNECTION_MADE = "connection_made"
    CONNECTION_CHANGED = "connection_changed"
    CONNECTION_REMOVED = "connection_removed"
    TROUBLE_BEGAN = "trouble_began"
    TROUBLE_ENDED = "trouble_ended"
    SUBSCRIBED_AGAIN = "subscribed_again"
    LEFTOVER_KEPT = "leftover_kept"
    LEFTOVERS_READ = "leftovers_read"
    # people
    LOGGED_IN = "logged_in"
    LOGIN_FAILED = "login_failed"
    LOGGED_OUT = "logged_out"
    PERSON_ADDED = "person_added"
    PERSON_CHANGED = "person_changed"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - the name of a fact
    DEPARTMENT_ADDED = "department_added"
    DEPARTMENT_CHANGED = "department_changed"
    # the house
    ARCHIVE_IMPORTED = "archive_imported"
    ARCHIVE_EXPORTED = "archive_exported"
    BACKUP_WRITTEN = "backup_written"
