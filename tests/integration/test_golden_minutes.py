"""The rules on the golden meetings, through the whole stage: what the documentation says of them holds."""

from pathlib import Path

import pytest

from steno.config import Settings
from steno.evaluation.golden import read_golden
from steno.evaluation.minutes import bears, evaluate_minutes, total
from steno.jobs import MinutesOptions
from tests.conftest import ROOT
from worker.summarization.summarizing import summarize

GOLDEN = ROOT / "tests" / "golden"
LANGUAGES = ("de", "en", "fi", "sv")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory):
    """Every golden meeting with its extractive minutes, by folder."""
    settings = Settings(data_dir=tmp_path_factory.mktemp("data"))

    def minutes(folder: Path):
        meetings = [read_golden(path) for path in sorted(folder.glob("*.txt"))]
        return [(meeting, summarize(meeting.transcript, MinutesOptions(), settings)) for meeting in meetings]

    return {"golden": minutes(GOLDEN), "unseen": minutes(GOLDEN / "unseen")}


def figures(pairs, language=None):
    wanted = [pair for pair in pairs if language in {None, pair[0].transcript.language}]
    return total([evaluate_minutes(meeting, minutes) for meeting, minutes in wanted])


def test_the_set_is_as_large_as_is_said(made):
    hours = [meeting.transcript.duration / 3600 for meeting, _ in made["golden"]]

    assert len(hours) >= 12
    assert sum(length > 2 for length in hours) >= 2
    assert {meeting.transcript.language for meeting, _ in made["golden"]} == set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_action_items_are_found(made, language):
    assert figures(made["golden"], language).actions.f1 >= 0.85


@pytest.mark.parametrize("language", LANGUAGES)
def test_action_items_are_found_in_meetings_never_seen(made, language):
    assert figures(made["unseen"], language).actions.f1 >= 0.7


def test_owners_due_days_and_decisions_are_found(made):
    measured = figures(made["golden"])

    assert measured.owners.value >= 0.9
    assert measured.due_days.value >= 0.9
    assert measured.decisions.f1 >= 0.85


@pytest.mark.parametrize("folder", ["golden", "unseen"])
def test_the_evidence_of_everything_shown_is_right(made, folder):
    wrong = [
        one
        for meeting, minutes in made[folder]
        for one in minutes.proven()
        if not bears(one, meeting.transcript) or not one.verified
    ]

    assert wrong == []


@pytest.mark.parametrize("folder", ["golden", "unseen"])
def test_nobody_is_taken_for_speaking_to_the_software(made, folder):
    assert [minutes.provenance.notices for _, minutes in made[folder] if minutes.provenance.notices] == []
