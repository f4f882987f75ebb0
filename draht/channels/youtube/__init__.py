"""YouTube: comments below a channel's videos, read within the day's quota, answered, moderated; videos published."""
