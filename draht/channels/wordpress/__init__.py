"""WordPress: comments on a blog of one's own, read, answered and moderated through its REST API."""
