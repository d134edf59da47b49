"""The sentences in each language, read from the catalogs beside this module as they are written."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from steno.sayings.matching import Saying
from steno.sayings.sentences import SENTENCES

LANGUAGES = ("de", "fi", "sv")  # beside English; German only has what documents carry
_DEEPEST = 4  # sentences in the values of sentences
FRAME = "frame"  # context in the catalogs of what stands around people's words; it is never looked for in a text
_LONGEST = 4000  # characters; what the software says is far shorter
_Found = tuple[Saying, dict[str, str]]


def retold(text: str, language: str) -> str:
    """What was said, in another language; as it is where nobody has translated it."""
    return _book(language).retold(text) or text


def told(code: str | None, text: str, language: str) -> str:
    """What went wrong: in its very words where these are translated, else in a sentence for its code."""
    book = _book(language)
    return book.retold(text) or book.whole.get(SENTENCES.get(code or "", "")) or text


def sayings(language: str) -> list[tuple[str, str]]:
    """Every sentence and its translation, for scripts that find them likewise."""
    return [(one.english, one.translated) for one in _book(language).all]


def framed(text: str, language: str, values: Mapping[str, str]) -> str:
    """A text that `phrase` marks, with its values, which stay as they are; in English where it is not translated."""
    return Saying(text, _frames(language if language in LANGUAGES else "").get(text, text)).filled(values)


@dataclass(frozen=True)
class _Book:
    """The sentences of a language. Of those with values the most telling come first."""

    all: tuple[Saying, ...]
    whole: dict[str, str]
    with_values: tuple[Saying, ...]

    def retold(self, text: str, depth: int = _DEEPEST) -> str | None:
        if not self.all or not depth or len(text) > _LONGEST:
            return None
        if text in self.whole:
            return self.whole[text]
        # An error is what happened, and the cure.
        for at in (at for at, _ in enumerate(text) if text.startswith(". ", at)):
            happened, cure = self._found(text[:at]), self._found(text[at + 2 :])
            if happened and cure:
                return f"{self._filled(happened, depth)}. {self._filled(cure, depth)}"
        found = self._found(text)
        return self._filled(found, depth) if found else None

    def _found(self, text: str) -> _Found | None:
        if text in self.whole:
            return Saying(text, self.whole[text]), {}
        read = ((saying, saying.values(text)) for saying in self.with_values)
        return next(((saying, values) for saying, values in read if values is not None), None)

    def _filled(self, found: _Found, depth: int) -> str:
        saying, values = found
        return saying.filled({name: self.retold(one, depth - 1) or one for name, one in values.items()})


def _book(language: str) -> _Book:
    return _read_book(language if language in LANGUAGES else "")


@cache
def _read_book(language: str) -> _Book:
    known = tuple(Saying(*texts) for context, *texts in _read(language) if context is None)
    with_values = sorted((one for one in known if one.names), key=lambda one: one.weight, reverse=True)
    return _Book(known, {one.english: one.translated for one in known if not one.names}, tuple(with_values))


@cache
def _frames(language: str) -> dict[str, str]:
    return {english: translated for context, english, translated in _read(language) if context == FRAME}


@cache
def _read(language: str) -> tuple[tuple[str | None, str, str], ...]:
    """Context, English and translation of each."""
    if not language:
        return ()
    from babel.messages.pofile import read_po

    file = files("steno.sayings") / f"{language}.po"
    with file.open("rb") as content:
        catalog = read_po(content, locale=language)
    return tuple((one.context, str(one.id), str(one.string)) for one in catalog if one.id and one.string)
