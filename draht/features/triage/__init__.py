"""Reads every message before a person opens it: language, mood, intent, spam, harm, urgency, personal data."""
