"""The store's own full text over the stems, and the running numbers of messages and conversations."""

from django.db import migrations

POSTGRES = [
    """ALTER TABLE inbox_message ADD COLUMN search tsvector GENERATED ALWAYS AS (array_to_tsvector(
       array_remove(string_to_array(stems, ' '), '') || ARRAY['~a' || (id >> 36)::text, '~b' || (id >> 39)::text,
       '~c' || (id >> 42)::text, '~d' || (id >> 45)::text])) STORED""",  # the words, and four stretches of time
    "CREATE INDEX message_search ON inbox_message USING gin (search) WITH (fastupdate = on)",
    "CREATE SEQUENCE sequence_message",
    "CREATE SEQUENCE sequence_conversation",
]
SQLITE = [
    """CREATE VIRTUAL TABLE inbox_search USING fts5(
       stems, content='inbox_message', content_rowid='id',
       tokenize="unicode61 remove_diacritics 2 tokenchars '~'")""",
    "CREATE TABLE sequence (name text PRIMARY KEY, value integer NOT NULL) WITHOUT ROWID",
]


def make(apps, schema_editor):
    for statement in POSTGRES if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("inbox", "0001_begin")]
    operations = [migrations.RunPython(make)]
