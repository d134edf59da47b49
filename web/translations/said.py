"""Collecting what the software says: errors of ours, what `said` marks and what `phrase` writes, wherever it stands;
sources are only read.

Values become places by the names they have there: of `said(f"{len(doubts)} of {parts}")` comes `{doubts} of {parts}`.
"""

import ast
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog

from steno.sayings.catalogs import FRAME

ROOT = Path(__file__).parents[2]
# Who reads what these say works with the command line or writes programs: in English.
_UNTRANSLATED = (
    "steno/cli/",
    "steno/evaluation/",
    "steno/client.py",
    "steno/results.py",
    "web/awaited.py",
    "web/health.py",
    "web/openai_api/",
    "web/tus.py",
)
# Where what stands in transcripts and minutes arises: their notices and doubts, and the faults that these tell.
_OF_DOCUMENTS = (
    "steno/exports/",
    "steno/minutes.py",
    "worker/attribution.py",
    "worker/diagnosis.py",
    "worker/diarization/",
    "worker/drafting.py",
    "worker/loading.py",
    "worker/models/",
    "worker/quality.py",
    "worker/recognition.py",
    "worker/summarization/",
)
# Marks beside the errors; all they say is their first argument.
_MARKS = {"said", "NotSent"}
_PHRASE = "phrase"
_LETTERS = re.compile(r"[^\W\d_]{2}")


def collected() -> Catalog:
    """Every sentence, with the files it stands in."""
    return _collected(("",))


def in_documents() -> Catalog:
    """The sentences that a document may carry."""
    return _collected(_OF_DOCUMENTS)


def _collected(places: tuple[str, ...]) -> Catalog:
    catalog = Catalog(project="Steno", charset="utf-8", fuzzy=False)
    sources = _sources()
    errors = _errors(sources.values())
    imported = _unique(sources.values())
    for name, tree in sources.items():
        if name.startswith(places) and not name.startswith(_UNTRANSLATED):
            for context, text in _Sentences(tree, errors, imported).all():
                catalog.add(text, locations=[(name, 0)], context=context)
    return catalog


@cache
def _sources() -> Mapping[str, ast.Module]:
    """Every module, by its path."""
    paths = sorted(path for package in ("steno", "web", "worker") for path in (ROOT / package).rglob("*.py"))
    return {path.relative_to(ROOT).as_posix(): ast.parse(path.read_text("utf-8")) for path in paths}


def _errors(trees: Iterable[ast.Module]) -> set[str]:
    """Names of our errors: of `StenoError` and of what comes of it."""
    bases = {
        one.name: {base.id for base in one.bases if isinstance(base, ast.Name)}
        for tree in trees
        for one in ast.walk(tree)
        if isinstance(one, ast.ClassDef)
    }
    found = {"StenoError"}
    while more := {name for name, of in bases.items() if of & found} - found:
        found |= more
    return found


def _unique(trees: Iterable[ast.Module]) -> dict[str, str]:
    """Public constants of all modules, by names that mean one thing everywhere: others import them."""
    named = [pair for tree in trees for pair in _constants(tree) if not pair[0].startswith("_")]
    often = Counter(name for name, _ in set(named))
    return {name: text for name, text in named if often[name] == 1}


def _constants(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for one in tree.body:
        if isinstance(one, ast.Assign) and (text := _constant(one.value)) is not None:
            yield from ((target.id, text) for target in one.targets if isinstance(target, ast.Name))


class _Sentences:
    """The sentences of a module."""

    def __init__(self, tree: ast.Module, errors: set[str], imported: dict[str, str]) -> None:
        self._tree = tree
        self._errors = errors
        self._constants = imported | dict(_constants(tree))

    def all(self) -> Iterator[tuple[str | None, str]]:
        """Contexts and texts."""
        for one in ast.walk(self._tree):
            if isinstance(one, ast.Call) and isinstance(one.func, ast.Name) and one.func.id == _PHRASE:
                yield from ((FRAME, text) for text in self._texts(one.args[:1]))
        yield from ((None, text) for text in self._said())

    def _said(self) -> Iterator[str]:
        for one in ast.walk(self._tree):
            if isinstance(one, ast.ClassDef) and one.name in self._errors:
                yield from self._own(one)
            elif isinstance(one, ast.Call) and isinstance(one.func, ast.Name):
                count = 1 if one.func.id in _MARKS else 2 if one.func.id in self._errors else 0
                yield from self._texts(one.args[:count])
            elif isinstance(one, ast.ClassDef) and one.name == "Settings":
                yield from self._descriptions(one)

    def _own(self, error: ast.ClassDef) -> Iterator[str]:
        """What an error says that writes its words itself."""
        for one in ast.walk(error):
            if isinstance(one, ast.Call) and ast.unparse(one.func) == "super().__init__":
                yield from self._texts(one.args[:2])

    def _descriptions(self, settings: ast.ClassDef) -> Iterator[str]:
        for one in ast.walk(settings):
            if isinstance(one, ast.keyword) and one.arg == "description":
                yield from self._texts([one.value])

    def _texts(self, values: list[ast.expr]) -> Iterator[str]:
        for value in values:
            text = self._text(value)
            if text is not None and _LETTERS.search(re.sub(r"\{\w+\}", "", text)):
                yield text

    def _text(self, value: ast.expr) -> str | None:
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            return value.value
        if isinstance(value, ast.Name):
            return self._constants.get(value.id)
        if not isinstance(value, ast.JoinedStr):
            return None
        names: Counter[str] = Counter()
        return "".join(self._part(part, names) for part in value.values)

    def _part(self, part: ast.expr, names: Counter[str]) -> str:
        if isinstance(part, ast.Constant):
            return str(part.value)
        assert isinstance(part, ast.FormattedValue)
        if isinstance(part.value, ast.Name) and part.value.id in self._constants:
            return self._constants[part.value.id]
        name = _name(part.value)
        names[name] += 1
        return f"{{{name}{names[name] if names[name] > 1 else ''}}}"


def _constant(value: ast.expr) -> str | None:
    """A text that stands there as it is, or as the argument of a mark."""
    if isinstance(value, ast.Call) and value.args and ast.unparse(value.func) in _MARKS:
        value = value.args[0]
    return value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else None


def _name(value: ast.expr) -> str:
    """What a value is called: the last name in it that says something."""
    if isinstance(value, ast.Name):
        return value.id.strip("_").lower()
    if isinstance(value, ast.Attribute):
        return value.attr.strip("_").lower()
    if isinstance(value, ast.Subscript):
        return _name(value.value)
    if isinstance(value, ast.Call):
        return _name(value.args[0]) if value.args else _name(value.func)
    return "value"
