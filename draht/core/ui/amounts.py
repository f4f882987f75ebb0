"""Numbers and money as the reader writes them."""

from __future__ import annotations

from babel.numbers import format_currency, format_decimal

from draht.core.ui.times import locale


def number(value: float) -> str:
    return format_decimal(value, locale=locale())


def price(cents: float) -> str:
    """US cents as dollars, with as many places as it takes; empty if it costs nothing."""
    return format_currency(cents / 100, "USD", "¤#,##0.00#", locale=locale()) if cents else ""


def dollars(cents: float) -> str:
    """US cents as dollars."""
    return format_currency(cents / 100, "USD", locale=locale())


def percent(share: float) -> str:
    """A share with one place: "87.9 %"."""
    return f"{format_decimal(round(share * 100, 1), '#,##0.0', locale=locale())}\u00a0%"
