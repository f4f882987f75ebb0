"""Facts in words, as the audit page says them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from draht.core.journal.facts import Fact

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

WORDS: dict[Fact, StrOrPromise] = {
    Fact.MESSAGE_RECEIVED: _("a message came in"),
    Fact.MESSAGE_EDITED: _("a message was changed by its author"),
    Fact.MESSAGE_DELETED: _("a message was deleted on its network"),
    Fact.MESSAGE_RESTORED: _("a deleted message came back"),
    Fact.FILE_KEPT: _("a file of a message was fetched, or cannot be"),
    Fact.MESSAGE_MODERATED: _("a message was moderated"),
    Fact.CONVERSATIONS_JOINED: _("two conversations turned out to be one"),
    Fact.CONVERSATION_TAKEN: _("took a conversation"),
    Fact.CONVERSATION_ASSIGNED: _("assigned a conversation"),
    Fact.CONVERSATION_MOVED: _("handed a conversation to another department"),
    Fact.CONVERSATION_RESOLVED: _("resolved a conversation"),
    Fact.CONVERSATION_REOPENED: _("opened a conversation again"),
    Fact.CONVERSATION_SNOOZED: _("put a conversation aside"),
    Fact.CONVERSATION_WOKEN: _("a conversation came back"),
    Fact.CONVERSATION_READ: _("looked at a conversation"),
    Fact.CONVERSATION_MARKED_UNREAD: _("marked a conversation unread"),
    Fact.NOTE_WRITTEN: _("wrote a note"),
    Fact.TAG_ADDED: _("added a tag"),
    Fact.TAG_REMOVED: _("removed a tag"),
    Fact.REPLY_QUEUED: _("wrote an answer"),
    Fact.REPLY_HANDED_OVER: _("posts an answer by hand"),
    Fact.REPLY_HELD: _("wrote an answer that waits for release"),
    Fact.REPLY_RELEASED: _("released an answer"),
    Fact.REPLY_WITHDRAWN: _("took an answer back"),
    Fact.REPLY_SENT: _("an answer was sent"),
    Fact.REPLY_POSTPONED: _("an answer was postponed"),
    Fact.REPLY_FAILED: _("an answer was refused"),
    Fact.REPLY_UNSURE: _("an answer may or may not have arrived"),
    Fact.REPLY_SETTLED: _("looked whether an answer arrived"),
    Fact.REPLY_RETRIED: _("sent an answer again"),
    Fact.POST_WRITTEN: _("began a post"),
    Fact.POST_CHANGED: _("changed a post"),
    Fact.POST_DELETED: _("threw the draft of a post away"),
    Fact.POST_QUEUED: _("let a post go"),
    Fact.POST_HELD: _("handed in a post that waits for release"),
    Fact.POST_RELEASED: _("released a post"),
    Fact.POST_WITHDRAWN: _("took a post back"),
    Fact.POST_PUBLISHED: _("a post was published"),
    Fact.POST_POSTPONED: _("a post was postponed"),
    Fact.POST_FAILED: _("a post was refused"),
    Fact.POST_UNSURE: _("a post may or may not have been published"),
    Fact.POST_SETTLED: _("looked whether a post was published"),
    Fact.POST_RETRIED: _("published a post again"),
    Fact.CALENDAR_CHANGED: _("changed opening hours"),
    Fact.POLICY_CHANGED: _("changed a promise"),
    Fact.CONNECTION_MADE: _("connected an account"),
    Fact.CONNECTION_CHANGED: _("changed a connection"),
    Fact.CONNECTION_REMOVED: _("disconnected an account"),
    Fact.TROUBLE_BEGAN: _("trouble with a network began"),
    Fact.TROUBLE_ENDED: _("trouble with a network ended"),
    Fact.SUBSCRIBED_AGAIN: _("switched on a hook again that a network had switched off"),
    Fact.LEFTOVER_KEPT: _("something was not understood and kept"),
    Fact.LEFTOVERS_READ: _("read leftovers again"),
    Fact.LOGGED_IN: _("logged in"),
    Fact.LOGIN_FAILED: _("somebody failed to log in"),
    Fact.LOGGED_OUT: _("logged out"),
    Fact.PERSON_ADDED: _("added a colleague"),
    Fact.PERSON_CHANGED: _("changed a colleague"),
    Fact.PASSWORD_CHANGED: _("changed a password"),
    Fact.DEPARTMENT_ADDED: _("added a department"),
    Fact.DEPARTMENT_CHANGED: _("changed a department"),
    Fact.ARCHIVE_IMPORTED: _("an archive was imported"),
    Fact.ARCHIVE_EXPORTED: _("the messages were exported"),
    Fact.BACKUP_WRITTEN: _("a backup was written"),
}
