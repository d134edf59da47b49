"""The portal's languages: gettext catalogs beside this package, read as they are written; no compiled files."""

import gettext as gettext_module
import gzip
import io
import json
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from babel import Locale
from babel.dates import format_datetime
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Flask, Response, after_this_request, g, has_request_context, request, url_for

from steno.sayings import retold, sayings, told
from steno.sayings.sentences import SENTENCES
from web import sessions
from web.auth import public
from web.portal.assets import version

LANGUAGES = {"en": "English", "fi": "Suomi", "sv": "Svenska"}
COOKIE = "steno_language"
_FOLDER = Path(__file__).parent.parent / "translations"
_YEAR = 31_536_000


def register(app: Flask) -> None:
    """Let templates speak the reader's language, and serve scripts their words."""
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
    app.jinja_env.globals.update(language=language, languages=LANGUAGES, messages_url=messages_url)
    app.jinja_env.filters.update(moment=moment, retold=lambda text: retold(text, language()))
    app.add_url_rule("/messages/<version>/<language>.json", "portal_messages", messages)


def language() -> str:
    """The reader's: as set in this browser, in their account, as the browser asks for, else English."""
    if not has_request_context():
        return "en"
    if "language" not in g:
        signed_in = sessions.current()
        wishes = request.cookies.get(COOKIE), signed_in.user.language if signed_in else None
        asked = request.accept_languages.best_match(list(LANGUAGES), "en")
        g.language = next((wish for wish in wishes if wish in LANGUAGES), asked)
    return str(g.language)


def remember(chosen: str) -> None:
    """Let the browser keep a language."""

    @after_this_request
    def keep(answer: Response) -> Response:
        answer.set_cookie(COOKIE, chosen, max_age=_YEAR, samesite="Lax", secure=sessions.by_tls())
        return answer


def forget() -> None:
    """Let the browser forget the language that was chosen in it."""

    @after_this_request
    def drop(answer: Response) -> Response:
        answer.delete_cookie(COOKIE, samesite="Lax", secure=sessions.by_tls())
        return answer


def gettext(text: str) -> str:
    """A text in the reader's language."""
    return _translations(language()).gettext(text)


def ngettext(one: str, many: str, number: int) -> str:
    """A text that depends on a number, in the reader's language."""
    return _translations(language()).ngettext(one, many, number)


def moment(seconds: float | None, form: str = "medium") -> str:
    """Seconds since 1970 as a date and time, in the reader's language and UTC; scripts put the browser's zone."""
    return format_datetime(datetime.fromtimestamp(seconds, UTC), form, locale=language()) if seconds is not None else ""


def messages_url() -> str:
    """Where scripts find their words; empty where they need none."""
    return url_for("portal_messages", version=version(), language=language()) if language() != "en" else ""


@public
def messages(version: str, language: str) -> Response:
    """The words of scripts in a language."""
    del version
    language = language if language in LANGUAGES else "en"  # others would fill the cache
    answer = Response(_words(language), content_type="application/json")
    answer.headers["Cache-Control"] = f"public, max-age={_YEAR}, immutable"
    answer.vary.add("Accept-Encoding")
    if request.accept_encodings["gzip"] > 0:  # nothing secret is in it
        answer.set_data(_squeezed(language))
        answer.headers["Content-Encoding"] = "gzip"
    return answer


@cache
def _squeezed(language: str) -> bytes:
    return gzip.compress(_words(language).encode(), 9, mtime=0)


def _words(language: str) -> str:
    words = {
        "texts": _of_scripts(language),
        "sayings": sayings(language),
        "sentences": {code: told(code, "", language) for code in SENTENCES},
    }
    return json.dumps(words, ensure_ascii=False)


@cache
def _translations(name: str) -> gettext_module.NullTranslations:
    path = _FOLDER / f"{name}.po"
    if not path.exists():
        return gettext_module.NullTranslations()
    compiled = io.BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=Locale.parse(name)))
    compiled.seek(0)
    return gettext_module.GNUTranslations(compiled)


@cache
def _of_scripts(name: str) -> dict[str, str | list[str]]:
    path = _FOLDER / f"{name}.po"
    if not path.exists():
        return {}
    with path.open("rb") as file:
        catalog = read_po(file, locale=Locale.parse(name))
    words: dict[str, str | list[str]] = {}
    for one in catalog:
        if one.id and one.string and any(place.endswith(".js") for place, _ in one.locations):
            key = one.id[0] if isinstance(one.id, (list, tuple)) else one.id
            words[key] = list(one.string) if isinstance(one.string, (list, tuple)) else one.string
    return words
