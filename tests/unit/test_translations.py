"""The catalogs: whole and up to date, and what is missing in one is noticed."""

from dataclasses import replace
from pathlib import Path

import pytest

from web.translations.collecting import BOOKS, DOCUMENTS, PAGES, SAYINGS, Book, faults, update

EACH = pytest.mark.parametrize(
    ("book", "language"),
    [pytest.param(book, one, id=f"{book.title}: {one}") for book in BOOKS for one in book.languages],
)


def copied(book: Book, folder: Path) -> Book:
    """The same with copies of its catalogs."""
    for name in (f"{language}.po" for language in book.languages):
        (folder / name).write_bytes((book.folder / name).read_bytes())
    return replace(book, folder=folder)


@EACH
def test_every_text_is_translated_and_no_value_is_lost(book: Book, language: str) -> None:
    assert list(faults(book, language)) == []


@EACH
def test_its_file_is_what_the_command_writes(book: Book, language: str, tmp_path: Path) -> None:
    update(copied(book, tmp_path), language)

    assert (tmp_path / f"{language}.po").read_text("utf-8") == (book.folder / f"{language}.po").read_text("utf-8")


@pytest.mark.parametrize(
    ("book", "text", "swedish", "with_value", "place"),
    [
        (PAGES, "Saved", "Sparat", "place {place}", "plats {place}"),
        (SAYINGS, "Give a text.", "Ange en text.", "{count} days", "{count} dagar"),
    ],
    ids=["pages", "sayings"],
)
def test_a_text_that_is_missing_and_a_value_that_is_lost_are_told(
    book: Book, text: str, swedish: str, with_value: str, place: str, tmp_path: Path
) -> None:
    broken = copied(book, tmp_path)
    catalog = tmp_path / "sv.po"
    told = catalog.read_text("utf-8")
    known, mangled = f'msgid "{text}"\nmsgstr "{swedish}"', f'msgstr "{place}"'
    assert known in told
    assert mangled in told
    told = told.replace(known, f'msgid "{text}"\nmsgstr ""')
    catalog.write_text(told.replace(mangled, mangled.replace("{", "{x")), "utf-8")

    assert sorted(faults(broken, "sv")) == [f"sv: not translated: {text}", f"sv: other values: {with_value}"]


def test_a_text_that_nobody_needs_goes_and_a_new_one_comes(tmp_path: Path) -> None:
    book = copied(PAGES, tmp_path)
    catalog = tmp_path / "fi.po"
    told = catalog.read_text("utf-8")
    kept = told.replace('msgid "Saved"\n', 'msgid "Saved in former times"\n')
    assert kept != told
    catalog.write_text(kept, "utf-8")

    update(book, "fi")

    assert "in former times" not in catalog.read_text("utf-8")
    assert 'msgid "Saved"\nmsgstr ""' in catalog.read_text("utf-8")


def test_what_the_software_says_is_collected_wherever_it_arises() -> None:
    found = {str(message.id) for message in SAYINGS.collected()}

    assert "The transcript would become too long" in found  # an error's message
    assert "Replace by something shorter." in found  # its cure
    assert "low confidence ({percent}%)" in found  # said(f"...")
    assert "There are no minutes: {error}" in found  # with a constant of another module
    assert "the receiver is gone (410)" in found  # why something could not be sent
    assert "Ask again in {seconds} s." in found  # an error that writes its words itself
    assert "Sender of mails." in found  # what a setting is for


def test_what_stands_around_peoples_words_is_collected_in_a_context_of_its_own() -> None:
    collected = SAYINGS.collected()

    assert collected.get("due {day}", "frame") is not None
    assert collected.get("due {day}") is None


def test_documents_carry_some_of_it() -> None:
    every, found = ({(one.context, one.id) for one in book.collected()} for book in (SAYINGS, DOCUMENTS))

    assert {one for one in every if one[0] == "frame"} < found < every
    assert (None, "voice was found, but no words were recognised") in found
    assert (None, "{url} cannot be reached") in found  # in a notice: why there was no language model
    assert (None, "Sender of mails.") not in found
