"""The journal keeps its order and its rows: transaction numbers on PostgreSQL, and no change or removal on either store."""

from django.db import migrations

POSTGRES = [
    "ALTER TABLE journal_entry ALTER COLUMN tx SET DEFAULT pg_current_xact_id()::text::bigint",
    "CREATE INDEX journal_order ON journal_entry (tx, id)",
    """CREATE FUNCTION journal_is_written_once() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN RAISE EXCEPTION 'the journal is only ever appended to'; END $$""",
    """CREATE TRIGGER journal_stays BEFORE UPDATE OR DELETE ON journal_entry
       FOR EACH ROW EXECUTE FUNCTION journal_is_written_once()""",
    """CREATE TRIGGER seals_stay BEFORE UPDATE OR DELETE ON journal_seal
       FOR EACH ROW EXECUTE FUNCTION journal_is_written_once()""",
]
SQLITE = [
    f"""CREATE TRIGGER {table}_{verb} BEFORE {verb} ON {table}
        BEGIN SELECT RAISE(ABORT, 'the journal is only ever appended to'); END"""
    for table in ("journal_entry", "journal_seal")
    for verb in ("UPDATE", "DELETE")
]


def order(apps, schema_editor):
    for statement in POSTGRES if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("journal", "0001_begin")]
    operations = [migrations.RunPython(order)]
