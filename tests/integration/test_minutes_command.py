"""`steno minutes`, `steno transcribe --minutes`, `steno ask` and `steno eval minutes` with the real program."""

import json
from pathlib import Path

import pytest

from steno.evaluation.golden import read_golden
from steno.minutes import Minutes
from tests.conftest import ROOT, Steno
from tests.endpoint import Endpoint, Oracle, serving

GOLDEN = ROOT / "tests" / "golden"
MEETING = GOLDEN / "product-meeting.txt"
EXAMPLE = ROOT / "examples" / "meeting.opus"


@pytest.fixture
def transcript(tmp_path: Path) -> Path:
    """A golden meeting as the JSON that `steno transcribe` writes."""
    path = tmp_path / "meeting.json"
    path.write_text(read_golden(MEETING).transcript.model_dump_json())
    return path


def read(path: Path) -> Minutes:
    return Minutes.model_validate_json(path.read_bytes())


def test_a_recording_becomes_transcript_and_minutes(steno: Steno, tmp_path: Path) -> None:
    result = steno(
        "transcribe",
        EXAMPLE,
        "--model",
        "starter",
        "--diarize",
        "--minutes",
        "--recorded",
        "2026-03-02",
        "--output",
        tmp_path,
    )

    assert result.returncode == 0, result.stderr.decode()
    minutes = read(tmp_path / "meeting.minutes.json")
    items = {(item.task, item.owner, str(item.due.day) if item.due else None) for item in minutes.action_items}
    assert ("update the budget and send it to finance", "Speaker 2", "2026-03-06") in items
    assert ("book the meeting room in Helsinki", "Speaker 1", "2026-03-03") in items
    assert "move the launch to the third of march" in minutes.decisions[0].text.casefold()
    assert (tmp_path / "meeting.minutes.md").exists()
    assert (tmp_path / "meeting.srt").exists()


def test_minutes_are_written_where_an_endpoint_is_set(steno: Steno, tmp_path: Path) -> None:
    with serving(Endpoint(Oracle(read_golden(MEETING)))) as endpoint:
        result = steno("transcribe", EXAMPLE, "--model", "starter", "--output", tmp_path, STENO_LLM_URL=endpoint.url)

    assert result.returncode == 0, result.stderr.decode()
    assert read(tmp_path / "meeting.minutes.json").provenance.model == "test-model"


def test_no_minutes_without_being_asked(steno: Steno, tmp_path: Path) -> None:
    result = steno("transcribe", EXAMPLE, "--model", "starter", "--output", tmp_path)

    assert result.returncode == 0, result.stderr.decode()
    assert not list(tmp_path.glob("*minutes*"))


def test_a_transcript_becomes_minutes_in_every_format(steno: Steno, transcript: Path, tmp_path: Path) -> None:
    result = steno("minutes", transcript, "--format", "all", "--output", tmp_path / "out")

    assert result.returncode == 0, result.stderr.decode()
    written = {path.name.partition(".")[2] for path in (tmp_path / "out").iterdir()}
    assert written == {"minutes.md", "minutes.docx", "minutes.json", "minutes.txt", "ics"}


def test_headings_are_in_the_language_that_is_chosen(steno: Steno, transcript: Path) -> None:
    result = steno("minutes", transcript, "--format", "md", "--export-language", "fi")

    assert result.returncode == 0, result.stderr.decode()
    assert "\n## Tehtävät\n" in (transcript.parent / "meeting.minutes.md").read_text("utf-8")


def test_one_that_fails_does_not_stop_the_others(steno: Steno, transcript: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text("{}")

    result = steno("minutes", broken, transcript)

    assert result.returncode == 1
    assert "broken.json is no transcript of Steno" in result.stderr.decode()
    assert list(tmp_path.glob("*.minutes.md"))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--template", "nonsense"], "There is no template 'nonsense'. Known: call, dictation, general"),
        (["--template", "missing.toml"], "cannot be read"),
        (["--recorded", "yesterday"], "Write YYYY-MM-DD"),
        (["--format", "pdf"], "There is no format 'pdf'"),
        (["--export-language", "nl"], "--export-language nl is not known. Known: en, de, fi, sv."),
    ],
)
def test_a_wrong_option_is_said_with_its_cure(steno: Steno, transcript: Path, arguments: list[str], said: str) -> None:
    result = steno("minutes", transcript, *arguments)

    assert result.returncode == 1
    assert said in result.stderr.decode()
    assert "Traceback" not in result.stderr.decode()


