"""What a channel must keep to. Plain Python: nothing here knows Django, a database or a network."""
