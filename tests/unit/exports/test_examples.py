"""What each format looks like."""

import io
import json
from datetime import UTC, datetime, timedelta, timezone
from textwrap import dedent

import pytest
from docx import Document

from steno.errors import InvalidOption
from steno.exports import formats, get, render
from steno.transcript import Speaker, SpeakerTurn, Transcript, Uncovered
from tests.unit.exports.transcripts import small, spoken, transcript_of

HEAD = f"""\
Transcribed by: Steno 0.1.0
Model: starter (revision abc)
Settings: beam_size=5
Recording: talk.mp3
Recording SHA-256: {"0" * 64}
Date: 2026-01-02T03:04:05+00:00
Note: Only a demonstration.
"""


def quote() -> Transcript:
    """One segment of two words by nobody known."""
    return transcript_of(spoken('Hi "you".', 0.5, 1.5), duration=2.0)


def test_srt() -> None:
    assert render("srt", small()).decode() == (
        "1\n00:00:00,500 --> 00:00:02,000\n[Anna] Good morning, everyone.\n\n"
        "2\n00:00:03,000 --> 00:00:05,000\n[Bo & Co] =Who takes <care> of it?\n"
    )


def test_webvtt() -> None:
    assert render("vtt", small()).decode() == (
        f"WEBVTT\n\nNOTE\n{HEAD}\n"
        "00:00:00.500 --> 00:00:02.000\n<v Anna>Good morning, everyone.</v>\n\n"
        "00:00:03.000 --> 00:00:05.000\n<v Bo &amp; Co>=Who takes &lt;care&gt; of it?</v>\n"
    )


def test_txt() -> None:
    assert render("txt", small()).decode() == (
        f"{HEAD}\n"
        "[0:00:00] Anna:\nGood morning, everyone.\n\n"
        "[0:00:03] Bo & Co:\n=Who takes <care> of it? [?]\n\n"
        "[0:00:07–0:00:09 voice was found, but no words were recognised]\n"
    )


def test_json() -> None:
    read = json.loads(render("json", quote()))

    assert read["schema_version"] == "1.0"
    assert read["segments"][0]["words"][1] == {
        "start": 1.0,
        "end": 1.5,
        "text": '"you".',
        "probability": None,
        "speaker": None,
    }
    assert read["provenance"]["recording_sha256"] == "0" * 64


def test_csv() -> None:
    assert render("csv", small()).decode() == (
        "id,start_ms,end_ms,speaker,text,confidence,marks\r\n"
        '0,500,2000,Anna,"Good morning, everyone.",0.9,\r\n'
        "1,3000,5000,Bo & Co,'=Who takes <care> of it?,0.5,suspect: low confidence\r\n"
    )


def test_tsv() -> None:
    assert render("tsv", small()).decode() == (
        "id\tstart_ms\tend_ms\tspeaker\ttext\tconfidence\tmarks\n"
        "0\t500\t2000\tAnna\tGood morning, everyone.\t0.9\t\n"
        "1\t3000\t5000\tBo & Co\t'=Who takes <care> of it?\t0.5\tsuspect: low confidence\n"
    )


def test_docx() -> None:
    document = Document(io.BytesIO(render("docx", small())))

    assert [paragraph.text for paragraph in document.paragraphs] == [
        "talk.mp3",
        "Only a demonstration.",
        "Anna  0:00:00",
        "Good morning, everyone.",
        "Bo & Co  0:00:03",
        "=Who takes <care> of it? [?]",
        "[0:00:07–0:00:09 voice was found, but no words were recognised]",
        "About this transcript",
    ]
    assert "".join(f"{row.cells[0].text}: {row.cells[1].text}\n" for row in document.tables[0].rows) == HEAD


def test_docx_properties_are_in_universal_time() -> None:
    in_finland = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone(timedelta(hours=2)))
    made = small().provenance.model_copy(update={"created": in_finland})

    properties = Document(io.BytesIO(render("docx", small().model_copy(update={"provenance": made})))).core_properties

    assert properties.created == datetime(2026, 1, 2, 1, 4, 5, tzinfo=UTC)
    assert (properties.title, properties.author) == ("talk.mp3", "Steno 0.1.0")


def test_eaf() -> None:
    content = render("eaf", quote()).decode()

    header, body = content.split("  </HEADER>\n")
    assert '<PROPERTY NAME="Steno 4: Recording">talk.mp3</PROPERTY>' in header
    assert '<MEDIA_DESCRIPTOR MEDIA_URL="./talk.mp3" MIME_TYPE="unknown" RELATIVE_MEDIA_URL="./talk.mp3" />' in header
    assert body == dedent("""\
          <TIME_ORDER>
            <TIME_SLOT TIME_SLOT_ID="ts1" TIME_VALUE="500" />
            <TIME_SLOT TIME_SLOT_ID="ts2" TIME_VALUE="500" />
            <TIME_SLOT TIME_SLOT_ID="ts3" TIME_VALUE="1000" />
            <TIME_SLOT TIME_SLOT_ID="ts4" TIME_VALUE="1000" />
            <TIME_SLOT TIME_SLOT_ID="ts5" TIME_VALUE="1500" />
            <TIME_SLOT TIME_SLOT_ID="ts6" TIME_VALUE="1500" />
          </TIME_ORDER>
          <TIER ANNOTATOR="Steno 0.1.0" LINGUISTIC_TYPE_REF="default-lt" TIER_ID="unknown">
            <ANNOTATION>
              <ALIGNABLE_ANNOTATION ANNOTATION_ID="a1" TIME_SLOT_REF1="ts1" TIME_SLOT_REF2="ts5">
                <ANNOTATION_VALUE>Hi "you".</ANNOTATION_VALUE>
              </ALIGNABLE_ANNOTATION>
            </ANNOTATION>
          </TIER>
          <TIER ANNOTATOR="Steno 0.1.0" LINGUISTIC_TYPE_REF="default-lt" TIER_ID="unknown: words">
            <ANNOTATION>
              <ALIGNABLE_ANNOTATION ANNOTATION_ID="a2" TIME_SLOT_REF1="ts2" TIME_SLOT_REF2="ts3">
                <ANNOTATION_VALUE>Hi</ANNOTATION_VALUE>
              </ALIGNABLE_ANNOTATION>
            </ANNOTATION>
            <ANNOTATION>
              <ALIGNABLE_ANNOTATION ANNOTATION_ID="a3" TIME_SLOT_REF1="ts4" TIME_SLOT_REF2="ts6">
                <ANNOTATION_VALUE>"you".</ANNOTATION_VALUE>
              </ALIGNABLE_ANNOTATION>
            </ANNOTATION>
          </TIER>
          <LINGUISTIC_TYPE GRAPHIC_REFERENCES="false" LINGUISTIC_TYPE_ID="default-lt" TIME_ALIGNABLE="true" />
        </ANNOTATION_DOCUMENT>
    """)


