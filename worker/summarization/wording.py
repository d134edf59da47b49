"""Small comparisons of words: numbers in digits and in words, days, runs of words that two texts share."""

import re
from datetime import date
from functools import lru_cache

from steno.vocabulary import numbers, tokens

_RUN = 8  # words in a row that nobody shares by chance


def said_number(number: str, spoken: str, language: str) -> bool:
    """Whether a number written in digits is said, in digits or in words ('15', '15th', 'fifteen', 'fifteenth')."""
    wanted = _digits(number)
    if any(_digits(said) == wanted for said in numbers(spoken)):
        return True
    text = _plain(spoken)
    return any(word and re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text) for word in _words(wanted, language))


def shares_run(text: str, other: str, language: str) -> bool:
    """Whether the texts share eight words in a row."""
    one, two = tokens(text, language), tokens(other, language)
    runs = {tuple(two[at : at + _RUN]) for at in range(len(two) - _RUN + 1)}
    return any(tuple(one[at : at + _RUN]) in runs for at in range(len(one) - _RUN + 1))


def iso_day(text: str | None) -> date | None:
    """A day written YYYY-MM-DD."""
    try:
        return date.fromisoformat((text or "").strip()[:10])
    except ValueError:
        return None


def _digits(number: str) -> str:
    return re.sub(r"(?<=\d)[.,:](?=\d{3}(?:\D|$))", "", number).strip(".,:")


def _plain(text: str) -> str:
    return re.sub(r"[-\s]+", " ", text.casefold())


@lru_cache(maxsize=2048)
def _words(number: str, language: str) -> tuple[str, ...]:
    from num2words import num2words

    if not number.isdigit() or len(number) > 12:
        return ()
    found = []
    for kind in ("cardinal", "ordinal"):
        try:
            found.append(_plain(str(num2words(int(number), lang=language, to=kind))))
        except (NotImplementedError, ValueError, TypeError, OverflowError):
            continue
    found += [word.replace(" and ", " ") for word in found]
    return tuple(dict.fromkeys(found))
