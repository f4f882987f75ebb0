"""Reddit: inbox, mentions, and subreddits of one's own."""
