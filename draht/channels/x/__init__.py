"""X (Twitter): mentions, answers, quotes and direct messages in; answers, posts and direct messages out."""
