"""Speakers through the whole line: real models, the diarizing process, and what happens when it cannot."""

import json
import signal
import time
import wave
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from steno.errors import EngineFailure, InvalidOption
from steno.transcript import MarkKind, Transcript
from tests.conftest import RECORDINGS
from tests.media_factory import silence
from tests.speech import SPEAKERS, samples
from worker.diarization.companion import Diarizer
from worker.diarization.models import resolve_pipeline
from worker.pipeline import Line
from worker.streaming import Progress

TWO, THREE = SPEAKERS / "meeting-01.opus", SPEAKERS / "meeting-02.opus"
OVERLAPPING = SPEAKERS / "meeting-20.opus"


@pytest.fixture
def line(diarizing_line: Line, tmp_path: Path) -> Line:
    return replace(diarizing_line, settings=diarizing_line.settings.model_copy(update={"data_dir": tmp_path / "data"}))


@pytest.fixture(scope="module")
def transcript(diarizing_line: Line) -> Transcript:
    return diarizing_line.run(THREE)


def asked(line: Line, **options: object) -> Line:
    return replace(line, options=line.options.model_copy(update=options))


def test_words_segments_and_turns_carry_speakers(transcript: Transcript) -> None:
    ids = [speaker.id for speaker in transcript.speakers]

    assert [speaker.name for speaker in transcript.speakers] == [f"Speaker {number + 1}" for number in range(len(ids))]
    assert transcript.turns[0].speaker == ids[0]
    assert {turn.speaker for turn in transcript.turns} == set(ids)
    assert {segment.speaker for segment in transcript.segments} <= {*ids, None}
    known = [word.speaker for word in transcript.words() if word.speaker is not None]
    assert len(known) >= 0.95 * len(list(transcript.words()))
    assert transcript.provenance.diarization == "starter"
    assert len(transcript.provenance.diarization_revision or "") == 64


def test_a_segment_has_one_speaker(transcript: Transcript) -> None:
    for segment in transcript.segments:
        assert {word.speaker for word in segment.words} <= {segment.speaker, None}


def test_overlaps_are_marked(line: Line) -> None:
    transcript = line.run(OVERLAPPING)
    truth = json.loads(OVERLAPPING.with_suffix(".json").read_text())["turns"]
    together = [
        (max(a["start"], b["start"]), min(a["end"], b["end"]))
        for a in truth
        for b in truth
        if a["speaker"] < b["speaker"] and min(a["end"], b["end"]) - max(a["start"], b["start"]) > 0.5
    ]
    marked = [one for one in transcript.segments if any(mark.kind is MarkKind.OVERLAP for mark in one.marks)]

    assert together
    assert any(one.start < end and one.end > start for one in marked for start, end in together)


@pytest.mark.parametrize(
    ("options", "count"),
    [({"speakers": 1}, {1}), ({"speakers": 4}, {4}), ({"max_speakers": 2}, {1, 2}), ({"min_speakers": 4}, {4, 5})],
    ids=str,
)
def test_the_number_of_speakers_is_taken_at_its_word(line: Line, options: dict[str, int], count: set[int]) -> None:
    found = asked(line, **options).run(THREE)

    assert len(found.speakers) in count
    assert found.provenance.settings[next(iter(options))] == str(next(iter(options.values())))


def test_a_time_range_keeps_the_recordings_clock(line: Line, transcript: Transcript) -> None:
    part = asked(line, start=20.0, end=45.0).run(THREE)

    assert all(turn.start >= 19.9 and turn.end <= 45.1 for turn in part.turns)
    assert part.turns


def test_silence_has_no_speakers(line: Line, tmp_path: Path) -> None:
    found = line.run(silence(tmp_path / "silence.wav", seconds=20))

    assert (found.speakers, found.turns, found.segments) == ((), (), ())
    assert found.provenance.diarization == "starter"


def test_a_very_short_recording_is_no_trouble(line: Line, tmp_path: Path) -> None:
    for seconds in (0.05, 0.6):
        found = line.run(silence(tmp_path / f"short-{seconds}.wav", seconds=seconds))
        assert found.segments == ()
        assert found.provenance.diarization == "starter", found.provenance.notices


def test_progress_tells_of_both(line: Line) -> None:
    seen: list[Progress] = []

    line.run(TWO, on_progress=seen.append)

    diarized = [progress.diarized for progress in seen if progress.diarized is not None]
    assert diarized[0] == 0.0
    assert diarized[-1] == pytest.approx(seen[-1].total, abs=0.2)
    assert sorted(diarized) == diarized
    assert len(set(diarized)) > 2


def fresh(line: Line) -> Line:
    """The line with a diarizing process of its own."""
    diarizer = Diarizer(resolve_pipeline("starter", line.settings), device="cpu", threads=1)
    return replace(line, diarizer=diarizer)


def kill(line: Line) -> None:
    assert line.diarizer is not None
    assert line.diarizer._process is not None
    line.diarizer._process.send_signal(signal.SIGKILL)


