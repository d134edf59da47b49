"""Names in archives that every program on every system can unpack."""

import unicodedata
from pathlib import PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.archive_names import Names, safe

HOSTILE = [
    "../../etc/passwd", "C:\\x", "..", ".", "", " ", "CON", "con.txt", "COM¹.a", "lpt9 ", "a\x00b", "\u202egnp.exe",
    ".hidden", "end.", "end ", "a" * 500, "ä" * 300, "👩👧" * 60, "\ud800", "NUL.tar.gz", "x/y", "aux .wav",
]  # fmt: skip
_names = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=40), st.text("./\\:CONcon1 ", max_size=12))


@given(_names)
def test_a_name_is_a_name_alone(name: str) -> None:
    made = safe(name)

    assert made
    assert len(made.encode()) <= 130
    assert PurePosixPath(made).name == PureWindowsPath(made).name == made
    assert not PureWindowsPath(made).is_reserved()
    assert made == made.strip(" .")
    assert not any(unicodedata.category(char) in {"Cc", "Cs"} for char in made)
    assert safe(made) == made


@given(st.lists(_names, max_size=12))
def test_no_two_names_are_the_same_anywhere(names: list[str]) -> None:
    taken = Names()

    made = [taken.of(name) for name in names]

    assert len({unicodedata.normalize("NFKC", name).casefold() for name in made}) == len(names)


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("Kokous äö 😀", "Kokous äö 😀"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("CON", "_CON"),
        ("con.txt", "_con.txt"),
        ("console", "console"),
        ("...", "recording"),
        ("what? when: now", "what_ when_ now"),
    ],
)
def test_names_stay_as_near_as_they_can(name: str, made: str) -> None:
    assert safe(name) == made


def test_the_same_name_again_has_a_number() -> None:
    names = Names()

    assert [names.of("Board"), names.of("board"), names.of("Board")] == ["Board", "board (2)", "Board (3)"]
