"""Files of messages, read as rows with our names for their columns."""
