"""How well the line hears, against the plain library with the same model, on held-out synthetic meetings."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from faster_whisper import WhisperModel

from steno.transcript import Transcript
from tests.conftest import RECORDINGS
from tests.reference import Reference, segment_time_errors, word_error_rate, word_start_errors
from worker.models import STARTER, resolve
from worker.pipeline import Line

MEETINGS = sorted(RECORDINGS.glob("meeting-*.opus"))


@pytest.fixture(scope="module")
def transcripts(starter_line: Line, tmp_path_factory: pytest.TempPathFactory) -> dict[Path, Transcript]:
    data = tmp_path_factory.mktemp("accuracy")
    line = replace(starter_line, settings=starter_line.settings.model_copy(update={"data_dir": data}))
    return {recording: line.run(recording) for recording in MEETINGS}


@pytest.fixture(scope="module")
def references() -> dict[Path, Reference]:
    return {recording: Reference.beside(recording) for recording in MEETINGS}


def test_word_error_rate_is_at_most_a_point_above_the_plain_librarys_best(
    transcripts: dict[Path, Transcript], references: dict[Path, Reference], starter_line: Line
) -> None:
    """Sequential decoding at its best: beam 5, voice activity filter, no conditioning, which this model cannot bear."""
    path = resolve(STARTER, starter_line.settings, device="cpu").path
    plain = WhisperModel(str(path), device="cpu", compute_type="int8", cpu_threads=1)
    texts = []
    for recording in MEETINGS:
        found, _ = plain.transcribe(
            str(recording), language="en", beam_size=5, vad_filter=True, condition_on_previous_text=False
        )
        texts.append(" ".join(segment.text for segment in found))
    truth = [references[recording].text for recording in MEETINGS]

    ours = word_error_rate(truth, [transcripts[recording].text for recording in MEETINGS])
    theirs = word_error_rate(truth, texts)

    assert ours <= theirs + 0.01
    assert ours <= 0.10


def test_segments_begin_and_end_when_they_do(
    transcripts: dict[Path, Transcript], references: dict[Path, Reference]
) -> None:
    errors = np.abs(
        [
            error
            for recording in MEETINGS
            for error in segment_time_errors(references[recording], transcripts[recording])
        ]
    )

    assert errors.size > 100
    assert np.mean(errors <= 0.3) >= 0.95


def test_words_begin_when_they_do(transcripts: dict[Path, Transcript], references: dict[Path, Reference]) -> None:
    errors = np.abs(
        [error for recording in MEETINGS for error in word_start_errors(references[recording], transcripts[recording])]
    )

    assert errors.size > 300
    assert np.mean(errors <= 0.15) >= 0.90


def test_no_speech_of_a_meeting_is_left_without_words(transcripts: dict[Path, Transcript]) -> None:
    assert sum(hole.duration for transcript in transcripts.values() for hole in transcript.uncovered) < 5
