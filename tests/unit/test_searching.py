"""Words as they are searched for, and queries as people write them."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steno.searching import Term, marked, read_query, words


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Työryhmä, ÅR 2026!", ["tyoryhma", "ar", "2026"]),
        ("Straße Øl Łódź", ["strasse", "ol", "lodz"]),
        ("co-owner's e-mail: a@b.org", ["co", "owner", "s", "e", "mail", "a", "b", "org"]),
        ("会议纪要", ["会", "议", "纪", "要"]),
        ("", []),
    ],
)
def test_words_have_no_accents_and_no_capitals(text: str, found: list[str]) -> None:
    assert words(text) == found


@pytest.mark.parametrize(
    ("query", "terms"),
    [
        ("budget", (Term(("budget",), prefix=True),)),
        ("the budget of y", tuple(Term((word,), prefix=word != "of") for word in ("the", "budget", "of", "y"))),
        ('budget "second group"', (Term(("budget",), prefix=True), Term(("second", "group")))),
        ('"second group" bud', (Term(("second", "group")), Term(("bud",), prefix=True))),
        ('"second gr', (Term(("second", "gr"), prefix=True),)),
        ("“second group”", (Term(("second", "group")),)),
        ("co-owner", (Term(("co", "owner"), prefix=True),)),
        ('* OR NEAR( ) " "" -', (Term(("or",)), Term(("near",), prefix=True))),
        ("!!!", ()),
    ],
)
def test_a_query_is_words_and_phrases_and_no_operators(query: str, terms: tuple[Term, ...]) -> None:
    assert read_query(query) == terms


def test_what_was_found_is_marked_with_its_surroundings() -> None:
    text = "Once more. " * 30 + "The Budget covers another room. " + "And so on. " * 30

    parts = marked(text, read_query("budgét roo"))

    assert [part.text for part in parts if part.hit] == ["Budget", "room"]
    assert parts[0].text == "… "
    assert parts[-1].text == " …"
    assert 100 < sum(len(part.text) for part in parts) < 240


@given(st.text(max_size=300), st.text(max_size=60))
def test_whatever_is_asked_nothing_of_the_text_is_changed(text: str, query: str) -> None:
    shown = "".join(part.text for part in marked(text, read_query(query)))

    assert shown.removeprefix("… ").removesuffix(" …") in unicodedata.normalize("NFC", text)
