"""Feeds: RSS, Atom and JSON Feed. They can be read; nobody can answer in them."""
