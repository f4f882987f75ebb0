"""Archives: tables of messages that somebody kept. They can be read; nobody can answer in them."""
