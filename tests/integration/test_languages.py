"""Language, translation and models other than the starter."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from steno.config import Settings
from steno.errors import UnknownLanguage, UnknownModel
from steno.jobs import TranscriptionOptions
from tests.conftest import RECORDINGS
from tests.integration.test_line import long_recording
from tests.media_factory import silence
from tests.model_factory import random_whisper
from worker.engine import Engine
from worker.ffmpeg import DecodeLimits
from worker.language import UNDETERMINED, detect_language
from worker.loading import load_line
from worker.models import resolve


@dataclass
class Listener:
    """Hears a fixed language in each window, in turn; everything before it is real."""

    answers: Sequence[dict[str, float]]
    multilingual: bool = True
    languages: tuple[str, ...] = ("en", "fi", "sv")
    max_chunk: float = 28.0
    windows: int = 0

    def detect_language(self, windows: Sequence[np.ndarray]) -> list[dict[str, float]]:
        self.windows = len(windows)
        return list(self.answers[: len(windows)])


def detect(
    listener: Listener, recording: Path, ffmpeg: Path, limits: DecodeLimits, duration: float
) -> tuple[str, float | None]:
    return detect_language(
        recording, listener, ffmpeg=ffmpeg, limits=limits, start=0, end=None, duration=duration  # type: ignore[arg-type]
    )  # fmt: skip


def test_the_language_is_the_majority_of_windows_over_the_whole_file(
    ffmpeg: Path, limits: DecodeLimits, tmp_path: Path
) -> None:
    recording = long_recording(tmp_path / "long.opus", copies=1)
    greeting_in_english = [{"en": 0.9, "fi": 0.1}, *[{"fi": 0.8, "en": 0.2}] * 4]
    listener = Listener(greeting_in_english)

    language, probability = detect(listener, recording, ffmpeg, limits, 400.0)

    assert listener.windows == 5
    assert (language, probability) == ("fi", pytest.approx(0.66))


def test_nobody_speaks_no_language(ffmpeg: Path, limits: DecodeLimits, tmp_path: Path) -> None:
    recording = silence(tmp_path / "silence.wav", seconds=40)
    assert detect(Listener([]), recording, ffmpeg, limits, 40.0) == (UNDETERMINED, None)


@pytest.fixture(scope="module")
def multilingual(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return random_whisper(tmp_path_factory.mktemp("models") / "random-whisper")


def settings(folder: Path) -> Settings:
    return Settings(data_dir=folder, threads=1, device="cpu", beam_size=1)


def test_a_directory_is_a_model_and_language_and_task_reach_it(
    multilingual: Path, meeting: Path, tmp_path: Path
) -> None:
    """Random weights write nonsense; what counts is that a 30 s multilingual model runs the whole line."""
    options = TranscriptionOptions(model=str(multilingual), task="translate", diarize=False, end=35.0)
    line = load_line(options, settings(tmp_path / "data"))

    transcript = line.run(meeting)

    assert line.engine.multilingual
    assert line.engine.max_chunk == 28.0
    assert transcript.task == "translate"
    assert transcript.language in line.engine.languages
    assert transcript.language_probability is not None
    assert transcript.provenance.model == "random-whisper"
    assert len(transcript.provenance.model_revision or "") == 64
    assert not any("starter" in notice for notice in transcript.provenance.notices)
    spoken = sum(segment.duration for segment in transcript.segments) + sum(h.duration for h in transcript.uncovered)
    assert spoken > 10, "whatever it writes, the speech is accounted for"


def test_a_language_nobody_knows(multilingual: Path, tmp_path: Path) -> None:
    options = TranscriptionOptions(model=str(multilingual), language="klingon", diarize=False)
    with pytest.raises(UnknownLanguage, match="It knows"):
        load_line(options, settings(tmp_path))


def test_a_directory_without_a_model(tmp_path: Path) -> None:
    with pytest.raises(UnknownModel, match=r"model\.bin"):
        resolve(str(tmp_path), Settings(), device="cpu")


def test_replicas_share_one_line_and_give_the_same_text(tmp_path: Path) -> None:
    recording = RECORDINGS / "meeting-05.opus"
    texts = []
    for threads in (1, 2):
        chosen = Settings(data_dir=tmp_path / str(threads), threads=threads, device="cpu")
        line = load_line(TranscriptionOptions(model="starter", language="en", diarize=False), chosen)
        assert isinstance(line.engine, Engine)
        assert line.engine.replicas == threads
        texts.append(line.run(recording).text)

    assert texts[0] == texts[1]
