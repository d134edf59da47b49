"""What hostile text, names and times turn into."""

import csv
import io
import xml.etree.ElementTree as ET

import pytest

from steno.exports import render
from steno.exports.table import defused
from steno.transcript import Mark, MarkKind, Segment, Word
from tests.unit.exports.transcripts import small, spoken, transcript_of

FORMULAS = ["=1+1", "+1", "-1", "@A1", "'x", "\t=1", "\r=1", "  =1", "＝1"]


@pytest.mark.parametrize("cell", FORMULAS)
def test_formulas_are_defused_and_come_back(cell: str) -> None:
    assert defused(cell) == "'" + cell
    assert defused(cell).removeprefix("'") == cell


@pytest.mark.parametrize("cell", ["Hello", "", "1 = 1", "a-b", '"=1'])
def test_what_is_no_formula_stays(cell: str) -> None:
    assert defused(cell) == cell


@pytest.mark.parametrize("name", ["csv", "tsv"])
@pytest.mark.parametrize("text", FORMULAS)
def test_no_column_holds_a_formula(name: str, text: str) -> None:
    doubt = Mark(kind=MarkKind.SUSPECT, reason=text)
    segment = Segment(id=0, start=0, end=1, text=text, speaker="S0", marks=(doubt,))

    content = render(name, transcript_of(segment, names=(text,))).decode()

    (row,) = csv.DictReader(io.StringIO(content), delimiter="," if name == "csv" else "\t")
    assert row["text"] == row["speaker"] == "'" + text.strip()
    assert row["marks"].startswith("suspect: ")


@pytest.mark.parametrize("name", ["txt", "srt", "vtt", "csv", "tsv", "eaf", "textgrid", "rttm"])
def test_controls_become_spaces(name: str) -> None:
    text = "one\x00two\nthree\u2028four\u202efive\x85six\ufeffseven\uffffeight"
    hostile = transcript_of(Segment(id=0, start=0, end=9, text=text, speaker="S0"), names=(text,))

    content = render(name, hostile).decode()

    assert not set("\x00\u2028\u202e\x85\ufeff\uffff") & set(content)
    assert "one two three four five six seven eight" in " ".join(content.replace("_", " ").split())


def test_arrows_do_not_part_times() -> None:
    arrow = transcript_of(spoken("a --> b", 0, 2))
    made = arrow.provenance.model_copy(update={"notices": ("x --> y",)})
    arrow = arrow.model_copy(update={"provenance": made})

    assert render("srt", arrow).decode().count("-->") == render("vtt", arrow).decode().count("-->") == 1
    assert "a --&gt; b" in render("vtt", arrow).decode()


@pytest.mark.parametrize(("name", "place"), [("../../etc/passwd", "./passwd"), ("a b&c.mp3", "./a%20b%26c.mp3")])
def test_the_media_link_of_elan_stays_beside_the_file(name: str, place: str) -> None:
    made = small().provenance.model_copy(update={"recording_name": name})

    root = ET.fromstring(render("eaf", small().model_copy(update={"provenance": made})))

    assert [media.attrib["MEDIA_URL"] for media in root.iter("MEDIA_DESCRIPTOR")] == [place]


@pytest.mark.parametrize("name", ["eaf", "textgrid", "rttm"])
def test_speakers_of_one_name_stay_apart(name: str) -> None:
    both = transcript_of(
        spoken("One.", 0, 1, speaker="S0"),
        spoken("Two.", 5, 6, id=1, speaker="S1"),
        spoken("Three.", 7, 8, id=2, speaker="S2"),
        names=("Anna", "Anna", "Anna: words"),
    )

    content = render(name, both).decode()

    assert "Anna_(2)" in content if name == "rttm" else '"Anna (2)"' in content
    if name == "eaf":
        ids = [tier.attrib["TIER_ID"] for tier in ET.fromstring(content).iter("TIER")]
        assert len(ids) == len(set(ids)) == 6


def test_overlapping_segments_of_one_speaker_get_a_second_tier_and_one_turn() -> None:
    both = transcript_of(
        Segment(id=0, start=0, end=5, text="One.", speaker="S0"),
        Segment(id=1, start=3, end=8, text="Two.", speaker="S0"),
        names=("Anna",),
    )

    tiers = [tier.attrib["TIER_ID"] for tier in ET.fromstring(render("eaf", both)).iter("TIER")]
    turns = [line for line in render("rttm", both).decode().splitlines() if line.startswith("SPEAKER")]

    assert tiers == ["Anna", "Anna (2)"]
    assert turns == ["SPEAKER talk.mp3 1 0.000 8.000 <NA> <NA> Anna <NA> <NA>"]


def test_words_without_duration_share_one_tier() -> None:
    words = tuple(Word(start=1, end=1, text=text) for text in ("a", "b", "c"))
    segment = Segment(id=0, start=1, end=1, text="a b c", words=words)

    root = ET.fromstring(render("eaf", transcript_of(segment)))

    assert [tier.attrib["TIER_ID"] for tier in root.iter("TIER")] == ["unknown", "unknown: words"]
    assert [slot.attrib["TIME_VALUE"] for slot in root.iter("TIME_SLOT")] == [
        *("1000", "1000", "1001", "1001", "1001", "1002", "1002", "1003")
    ]
