"""Facebook: a page's comments, posts of visitors and Messenger, through Meta's Graph API."""