def test_a_template_of_ones_own_is_used(steno: Steno, transcript: Path, tmp_path: Path) -> None:
    folder = tmp_path / "templates"
    folder.mkdir()
    (folder / "standup.toml").write_text(
        'version = "7"\ntitle = "Stand-up"\nextract = "Look for blockers."\ncompose = "One sentence each."\n'
    )
    with serving(Endpoint(Oracle(read_golden(MEETING)))) as endpoint:
        result = steno(
            "minutes", transcript, "--template", "standup", STENO_LLM_URL=endpoint.url, STENO_TEMPLATE_DIR=str(folder)
        )

    assert result.returncode == 0, result.stderr.decode()
    assert "Look for blockers." in endpoint.asked[0].system
    provenance = read(next(tmp_path.glob("*.minutes.json"))).provenance
    assert (provenance.template, provenance.template_version.partition(".")[0]) == ("standup", "7")


def test_a_question_finds_its_passage_without_a_model(steno: Steno, transcript: Path) -> None:
    result = steno("ask", transcript, "What about the import failures?", "--json")

    assert result.returncode == 0, result.stderr.decode()
    answer = json.loads(result.stdout)
    assert answer["sentences"] == []
    assert any("import" in passage["text"] for passage in answer["passages"][:2])


def test_every_sentence_of_an_answer_cites_what_was_said(steno: Steno, transcript: Path) -> None:
    def answering(asked):
        [number] = [number for number, (_, words) in asked.lines.items() if "dark mode" in words.lower()][:1]
        return {
            "sentences": [
                {"text": asked.lines[number][1], "lines": [number]},
                {"text": "The unicorn was polished.", "lines": [number]},
                {"text": "Nobody said this.", "lines": [99_999]},
            ]
        }

    with serving(Endpoint(answering)) as endpoint:
        result = steno("ask", transcript, "What about dark mode?", "--json", STENO_LLM_URL=endpoint.url)

    assert result.returncode == 0, result.stderr.decode()
    answer = json.loads(result.stdout)
    (sentence,) = answer["sentences"]
    assert sentence["citations"][0]["text"] == sentence["text"]
    assert sum(answer["dropped"].values()) == 2


def test_passages_are_found_by_meaning_too(steno: Steno, transcript: Path) -> None:
    with serving(Endpoint(lambda asked: {"sentences": []})) as endpoint:
        result = steno(
            "ask", transcript, "dark", "--json", STENO_LLM_URL=endpoint.url, STENO_LLM_EMBEDDING_MODEL="embedding"
        )

    assert result.returncode == 0, result.stderr.decode()
    answer = json.loads(result.stdout)
    assert len(answer["passages"]) == 5
    assert answer["notices"] == []


def test_a_question_to_a_recording_takes_the_transcript_beside_it(steno: Steno, tmp_path: Path) -> None:
    recording = tmp_path / "meeting.opus"
    recording.write_bytes(EXAMPLE.read_bytes())
    steno("transcribe", recording, "--model", "starter")

    result = steno("ask", recording, "Who books the meeting room?")

    assert b"being transcribed" not in result.stderr
    assert b"I will book the meeting room in Helsinki" in result.stdout


def test_minutes_are_measured_on_golden_meetings(steno: Steno) -> None:
    result = steno("eval", "minutes", MEETING, "--rules", "--json")

    assert result.returncode == 0, result.stderr.decode()
    (meeting,) = json.loads(result.stdout)["meetings"]
    assert meeting["actions"]["expected"] == len(read_golden(MEETING).actions)
    assert 0 < meeting["actions"]["f1"] <= 1


def test_a_perfect_model_has_perfect_figures(steno: Steno) -> None:
    with serving(Endpoint(Oracle(read_golden(MEETING)))) as endpoint:
        result = steno("eval", "minutes", MEETING, "--json", STENO_LLM_URL=endpoint.url, STENO_LLM_CONTEXT="32000")

    (meeting,) = json.loads(result.stdout)["meetings"]
    assert meeting["actions"]["recall"] == meeting["decisions"]["recall"] == 1
    assert meeting["actions"]["precision"] == pytest.approx(1, abs=0.1)  # the rules may be sure of another one


def test_the_doctor_asks_the_language_model(steno: Steno) -> None:
    with serving(Endpoint(lambda asked: {"sentences": [{"text": "On Friday.", "lines": [1]}]})) as endpoint:
        result = steno("doctor", STENO_LLM_URL=endpoint.url)

    assert f"test-model, asked by json_schema, at {endpoint.url}" in result.stdout.decode()
