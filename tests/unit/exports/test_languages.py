"""Exports for people have their frame in the document's language; those for programs are the same in every language."""

import io
from datetime import date
from typing import Any, get_args

import pytest
from docx import Document
from docx.oxml.ns import qn
from pydantic import ValidationError

from steno.exports import ExportOptions, formats, render
from steno.exports.minutes import MinutesExportOptions, minutes_formats, render_minutes
from steno.exports.phrases import Language
from steno.minutes import Due, Minutes
from steno.sayings import LANGUAGES
from steno.transcript import Transcript
from tests.unit.exports.meetings import meeting, provenance, to_do
from tests.unit.exports.transcripts import small, spoken, transcript_of

PEOPLE = ("txt", "srt", "vtt", "docx")
PROGRAMS = tuple(name for name in formats() if name not in PEOPLE)
# Any word of the frame in English.
ENGLISH = (
    "Action item", "Decision", "question", "Summary", "Topic", "nobody", "None", "none", "due ", "Due", "unverified",
    "Unverified", "About", "How these", "minutes", "Minutes", "Note", "Speaker", "said", "Said", "Made by", "Method",
    "Model:", "model:", "Template", "template", "Recording", "Transcript", "Date", "Day of", "Windows", "Requests",
    "Answers", "Statements", "language model", "evidence", "“",
)  # fmt: skip

WHY = "The language model was asked too often for one recording. Try another model."


def read(content: bytes, name: str) -> str:
    """All text of an export, of a DOCX its tables and properties, too."""
    if name != "docx":
        return content.decode().replace("\r\n ", "")
    document = Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(one.text for one in document.paragraphs), *cells, document.core_properties.comments])


def of_council(language: str, **fields: Any) -> Minutes:
    """In Finnish, with a doubt, a notice, unnamed speakers and nothing decided."""
    item = to_do(
        "Lähetä raportti",
        owner="Speaker 2",
        due=Due(spoken="perjantaihin mennessä", day=date(2026, 1, 2)),
        doubts=("few of its words were said there", "the due date “perjantai” was not said there"),
        edited=True,
    )
    open_end = to_do("Varaa sali", 90.0, due=Due(spoken="pian"))
    words = {
        "title": "Valtuusto",
        "action_items": (item, to_do("Osta kahvia", due=Due(spoken="", day=date(2026, 2, 13))), open_end),
        "decisions": (),
        "provenance": provenance(
            notices=(f"The summary is extractive: {WHY}",),
            recording_name="valtuusto.mp3",
        ),
    }
    made = meeting().model_copy(update=words | {"language": language} | fields)
    dropped = {"cites nothing that was said": 1}
    account = made.provenance.account.model_copy(update={"dropped": dropped})
    return made.model_copy(update={"provenance": made.provenance.model_copy(update={"account": account})})


