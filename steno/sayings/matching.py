"""Finding a sentence again by the text around its values; no regular expressions, since values may be hostile."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

_PLACE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Saying:
    """A sentence with `{places}` for values, in English and in another language."""

    english: str
    translated: str

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Of its values, in their order in English."""
        return tuple(_PLACE.findall(self.english))

    @cached_property
    def around(self) -> tuple[str, ...]:
        """The text before, between and behind the values."""
        return tuple(_PLACE.split(self.english)[::2])

    @property
    def weight(self) -> int:
        """How much of it is no value: of several that fit a text, the heaviest is meant."""
        return sum(map(len, self.around))

    def values(self, text: str) -> dict[str, str] | None:
        """The values in a text that was made of this sentence; None where it was not. Linear in the text's length."""
        first, *between, last = self.around
        if not text.startswith(first) or not text.endswith(last) or len(text) < len(first) + len(last):
            return None
        found, at, end = [], len(first), len(text) - len(last)
        for words in between:
            where = text.find(words, at, end)
            if where < 0:
                return None
            found.append(text[at:where])
            at = where + len(words)
        return dict(zip(self.names, [*found, text[at:end]], strict=True))

    def filled(self, values: Mapping[str, str]) -> str:
        """The translation with these values."""
        return _PLACE.sub(lambda place: values.get(place[1], place[0]), self.translated)
