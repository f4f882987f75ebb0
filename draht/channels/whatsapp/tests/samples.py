"""Templates as the WhatsApp Manager has them, in every state."""

from __future__ import annotations

from typing import Any

TEMPLATES: list[dict[str, Any]] = [
    {
        "name": "hello_world", "language": "en_US", "status": "APPROVED", "category": "UTILITY", "id": "1",
        "components": [
            {"type": "HEADER", "format": "TEXT", "text": "Hello World"},
            {"type": "BODY", "text": "Welcome and congratulations!"},
            {"type": "FOOTER", "text": "Boots & More"},
        ],
    },
    {
        "name": "order_update", "language": "en", "status": "APPROVED", "category": "UTILITY", "id": "2",
        "components": [{"type": "BODY", "text": "Hi {{1}}, there is news about your order {{2}}. Write to us!"}],
    },
    {
        "name": "by_name", "language": "de", "status": "APPROVED", "category": "UTILITY", "id": "3",
        "parameter_format": "NAMED",
        "components": [
            {"type": "HEADER", "format": "TEXT", "text": "Hallo {{vorname}}"},
            {"type": "BODY", "text": "Ihr Paket ist da."},
            {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Danke"}]},
        ],
    },
    {
        "name": "with_picture", "language": "en", "status": "APPROVED", "category": "MARKETING", "id": "4",
        "components": [{"type": "HEADER", "format": "IMAGE"}, {"type": "BODY", "text": "Look!"}],
    },
    {
        "name": "with_address", "language": "en", "status": "APPROVED", "category": "MARKETING", "id": "5",
        "components": [
            {"type": "BODY", "text": "Track it."},
            {"type": "BUTTONS", "buttons": [{"type": "URL", "text": "Track", "url": "https://x.example/{{1}}"}]},
        ],
    },
    {
        "name": "rejected", "language": "en", "status": "REJECTED", "category": "MARKETING", "id": "6",
        "components": [{"type": "BODY", "text": "Buy now!"}],
    },
]  # fmt: skip
