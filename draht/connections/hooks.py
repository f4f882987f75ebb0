"""Hooks as text and back: what is kept of a request besides its bytes."""

from __future__ import annotations

import msgspec

from draht.contract.messages import Hook
from draht.core.worker.models import Delivery


def request_of(hook: Hook) -> str:
    """Method, headers and query as JSON; cookies and logins of ours are left out."""
    headers = {name: value for name, value in hook.headers.items() if name not in {"cookie", "authorization"}}
    return msgspec.json.encode([hook.method, headers, dict(hook.query)]).decode()


def hook_of(delivery: Delivery) -> Hook:
    return read_back(delivery.request, bytes(delivery.body))


def read_back(request: str, body: bytes) -> Hook:
    method, headers, query = msgspec.json.decode(request, type=tuple[str, dict[str, str], dict[str, str]])
    return Hook(method, headers, query, body)
