"""Collecting the texts of the pages and what the software says, and what a catalog of them still lacks."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from web.translations import said

PACKAGE = Path(__file__).parent.parent
LANGUAGES = ("fi", "sv")  # of the pages
_METHODS = [("templates/**.html", "jinja2"), ("static/js/**.js", "javascript"), ("**.py", "python")]
_OPTIONS = {
    "templates/**.html": {"newstyle_gettext": "true", "trimmed": "true"},
    "static/js/**.js": {"template_string": "false", "parse_template_string": "true"},
}
_KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2)}
_VALUE = re.compile(r"%\(\w+\)[sd]|\{\w+\}")


def of_pages() -> Catalog:
    """Every text of the pages, with the files it stands in."""
    catalog = Catalog(project="Steno", charset="utf-8", fuzzy=False)
    found = extract_from_dir(PACKAGE, _METHODS, _OPTIONS, _KEYWORDS)
    for name, _, text, _, context in sorted(found, key=lambda one: (str(one[0]), one[1])):
        catalog.add(text, locations=[(f"web/{name}", 0)], context=context)
    return catalog


@dataclass(frozen=True)
class Book:
    """Catalogs that belong together: one file for each language, in a folder."""

    title: str
    folder: Path
    collected: Callable[[], Catalog]
    languages: tuple[str, ...] = LANGUAGES


PAGES = Book("The pages of Steno", Path(__file__).parent, of_pages)
SAYINGS = Book("What Steno says", said.ROOT / "steno" / "sayings", said.collected)
DOCUMENTS = Book("What Steno says in documents", SAYINGS.folder, said.in_documents, ("de",))
BOOKS = (PAGES, SAYINGS, DOCUMENTS)


def catalog_of(language: str, folder: Path) -> Catalog:
    """The catalog of a language, empty where there is none yet."""
    path = folder / f"{language}.po"
    if not path.exists():
        return Catalog(locale=language, project="Steno", charset="utf-8", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def update(book: Book, language: str) -> None:
    """Bring a catalog up to date: new texts are empty, texts that nobody needs any more go."""
    catalog = catalog_of(language, book.folder)
    for message in catalog:
        message.locations = []  # else places would stay in which a text stood once
    catalog.update(book.collected(), no_fuzzy_matching=True, update_creation_date=False)
    catalog.obsolete.clear()
    catalog.header_comment = f"# {book.title}: {language}."
    with (book.folder / f"{language}.po").open("wb") as file:
        write_po(file, catalog, width=0, sort_output=True, include_lineno=False, ignore_obsolete=True)


def faults(book: Book, language: str) -> Iterator[str]:
    """What is wrong with a catalog, in lines to read: texts without a translation, values lost on the way."""
    catalog = catalog_of(language, book.folder)
    for message in book.collected():
        if not message.id:
            continue
        known = catalog.get(message.id, message.context)
        if known is None or not _whole(known):
            yield f"{language}: not translated: {_first(message)}"
        elif not _same_values(message, known):
            yield f"{language}: other values: {_first(message)}"


def _whole(message: Message) -> bool:
    return all(_texts(message)) and not message.fuzzy


def _same_values(message: Message, known: Message) -> bool:
    """Whether no value is lost. Where English says "one", another language may say the number, or not, too."""
    ids = (message.id,) if isinstance(message.id, str) else tuple(message.id)
    pairs = zip(ids, _texts(known), strict=True)
    return all(_values(text) in (_values(one), _values(ids[-1])) for one, text in pairs)


def _first(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[-1]


def _texts(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ("",))


def _values(text: str) -> set[str]:
    return set(_VALUE.findall(text))
