"""Sizes and times in templates, as the reader writes them."""

from datetime import UTC, datetime

from babel.units import format_unit
from flask import Flask

from web.portal.languages import language

_UNITS = ("byte", "kilobyte", "megabyte", "gigabyte", "terabyte")


def register(app: Flask) -> None:
    """Let templates write `{{ bytes | size }}` and `<time datetime="{{ seconds | iso }}">`."""
    app.jinja_env.filters.update(size=size, iso=iso)


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