def test_a_killed_process_costs_the_speakers_only_and_the_next_recording_has_them(line: Line) -> None:
    own = fresh(line)
    struck = [False]

    def strike(progress: Progress) -> None:
        if progress.transcribed > 0 and not struck[0]:
            struck[0] = True
            kill(own)

    try:
        without = own.run(TWO, on_progress=strike)
        again = own.run(TWO)
    finally:
        own.close()

    assert without.segments
    assert without.speakers == ()
    assert without.provenance.diarization is None
    assert any("killed" in notice for notice in without.provenance.notices)
    assert len(again.speakers) >= 2


def test_a_pipeline_that_does_not_load_costs_the_speakers_only(line: Line, tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("pipeline:\n  name: nothing.Here\n")
    source = resolve_pipeline(str(tmp_path), line.settings)
    broken = replace(line, diarizer=Diarizer(source, device="cpu", threads=1))

    try:
        found = broken.run(TWO)
    finally:
        broken.close()

    assert found.segments
    assert [notice for notice in found.provenance.notices if "no diarization pipeline that loads" in notice]


def test_no_gpu_where_one_is_demanded_is_said(line: Line) -> None:
    import torch

    if torch.cuda.is_available():
        pytest.skip("this machine has a GPU")
    source = resolve_pipeline("starter", line.settings)
    demanding = replace(line, diarizer=Diarizer(source, device="cuda", threads=1))

    try:
        found = demanding.run(TWO)
    finally:
        demanding.close()

    assert found.segments
    assert any("STENO_DEVICE=auto" in notice for notice in found.provenance.notices)


def test_a_failing_transcription_does_not_leave_the_process_busy(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    own = fresh(line)

    def fail(*arguments: object) -> None:
        raise EngineFailure("no memory", "buy some")

    try:
        with monkeypatch.context() as broken:
            broken.setattr("worker.recognition.Recogniser.batch", fail)
            with pytest.raises(EngineFailure):
                own.run(THREE)
        assert len(own.run(TWO).speakers) >= 2
    finally:
        own.close()


def test_the_process_ends_with_its_parent(line: Line) -> None:
    own = fresh(line)
    assert own.diarizer is not None
    own.diarizer.start()
    process = own.diarizer._process
    assert process is not None
    assert process.stdin is not None

    process.stdin.close()

    deadline = time.monotonic() + 60
    while process.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_what_was_heard_before_an_interruption_is_not_heard_again(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(transcript: Transcript) -> None:
        raise EngineFailure("delivered to nobody", "try again")

    with pytest.raises(EngineFailure):
        line.run(TWO, deliver=refuse)
    [artifact] = (line.settings.data_dir / "unfinished").rglob("diarization-*/*.npz")
    written = artifact.stat().st_mtime_ns

    found = asked(line, speakers=1).run(TWO, deliver=lambda transcript: _assert_kept(artifact, written))

    assert len(found.speakers) == 1


def _assert_kept(artifact: Path, written: int) -> None:
    assert artifact.stat().st_mtime_ns == written


@pytest.fixture
def call(tmp_path: Path) -> Path:
    """A call recorded in stereo: who is heard on the left is silent on the right."""
    audio = samples(TWO)
    truth = json.loads(TWO.with_suffix(".json").read_text())["turns"]
    clock = np.arange(len(audio)) / 16_000
    left = np.zeros(len(audio), bool)
    for turn in truth:
        if turn["speaker"] == "P0":
            left |= (clock >= turn["start"] - 0.05) & (clock < turn["end"] + 0.05)
    stereo = np.stack([audio * left, audio * ~left], axis=1)
    with wave.open(str(tmp_path / "call.wav"), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes((stereo * 32767).astype("<i2").tobytes())
    return tmp_path / "call.wav"


def test_every_channel_is_a_speaker(line: Line, call: Path) -> None:
    truth = json.loads(TWO.with_suffix(".json").read_text())["turns"]

    found = asked(line, channels="separate").run(call)

    assert [speaker.name for speaker in found.speakers] == ["Speaker 1", "Speaker 2"]
    assert found.provenance.diarization == "channels"
    right = {"speaker-1": "P0", "speaker-2": "P1"}
    judged = [
        right[word.speaker or ""] in speaking
        for word in found.words()
        if (speaking := _speaking(truth, (word.start + word.end) / 2))
    ]
    assert len(judged) > 60
    assert np.mean(judged) > 0.97
    assert [segment.id for segment in found.segments] == list(range(len(found.segments)))
    assert all(a.start <= b.start for a, b in zip(found.segments, found.segments[1:], strict=False))


def _speaking(truth: list[dict[str, object]], moment: float) -> set[object]:
    return {turn["speaker"] for turn in truth if float(str(turn["start"])) <= moment <= float(str(turn["end"]))}


def test_one_channel_cannot_be_separated(line: Line) -> None:
    with pytest.raises(InvalidOption, match="one channel"):
        asked(line, channels="separate").run(RECORDINGS / "meeting-01.opus")


def test_progress_of_channels_is_progress_of_the_whole(line: Line, call: Path) -> None:
    seen: list[Progress] = []

    asked(line, channels="separate").run(call, on_progress=seen.append)

    done = [progress.transcribed for progress in seen]
    assert sorted(done) == done
    assert done[-1] <= (seen[-1].total or 0) + 0.1
