"""What is read of Instagram's nodes, and the paths that read them."""

from __future__ import annotations

from urllib.parse import quote, urlencode

COMMENT = "id,text,timestamp,username,from,hidden,parent_id,media{id}"
MEDIA = "id,caption,permalink,timestamp"
MENTIONED = "id,text,timestamp,username,media{id,permalink}"
MENTIONING = "id,caption,timestamp,username,permalink,media_type,media_url"
MESSAGE = "id,created_time,from,to,message,attachments"


def comment_path(id: str) -> str:
    return f"{safe(id)}?{urlencode({'fields': COMMENT})}"


def message_path(id: str) -> str:
    return f"{safe(id)}?{urlencode({'fields': MESSAGE})}"


def caption_path(media: str) -> str:
    """What a post says, for the title of what is said below it."""
    return f"{safe(media)}?{urlencode({'fields': 'caption,permalink'})}"


def names_path(person: str) -> str:
    return f"{safe(person)}?{urlencode({'fields': 'name,username'})}"


def neighbours_path(media: str) -> str:
    return f"{safe(media)}/comments?{urlencode({'fields': 'id', 'limit': 1})}"


def mention_path(user: str, media: str, comment: str) -> str:
    """What a mention says: the hook brings only ids."""
    if comment:
        return f"{user}?{urlencode({'fields': f'mentioned_comment.comment_id({comment}){{{MENTIONED}}}'})}"
    return f"{user}?{urlencode({'fields': f'mentioned_media.media_id({media}){{{MENTIONING}}}'})}"


def safe(id: str) -> str:
    return quote(id, safe="")
