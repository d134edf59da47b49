"""Sizes, times and counts in templates, as the reader writes them."""

from datetime import UTC, datetime

from babel.numbers import format_decimal, format_percent
from babel.units import format_unit
from flask import Flask

from web.portal.languages import language

_UNITS = ("byte", "kilobyte", "megabyte", "gigabyte", "terabyte")
# Unit, its seconds, and up to which span it is used.
_SPANS = (("second", 1.0, 90.0), ("minute", 60.0, 5400.0), ("hour", 3600.0, 129_600.0), ("day", 86_400.0, float("inf")))


def register(app: Flask) -> None:
    """Let templates write `{{ bytes | size }}` and `<time datetime="{{ seconds | iso }}">`."""
    app.jinja_env.filters.update(size=size, iso=iso, span=span, count=count, share=share)


def size(count: int) -> str:
    """Bytes as 12.3 MB."""
    power, rest = 0, float(max(0, count))
    while rest >= 999.5 and power < len(_UNITS) - 1:
        power, rest = power + 1, rest / 1000
    form = "#,##0.#" if power > 1 else "#,##0"
    return format_unit(rest, f"digital-{_UNITS[power]}", length="short", format=form, locale=language())


def iso(seconds: float) -> str:
    """Seconds since 1970 as machines read a time."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def span(seconds: float) -> str:
    """About how long: 42 sec, 3 min, 5.2 hr, 12 days."""
    unit, of, _ = next(one for one in _SPANS if seconds < one[2])
    value = max(0.0, seconds) / of
    form = "#,##0.#" if unit in {"hour", "day"} and value < 10 else "#,##0"
    return format_unit(value, unit, length="short", format=form, locale=language())


def count(number: float, places: int = 0) -> str:
    """A number with its groups of digits, and so many decimals."""
    form = "#,##0" + ("." + "0" * places if places else "")
    return format_decimal(number, format=form, locale=language())


def share(part: float) -> str:
    """A share of one, in percent."""
    return format_percent(part, locale=language())
