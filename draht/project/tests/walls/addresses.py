"""Every address that there is, taken from the URLconf, so that a new one cannot be forgotten."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern

PUBLIC = {"account_login", "account_logout", "account_signup", "account_inactive"}  # for strangers
PUBLIC |= {"demo_website", "demo_feed", "healthz", "file_lent"}  # the last for whoever knows a signed address
OWN = {"account_change_password", "icon"}  # for everybody who can log in, whatever their role


@dataclass(frozen=True, slots=True)
class Address:
    """One line of the URLconf."""

    name: str
    route: str
    parameters: tuple[str, ...]

    def path(self, values: Mapping[str, object]) -> str:
        path = self.route
        for parameter in self.parameters:
            start, end = path.index("<"), path.index(">")
            path = f"{path[:start]}{values[parameter]}{path[end + 1 :]}"
        return f"/{path}"


def addresses() -> list[Address]:
    return list(_walk(get_resolver(), ""))


def _walk(resolver: URLResolver, before: str) -> Iterator[Address]:
    for pattern in resolver.url_patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern, route)
        else:
            yield Address(pattern.name or route, route, _parameters(pattern))


def _parameters(pattern: URLPattern) -> tuple[str, ...]:
    assert isinstance(pattern.pattern, RoutePattern)
    return tuple(pattern.pattern.converters)
