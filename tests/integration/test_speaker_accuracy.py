"""How well the whole line tells speakers apart, on 24 held-out synthetic meetings of two to four people."""

from dataclasses import replace
from pathlib import Path

import pytest

from steno.evaluation.reading import read
from steno.evaluation.report import Evaluation, Options, evaluate, total
from steno.evaluation.spoken import from_transcript
from tests.speech import SPEAKERS
from worker.pipeline import Line

MEETINGS = sorted(SPEAKERS.glob("*.opus"))


@pytest.fixture(scope="module")
def evaluations(diarizing_line: Line, tmp_path_factory: pytest.TempPathFactory) -> list[Evaluation]:
    data = tmp_path_factory.mktemp("accuracy")
    line = replace(diarizing_line, settings=diarizing_line.settings.model_copy(update={"data_dir": data}))
    return [_evaluate(line, recording) for recording in MEETINGS]


def _evaluate(line: Line, recording: Path) -> Evaluation:
    heard = from_transcript(line.run(recording))
    return evaluate(recording.stem, read(recording.with_suffix(".json")), heard, Options(language="en"))


def test_the_meetings_are_those_of_two_to_four_people() -> None:
    people = [len({turn.speaker for turn in read(path.with_suffix(".json")).turns or ()}) for path in MEETINGS]

    assert len(people) == 24
    assert set(people) == {2, 3, 4}


def test_the_diarization_error_rate_is_at_most_twelve_percent(evaluations: list[Evaluation]) -> None:
    """No collar, overlapped speech scored."""
    der = total(evaluations).der

    assert der is not None
    assert der.speech > 1000
    assert der.rate is not None
    assert der.rate <= 0.12


def test_of_the_recognised_words_at_least_95_percent_carry_the_right_speaker(evaluations: list[Evaluation]) -> None:
    words = total(evaluations).attribution

    assert words is not None
    assert words.right + words.wrong + words.unknown > 2000
    assert words.accuracy is not None
    assert words.accuracy >= 0.95
