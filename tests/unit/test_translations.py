"""The catalogs of the pages: whole and up to date, and what is missing in one is noticed."""

from pathlib import Path

import pytest

from web.translations.collecting import FOLDER, LANGUAGES, faults, update

CATALOGS = [f"{language}.po" for language in LANGUAGES]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Copies of the catalogs."""
    for name in CATALOGS:
        (tmp_path / name).write_bytes((FOLDER / name).read_bytes())
    return tmp_path


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated_and_no_value_is_lost(language: str) -> None:
    assert list(faults(language)) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_its_file_is_what_the_command_writes(language: str, folder: Path) -> None:
    update(language, folder)

    assert (folder / f"{language}.po").read_text("utf-8") == (FOLDER / f"{language}.po").read_text("utf-8")


def test_a_text_that_is_missing_and_a_value_that_is_lost_are_told(folder: Path) -> None:
    catalog = folder / "sv.po"
    told = catalog.read_text("utf-8")
    saved, place = 'msgid "Saved"\nmsgstr "Sparat"', 'msgstr "plats {place}"'
    assert saved in told
    assert place in told
    catalog.write_text(
        told.replace(saved, 'msgid "Saved"\nmsgstr ""').replace(place, 'msgstr "plats {nummer}"'), "utf-8"
    )

    assert list(faults("sv", folder)) == ["sv: not translated: Saved", "sv: other values: place {place}"]


def test_a_text_that_nobody_needs_goes_and_a_new_one_comes(folder: Path) -> None:
    catalog = folder / "fi.po"
    told = catalog.read_text("utf-8")
    kept = told.replace('msgid "Saved"\n', 'msgid "Saved in former times"\n')
    assert kept != told
    catalog.write_text(kept, "utf-8")

    update("fi", folder)

    assert "in former times" not in catalog.read_text("utf-8")
    assert 'msgid "Saved"\nmsgstr ""' in catalog.read_text("utf-8")
