"""Where a page of a list begins, as a word that callers hand back unread."""

import base64
import binascii
from collections.abc import Callable
from typing import TypeVar

from steno.errors import InvalidOption

Place = TypeVar("Place")


def written(place: str) -> str:
    """A cursor for a place."""
    return base64.urlsafe_b64encode(place.encode()).decode().rstrip("=")


def read(cursor: str, place_in: Callable[[str], Place]) -> Place:
    """The place of a cursor; `place_in` reads it, and raises ValueError. Raises InvalidOption for a strange one."""
    try:
        return place_in(base64.b64decode(cursor + "=" * (-len(cursor) % 4), b"-_", validate=True).decode())
    except (ValueError, binascii.Error) as error:
        raise InvalidOption("This is no cursor of ours", "Use `next_cursor` as it was given.") from error
