"""Messages as a reader sees them: nested, and only what this reader may see."""

from __future__ import annotations

from dataclasses import dataclass, field

from draht.channels.sandbox.network.values import Member, Message

DEEPEST = 3  # answers below this level stand beside the one they answer: a narrow screen has no room for more
HUES = 8


@dataclass(slots=True)
class Node:
    """A message with what is seen under it.

    Attributes:
        shown: false when only its place is left (deleted, or taken down) because answers still hang on it.
        to: whom it answers, when the nesting does not show it.
    """

    message: Message
    shown: bool
    mine: bool
    level: int = 0
    to: str = ""
    answers: list[Node] = field(default_factory=list)


def trees(messages: list[Message], viewer: Member | None) -> list[Node]:
    """The threads of a list of public messages that has the older ones first."""
    nodes: dict[int, Node] = {}
    homes: dict[int, list[Node]] = {}
    roots: list[Node] = []
    for message in messages:
        node = _node(message, viewer.id if viewer else 0)
        above = nodes.get(message.parent or 0)
        if above is None:
            home = roots
        elif above.level < DEEPEST:
            home, node.level = above.answers, above.level + 1
        else:
            home, node.level, node.to = homes[above.message.id], DEEPEST, above.message.author.name
        home.append(node)
        nodes[message.id], homes[message.id] = node, home
    return _pruned(roots)


def _node(message: Message, viewer: int) -> Node:
    mine = message.author.id == viewer
    seen = message.state == "public" or (message.state == "held" and mine)
    return Node(message=message, shown=seen and not message.deleted_at, mine=mine)


def _pruned(nodes: list[Node]) -> list[Node]:
    for node in nodes:
        node.answers = _pruned(node.answers)
    return [node for node in nodes if node.shown or node.answers]


def initials(name: str) -> str:
    parts = name.split()
    return "".join(part[0] for part in (parts[0], parts[-1])[: len(parts)]).upper() if parts else "?"


def hue(member: Member) -> int:
    """One of the colours of the pages' avatars."""
    return member.id % HUES