def test_textgrid() -> None:
    content = render("textgrid", quote()).decode()

    assert content.split("    item [2]:")[0].replace(" \n", "\n") == dedent("""\
        File type = "ooTextFile"
        Object class = "TextGrid"

        xmin = 0
        xmax = 2
        tiers? <exists>
        size = 2
        item []:
            item [1]:
                class = "IntervalTier"
                name = "unknown"
                xmin = 0
                xmax = 2
                intervals: size = 3
                intervals [1]:
                    xmin = 0
                    xmax = 0.5
                    text = ""
                intervals [2]:
                    xmin = 0.5
                    xmax = 1.5
                    text = "Hi ""you""."
                intervals [3]:
                    xmin = 1.5
                    xmax = 2
                    text = ""
    """)


def test_rttm() -> None:
    content = render("rttm", small()).decode()

    assert content == "".join(f";; {line}\n" for line in HEAD.splitlines()) + (
        "SPEAKER talk.mp3 1 0.500 1.500 <NA> <NA> Anna <NA> <NA>\n"
        "SPEAKER talk.mp3 1 3.000 2.000 <NA> <NA> Bo_&_Co <NA> <NA>\n"
    )


def test_rttm_has_the_turns_of_the_diarization_with_their_overlaps() -> None:
    turns = [("speaker-1", 0.5, 2.0), ("speaker-2", 1.5, 3.25), ("speaker-1", 2.1, 2.5), ("speaker-3", 4.0, 5.0)]
    speakers = tuple(Speaker(id=f"speaker-{number}", name=name) for number, name in ((1, "Ann Lee"), (2, "Ann\tLee")))
    transcript = small().model_copy(
        update={
            "speakers": speakers,
            "turns": tuple(SpeakerTurn(start=start, end=end, speaker=speaker) for speaker, start, end in turns),
        }
    )

    lines = [line.split() for line in render("rttm", transcript).decode().splitlines() if line.startswith("SPEAKER")]

    assert [(line[3], line[4], line[7]) for line in lines] == [
        ("0.500", "1.500", "Ann_Lee"),
        ("1.500", "1.750", "Ann_Lee_(2)"),
        ("2.100", "0.400", "Ann_Lee"),
        ("4.000", "1.000", "speaker-3"),
    ]


@pytest.mark.parametrize("name", ["txt", "vtt", "json", "eaf", "rttm"])
def test_provenance_is_where_the_format_has_a_place(name: str) -> None:
    content = render(name, small()).decode()

    for fact in ("0.1.0", "starter", "0" * 64, "2026-01-02", "talk.mp3", "Only a demonstration."):
        assert fact in content


@pytest.mark.parametrize("name", formats())
def test_a_transcript_without_segments_has_every_format(name: str) -> None:
    assert isinstance(render(name, transcript_of(duration=0.0)), bytes)


def test_without_speakers_a_paragraph_ends_after_five_sentences_or_a_long_pause() -> None:
    sentences = [spoken("It is so.", 2.0 * n, 2.0 * n + 1, id=n) for n in range(6)]
    late = spoken("After a pause.", 20, 22, id=6)

    body = render("txt", transcript_of(*sentences, late)).decode().removeprefix(HEAD)

    assert body == (
        "\n[0:00:00]\nIt is so. It is so. It is so. It is so. It is so.\n"
        "\n[0:00:10]\nIt is so.\n\n[0:00:20]\nAfter a pause.\n"
    )


def test_speech_without_words_is_said_in_its_place() -> None:
    both = transcript_of(spoken("Before.", 0, 1), spoken("After.", 2, 3, id=1))
    hole = Uncovered(start=1.2, end=1.9, reason="speech without recognised words")

    body = render("txt", both.model_copy(update={"uncovered": (hole,)})).decode().removeprefix(HEAD)

    assert body == ("\n[0:00:00]\nBefore.\n\n[0:00:01–0:00:02 speech without recognised words]\n\n[0:00:02]\nAfter.\n")


def test_an_unknown_format_names_the_known_ones() -> None:
    with pytest.raises(InvalidOption, match="txt, srt, vtt"):
        render("pdf", small())


def test_every_format_is_registered() -> None:
    assert formats() == ("txt", "srt", "vtt", "json", "csv", "tsv", "docx", "eaf", "textgrid", "rttm")
    assert [get(name).name for name in formats()] == list(formats())
    assert [name for name in formats() if get(name).binary] == ["docx"]
    assert get("TextGrid").suffix == "TextGrid"
