"""What colleagues did with a conversation is found along an index; the many messages that came in are not in it."""

from django.db import migrations

INDEX = """CREATE INDEX journal_history ON journal_entry (conversation_id, id)
           WHERE conversation_id IS NOT NULL AND actor_id IS NOT NULL"""


class Migration(migrations.Migration):
    dependencies = [("journal", "0002_order")]
    operations = [migrations.RunSQL(INDEX, "DROP INDEX journal_history")]
