"""Bars over time, as a picture made on the server: it needs no script, and the same numbers stand in a table below.

Coordinates are of a box 1000 wide and 200 high that is stretched to its place; words stand beside it, as text.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from babel.dates import format_skeleton

from steno.database.clock import DAY
from web.portal.figures import count
from web.portal.languages import language

WIDTH, HEIGHT = 1000.0, 200.0
_NARROW = 0.72  # of a bar's place


@dataclass(frozen=True)
class Piece:
    """A part of a bar: what it is (a class of the style sheet), and where it stands."""

    kind: str
    y: float
    height: float


@dataclass(frozen=True)
class Bar:
    """What ended on a day or in a week. `says` is for who points at it."""

    x: float
    width: float
    says: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Chart:
    """A chart with its words. `scale` from the top down, `axis` from the left."""

    name: str
    title: str
    summary: str
    bars: tuple[Bar, ...]
    scale: tuple[str, str, str]
    axis: tuple[str, ...]


@dataclass(frozen=True)
class Column:
    """The values of a bar, from below, each with its kind; and what it says."""

    day: int
    says: str
    values: tuple[tuple[str, float], ...]


def chart(name: str, title: str, summary: str, columns: Sequence[Column]) -> Chart:
    """The chart of these columns."""
    top = nice(max((sum(value for _, value in one.values) for one in columns), default=0.0))
    place = WIDTH / max(1, len(columns))
    bars = tuple(
        Bar(number * place + place * (1 - _NARROW) / 2, place * _NARROW, one.says, _pieces(one, top))
        for number, one in enumerate(columns)
    )
    shown = [columns[0], columns[len(columns) // 2], columns[-1]] if len(columns) > 2 else list(columns)
    half = top / 2
    scale = (count(top), count(half, 0 if half == int(half) else 1), count(0))
    return Chart(name, title, summary, bars, scale, tuple(day_name(one.day) for one in shown))


def nice(highest: float) -> float:
    """The least of 1, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20 ... that is not lower."""
    if highest <= 1:
        return 1.0
    power = 10.0 ** math.floor(math.log10(highest))
    return next(power * step for step in (1, 1.5, 2, 3, 4, 5, 6, 8, 10) if power * step >= highest)


def day_name(day: int) -> str:
    """A day, numbered from 1970, as 7 Mar."""
    return format_skeleton("MMMd", datetime.fromtimestamp(day * DAY, UTC), locale=language())


def _pieces(column: Column, top: float) -> tuple[Piece, ...]:
    pieces, below = [], HEIGHT
    for kind, value in column.values:
        height = HEIGHT * value / top
        if height > 0:
            below -= height
            pieces.append(Piece(kind, round(below, 2), round(height, 2)))
    return tuple(pieces)
