"""Blogger: the comments of a blog on BlogSpot, moderated through its interface, answered by hand; posts published."""
