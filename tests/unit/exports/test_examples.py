"""What each text format looks like."""

import pytest

from steno.errors import InvalidOption
from steno.exports import ExportOptions, SubtitleOptions, formats, get, render
from steno.exports.subtitles import cues
from steno.exports.table import defused
from steno.transcript import Segment, Transcript, Word
from tests.unit.exports.transcripts import provenance, small


def test_srt() -> None:
    assert render("srt", small()).decode() == (
        "1\n00:00:00,500 --> 00:00:02,000\n[Anna]\nGood morning, everyone.\n\n"
        "2\n00:00:03,000 --> 00:00:05,000\n[Bo & Co]\n=Who takes <care> of it?\n"
    )


def test_webvtt() -> None:
    head, *cue_blocks = (
        render("vtt", small()).decode().split("\n\n")[0:1] + render("vtt", small()).decode().split("\n\n")[2:]
    )
    assert head == "WEBVTT"
    assert cue_blocks == [
        "00:00:00.500 --> 00:00:02.000\n<v Anna>Good morning, everyone.</v>",
        "00:00:03.000 --> 00:00:05.000\n<v Bo &amp; Co>=Who takes &lt;care&gt; of it?</v>\n",
    ]


def test_txt() -> None:
    body = render("txt", small()).decode().split("\n\n", 1)[1]
    assert body == (
        "[0:00:00] Anna:\nGood morning, everyone.\n\n"
        "[0:00:03] Bo & Co:\n=Who takes <care> of it? [?]\n\n"
        "[0:00:07–0:00:09 voice was found, but no words were recognised]\n"
    )


def test_csv() -> None:
    assert render("csv", small()).decode() == (
        "id,start_ms,end_ms,speaker,text,confidence,marks\r\n"
        '0,500,2000,Anna,"Good morning, everyone.",0.9,\r\n'
        "1,3000,5000,Bo & Co,'=Who takes <care> of it?,0.5,suspect: low confidence\r\n"
    )


def test_rttm() -> None:
    turns = [line for line in render("rttm", small()).decode().splitlines() if not line.startswith(";;")]
    assert turns == [
        "SPEAKER talk.mp3 1 0.500 1.500 <NA> <NA> Anna <NA> <NA>",
        "SPEAKER talk.mp3 1 3.000 2.000 <NA> <NA> Bo_&_Co <NA> <NA>",
    ]


@pytest.mark.parametrize("name", ["txt", "vtt", "json", "eaf", "rttm"])
def test_provenance_is_where_the_format_has_a_place(name: str) -> None:
    content = render(name, small()).decode()
    for fact in ("0.1.0", "starter", "0" * 64, "2026-01-02", "talk.mp3", "Only a demonstration."):
        assert fact in content


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@A1", "'x"])
def test_formulas_are_defused(cell: str) -> None:
    assert defused(cell) == "'" + cell


def test_an_unknown_format_names_the_known_ones() -> None:
    with pytest.raises(InvalidOption, match="txt, srt, vtt"):
        render("pdf", small())


def test_every_format_is_registered() -> None:
    assert [get(name).name for name in formats()] == list(formats())
    assert get("textgrid").suffix == "TextGrid"


def transcript_of(text: str, start: float, end: float) -> Transcript:
    parts = text.split()
    step = (end - start) / len(parts)
    words = tuple(Word(start=start + step * n, end=start + step * (n + 1), text=part) for n, part in enumerate(parts))
    segment = Segment(id=0, start=start, end=end, text=text, words=words)
    return Transcript(language="en", duration=end + 5, segments=(segment,), provenance=provenance())


def test_a_long_sentence_becomes_balanced_readable_cues() -> None:
    text = (
        "We decided to move the launch to the third of March, because the customer wants a better search, "
        "and the design team needs two more weeks to finish the prototype."
    )
    made = cues(transcript_of(text, 0, 12), SubtitleOptions())

    assert [" ".join(cue.lines) for cue in made] == [
        "We decided to move the launch to the third of March,",
        "because the customer wants a better search,",
        "and the design team needs two more weeks to finish the prototype.",
    ]
    assert all(cue.end - cue.start <= 7000 for cue in made)
    assert all(abs(len(cue.lines[0]) - len(cue.lines[-1])) <= 14 for cue in made if len(cue.lines) == 2)


def test_a_short_cue_stays_long_enough_to_be_read() -> None:
    (cue,) = cues(transcript_of("Yes, of course we can.", 1.0, 1.3), SubtitleOptions())

    assert cue.end - cue.start >= 1000 * len("Yes, of course we can.") / 20


def test_rules_can_be_changed() -> None:
    options = SubtitleOptions(max_chars=20, max_lines=1)
    text = "The budget for Aurora is forty two thousand euros this year."
    content = render("srt", transcript_of(text, 0, 6), ExportOptions(subtitles=options)).decode()

    shown = [line for line in content.splitlines() if line and "-->" not in line and not line.isdigit()]
    assert all(len(line) <= 20 for line in shown)
    assert " ".join(shown) == text