@pytest.mark.parametrize("name", [name for name in minutes_formats() if name != "json"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_minutes_have_no_english_word_around_what_was_said(name: str, language: str) -> None:
    said = of_council(language)
    empty = of_council(language, title="", action_items=(), open_questions=(), summary=(), topics=())

    text = read(render_minutes(name, said), name) + read(render_minutes(name, empty), name)

    assert [word for word in ENGLISH if word in text and (word, language) != ("“", "de")] == []


def test_finnish_minutes() -> None:
    text = render_minutes("md", of_council("fi")).decode()

    head, _, rest = text.partition("## Avoimet kysymykset")
    assert head == (
        "# Valtuusto\n\n"
        "Muistion tekotapa: kielimallin kirjoittama ja litterointiin verrattu; kielimalli: tiny; muistion malli: "
        "general 1.\n\n"
        "> **Huomautus:** Yhteenveto on poimittu litteroinnista: Kielimallilta kysyttiin liian monta kertaa yhden "
        "tallenteen vuoksi. Kokeile toista mallia.\n\n"
        "## Tehtävät\n\n"
        "- [ ] Lähetä raportti — **Puhuja 2**, määräpäivä 2.1.2026 (”perjantaihin mennessä”) "
        "([0:01:20](valtuusto.mp3#t=80)) *vahvistamatta: vain harva sen sanoista kuuluu siinä kohdassa; määräaikaa "
        "”perjantai” ei sanottu siinä*\n"
        "  - Anna, [0:01:20](valtuusto.mp3#t=80): ”I will.”\n"
        "- [ ] Osta kahvia — vastuuhenkilöä ei nimetty, määräpäivä 13.2.2026 ([0:01:20](valtuusto.mp3#t=80))\n"
        "  - Anna, [0:01:20](valtuusto.mp3#t=80): ”I will.”\n"
        "- [ ] Varaa sali — vastuuhenkilöä ei nimetty, määräaika ”pian” ([0:01:30](valtuusto.mp3#t=90))\n"
        "  - Anna, [0:01:30](valtuusto.mp3#t=90): ”I will.”\n\n"
        "## Päätökset\n\n"
        "Ei löytynyt.\n\n"
    )
    assert "\n- Pois jätettyjä väitteitä: ei viittaa mihinkään, mitä on sanottu: 1\n" in rest


def test_german_minutes() -> None:
    text = render_minutes("md", of_council("de")).decode()

    head, _, rest = text.partition("## Offene Fragen")
    assert head == (
        "# Valtuusto\n\n"
        "So ist dieses Protokoll entstanden: von einem Sprachmodell geschrieben und mit dem Transkript verglichen; "
        "Sprachmodell: tiny; Vorlage: general 1.\n\n"
        "> **Hinweis:** Die Zusammenfassung besteht aus Sätzen des Transkripts: Das Sprachmodell wurde für "
        "eine einzige Aufnahme zu oft gefragt. Versuchen Sie es mit einem anderen Modell.\n\n"
        "## Aufgaben\n\n"
        "- [ ] Lähetä raportti — **Person 2**, fällig am 02.01.2026 („perjantaihin mennessä“) "
        "([0:01:20](valtuusto.mp3#t=80)) *nicht belegt: nur wenige der Wörter wurden dort gesagt; die Frist "
        "„perjantai“ wurde dort nicht gesagt*\n"
        "  - Anna, [0:01:20](valtuusto.mp3#t=80): „I will.“\n"
        "- [ ] Osta kahvia — niemand genannt, fällig am 13.02.2026 ([0:01:20](valtuusto.mp3#t=80))\n"
        "  - Anna, [0:01:20](valtuusto.mp3#t=80): „I will.“\n"
        "- [ ] Varaa sali — niemand genannt, Frist: „pian“ ([0:01:30](valtuusto.mp3#t=90))\n"
        "  - Anna, [0:01:30](valtuusto.mp3#t=90): „I will.“\n\n"
        "## Beschlüsse\n\n"
        "Keine gefunden.\n\n"
    )
    assert "\n- Weggelassene Aussagen: beruft sich auf nichts, was gesagt wurde: 1\n" in rest


def test_tasks_in_swedish() -> None:
    text = read(render_minutes("ics", of_council("sv")), "ics")

    assert "SUMMARY:Talare 2: Lähetä raportti" in text
    assert "DESCRIPTION:Tidsfrist: perjantaihin mennessä\\nSades vid 0:01:20 <valtuusto.mp3#t=80>\\n" in text
    assert "\\noverifierat: få av orden sades där\\; " in text


def unnamed(language: str, *, names: tuple[str, ...] = ("Speaker 1", "Speaker 2")) -> Transcript:
    first = spoken("God morgon, alla.", 0.5, 2.0, id=0, speaker="S0")
    second = spoken("God morgon.", 3.0, 5.0, id=1, speaker="S1")
    made = transcript_of(first, second, names=names, duration=12.5)
    return made.model_copy(update={"language": language, "uncovered": small().uncovered})


@pytest.mark.parametrize("name", PEOPLE)
def test_who_has_no_name_is_called_so_in_the_language_of_the_transcript(name: str) -> None:
    text = read(render(name, unnamed("sv", names=("Speaker 1", "Bo"))), name)

    assert "Talare 1" in text
    assert "Bo" in text
    assert "Speaker" not in text


@pytest.mark.parametrize(
    "name", ["Speaker", "Speaker One", "Speaker 1 and Speaker 2", "speaker 1", "Speaker 1 was not"]
)
def test_a_name_that_somebody_gave_stays(name: str) -> None:
    assert f"] {name}:\nGod" in render("txt", unnamed("fi", names=(name, "Bo"))).decode()


def test_a_finnish_transcript() -> None:
    text = render("txt", unnamed("fi")).decode()

    assert text.startswith("Litteroija: Steno 0.1.0\nMalli: starter (versio abc)\nAsetukset: beam_size=5\n")
    assert "\n\n[0:00:00] Puhuja 1:\nGod morgon, alla.\n\n" in text
    assert text.endswith("\n\n[0:00:07–0:00:09 puhetta kuului, mutta sanoja ei tunnistettu]\n")


def test_a_german_transcript() -> None:
    text = render("txt", unnamed("de")).decode()

    assert text.startswith("Transkribiert mit: Steno 0.1.0\nModell: starter (Version abc)\n")
    assert "\n\n[0:00:00] Person 1:\nGod morgon, alla.\n\n" in text
    assert text.endswith("\n\n[0:00:07–0:00:09 Stimme gefunden, aber keine Worte erkannt]\n")


@pytest.mark.parametrize(
    ("language", "proofread"),
    [
        ("fi", "fi-FI"),
        ("sv", "sv-SE"),
        ("de", "de-DE"),
        ("ja", "ja-JP"),
        ("en", "en-US"),
        ("xx", "en-US"),
        ("", "en-US"),
    ],
)
def test_word_processors_check_the_spelling_by_the_language_of_the_text(language: str, proofread: str) -> None:
    for content in (render("docx", unnamed(language)), render_minutes("docx", of_council(language))):
        [lang] = Document(io.BytesIO(content)).styles.element.iter(qn("w:lang"))
        assert lang.get(qn("w:val")) == proofread


@pytest.mark.parametrize("name", PROGRAMS)
def test_what_programs_read_is_the_same_in_every_language(name: str) -> None:
    made = unnamed("fi")

    assert render(name, made) == render(name, made, ExportOptions(language="en"))
    assert b"Puhuja" not in render(name, made, ExportOptions(language="fi"))


def test_json_of_minutes_is_the_same_in_every_language() -> None:
    made = of_council("fi")

    assert render_minutes("json", made, MinutesExportOptions(language="sv")) == render_minutes("json", made)


@pytest.mark.parametrize("name", PEOPLE)
@pytest.mark.parametrize("language", ["nl", "", "xx", "../fi", "{fi}", "\x00", "fi\nsv", "english"])
def test_other_languages_and_what_is_none_get_english(name: str, language: str) -> None:
    foreign = unnamed(language)

    assert "Speaker 1" in read(render(name, foreign), name)
    assert "## Action items" in render_minutes("md", of_council(language)).decode()


@pytest.mark.parametrize("language", ["fi-FI", "FI", " fi_FI "])
def test_a_language_may_have_a_region(language: str) -> None:
    assert "Puhuja 1" in render("srt", unnamed(language)).decode()


def test_a_translation_has_an_english_frame() -> None:
    assert "[Speaker 1]" in render("srt", unnamed("fi").model_copy(update={"task": "translate"})).decode()


@pytest.mark.parametrize(
    ("language", "called"), [("en", "Speaker 1"), ("de", "Person 1"), ("fi", "Puhuja 1"), ("sv", "Talare 1")]
)
def test_another_language_can_be_chosen(language: Language, called: str) -> None:
    assert f"[{called}]" in render("srt", unnamed("sv"), ExportOptions(language=language)).decode()


def test_every_language_that_is_translated_can_be_chosen() -> None:
    assert get_args(Language) == ("en", *LANGUAGES)


@pytest.mark.parametrize("options", [ExportOptions, MinutesExportOptions])
@pytest.mark.parametrize("language", ["nl", "FI", "", "../fi"])
def test_a_language_that_cannot_be_chosen_is_refused(options: Any, language: str) -> None:
    with pytest.raises(ValidationError, match="'en', 'de', 'fi' or 'sv'"):
        options(language=language)


def test_values_are_never_read_as_places() -> None:
    hostile = to_do("{owner} {day}", owner="{moment}", due=Due(spoken="{day} {spoken}", day=date(2026, 1, 2)))

    text = render_minutes("txt", of_council("fi", action_items=(hostile,))).decode()

    assert "{owner} {day} — {moment}, määräpäivä 2.1.2026 (”{day} {spoken}”)" in " ".join(text.split())
