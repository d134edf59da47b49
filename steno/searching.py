"""Words as they are searched for, queries as people write them, and the words that were found.

The same for every database: what is indexed and what is asked for is made of words here, so that nothing a person
writes is an operator of anything.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_WORD = re.compile(r"[^\W_]+")
# Scripts without spaces: every sign is a word, and a word of several is a phrase.
_SIGNS = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f]"
)
# Letters that are not a letter with an accent for Unicode.
_PLAIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th"})
_MOST_WORDS = 20
# Words from here on may go on: languages inflect at the end, and a shorter beginning is that of everything.
_BEGINNING = 3  # letters
_LONGEST_WORD = 60
_SNIPPET = 160  # characters
_QUOTES = re.compile('["“”„«»]')


@dataclass(frozen=True)
class Term:
    """Words that stand together. `prefix`: the last one may go on."""

    words: tuple[str, ...]
    prefix: bool = False


@dataclass(frozen=True)
class Part:
    """A piece of a text; `hit` where it is what was searched for."""

    text: str
    hit: bool


def words(text: str) -> list[str]:
    """The words of a text as they are searched for: no accents, small letters."""
    return [word for word, _, _ in _places(unicodedata.normalize("NFC", text))]


def read_query(text: str) -> tuple[Term, ...]:
    """What a person searches for: plain words, which may go on, and phrases in quotes, which may not.

    Of words of one or two letters only the last may go on: it may still be being written.
    """
    terms: list[Term] = []
    pieces = _QUOTES.split(text)
    for place, piece in enumerate(pieces):
        quoted = place % 2 == 1
        found = [tuple(words(one)) for one in ([piece] if quoted else piece.split())]
        terms += [Term(one, prefix=not quoted and len(one[-1]) >= _BEGINNING) for one in found if one]
    terms = terms[:_MOST_WORDS]
    ends_quoted = len(pieces) > 1 and not words(pieces[-1]) and len(pieces) % 2 == 1
    if terms and not ends_quoted:
        terms[-1] = Term(terms[-1].words, prefix=True)
    return tuple(terms)


def marked(text: str, terms: Sequence[Term]) -> tuple[Part, ...]:
    """A stretch of the text around what was found, in parts. Without anything found: its beginning."""
    text = unicodedata.normalize("NFC", text)
    hits = _hits(text, terms)
    start = _stretch(text, hits[0][0]) if hits else 0
    end = min(len(text), start + _SNIPPET)
    if end < len(text):
        end = max(text.rfind(" ", start + 1, end), start + _SNIPPET // 2)
    parts: list[Part] = [Part("… ", hit=False)] if start else []
    place = start
    for first, last in hits:
        if first < place or last > end:
            continue
        parts += [Part(text[place:first], hit=False), Part(text[first:last], hit=True)]
        place = last
    parts += [Part(text[place:end], hit=False)] + ([Part(" …", hit=False)] if end < len(text) else [])
    return tuple(part for part in parts if part.text)


def _places(text: str) -> Iterator[tuple[str, int, int]]:
    """The words with their places in the text."""
    for match in _WORD.finditer(text):
        for start, end in _signs(match[0]):
            folded = _fold(match[0][start:end])[:_LONGEST_WORD]
            if folded:
                yield folded, match.start() + start, match.start() + end


def _signs(word: str) -> Iterator[tuple[int, int]]:
    place = 0
    for sign in _SIGNS.finditer(word):
        if sign.start() > place:
            yield place, sign.start()
        yield sign.start(), sign.end()
        place = sign.end()
    if place < len(word):
        yield place, len(word)


def _fold(word: str) -> str:
    plain = unicodedata.normalize("NFKD", word.casefold())
    return "".join(sign for sign in plain if unicodedata.category(sign)[0] in "LN").translate(_PLAIN)


def _hits(text: str, terms: Sequence[Term]) -> list[tuple[int, int]]:
    places = list(_places(text))
    found: set[tuple[int, int]] = set()
    for term in terms:
        length = len(term.words)
        for first in range(len(places) - length + 1):
            here = [word for word, _, _ in places[first : first + length]]
            whole = here[:-1] == list(term.words[:-1])
            if whole and (here[-1].startswith(term.words[-1]) if term.prefix else here[-1] == term.words[-1]):
                found.add((places[first][1], places[first + length - 1][2]))
    return sorted(found)


def _stretch(text: str, hit: int) -> int:
    """Where a snippet begins that shows what stands at `hit`: at a word, with some context before it."""
    if len(text) <= _SNIPPET or hit < _SNIPPET // 2:
        return 0
    start = hit - _SNIPPET // 3
    return text.find(" ", start, hit) + 1 or start
