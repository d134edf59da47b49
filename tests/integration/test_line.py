"""The whole line in one process, with the real model and real ffmpeg."""

import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from steno.config import Settings
from steno.errors import InvalidOption, RecordingBusy, StenoError, StorageFull, UnreadableMedia
from steno.jobs import TranscriptionOptions
from steno.transcript import Transcript
from steno.waveform import Waveform
from tests.conftest import RECORDINGS, ROOT
from tests.media_factory import ffmpeg as make
from tests.media_factory import silence
from tests.reference import normal
from worker.pipeline import Line
from worker.recognition import Recogniser
from worker.streaming import Progress


@pytest.fixture
def line(starter_line: Line, tmp_path: Path) -> Line:
    return replace(starter_line, settings=starter_line.settings.model_copy(update={"data_dir": tmp_path / "data"}))


def long_recording(path: Path, *, copies: int) -> Path:
    """The meetings one after another, several times over."""
    listing = path.with_suffix(".ffconcat")
    parts = [RECORDINGS / f"meeting-{number:02d}.opus" for number in (1, 2, 3, 5, 6, 7)] * copies
    listing.write_text("ffconcat version 1.0\n" + "".join(f"file '{part}'\n" for part in parts))
    make("-f", "concat", "-safe", "0", "-i", str(listing), "-c", "copy", str(path))
    return path


def unfinished(line: Line) -> list[Path]:
    root = line.settings.data_dir / "unfinished"
    return sorted(root.rglob("*.json")) if root.exists() else []


def test_a_transcript_says_what_made_it(line: Line, meeting: Path) -> None:
    transcript = line.run(meeting)

    assert transcript.language == "en"
    assert transcript.duration == pytest.approx(75, abs=20)
    assert transcript.provenance.model == "starter"
    assert transcript.provenance.recording_name == "meeting.opus"
    assert len(transcript.provenance.recording_sha256) == 64
    assert any("starter model" in notice for notice in transcript.provenance.notices)
    assert all(a.start <= b.start for a, b in zip(transcript.segments, transcript.segments[1:], strict=False))
    assert all(word.start <= word.end for word in transcript.words())
    assert unfinished(line) == []


def test_the_waveform_is_loud_where_somebody_speaks(line: Line, meeting: Path) -> None:
    drawn: list[Waveform] = []

    transcript = line.run(meeting, draw=drawn.append)

    found = drawn[0]
    assert found.duration == pytest.approx(transcript.duration, abs=0.01)
    assert len(found.peaks) > 1500
    step = found.duration / len(found.peaks)
    spoken = {place for word in transcript.words() for place in range(int(word.start / step), int(word.end / step))}
    silent = [peak for place, peak in enumerate(found.peaks) if place not in spoken]
    assert sum(found.peaks[place] for place in spoken) / len(spoken) > 2 * sum(silent) / len(silent)


def test_silence_gives_a_valid_empty_transcript(line: Line, tmp_path: Path) -> None:
    transcript = line.run(silence(tmp_path / "silence.wav", seconds=30))

    assert transcript.segments == ()
    assert any("Nobody was heard" in notice for notice in transcript.provenance.notices)


def test_noise_gives_no_text(line: Line, tmp_path: Path) -> None:
    make("-f", "lavfi", "-i", "anoisesrc=d=30:a=0.05:seed=1", str(tmp_path / "noise.wav"))
    assert line.run(tmp_path / "noise.wav").text == ""


def test_a_time_range_leaves_the_rest_out_and_keeps_the_recordings_clock(line: Line, meeting: Path) -> None:
    whole = line.run(meeting)
    part = replace(line, options=line.options.model_copy(update={"start": 20.0, "end": 40.0})).run(meeting)

    inside = " ".join(word.text for word in whole.words() if word.start >= 21 and word.end <= 39)
    assert all(word.start >= 20 and word.end <= 40.01 for word in part.words())
    assert len(set(normal(inside).split()) & set(normal(part.text).split())) >= 0.6 * len(set(normal(inside).split()))


def test_a_start_beyond_the_end_is_said(line: Line, meeting: Path) -> None:
    late = replace(line, options=line.options.model_copy(update={"start": 500.0}))
    with pytest.raises(InvalidOption, match="s long"):
        late.run(meeting)


def test_an_interrupted_run_goes_on_at_the_unfinished_range(
    line: Line, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("worker.chunking.RANGE_SPEECH", 60.0)
    recording = long_recording(tmp_path / "long.opus", copies=1)
    undisturbed = line.run(recording)
    heard: list[float] = []

    def stop_in_the_middle(progress: Progress) -> None:
        heard.append(progress.transcribed)
        if progress.transcribed > 250:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        line.run(recording, on_progress=stop_in_the_middle)
    kept = [path for path in unfinished(line) if path.parent.name == "ranges"]
    redone: list[int] = []
    original = Recogniser.batch
    monkeypatch.setattr(
        Recogniser,
        "batch",
        lambda self, chunks, pcm: redone.extend(c.range for c in chunks) or original(self, chunks, pcm),
    )
    seen: list[Progress] = []
    resumed = line.run(recording, on_progress=seen.append)

    assert len(kept) >= 2
    assert min(redone) == len(kept), "what was finished is not done again"
    assert any(progress.resumed for progress in seen)
    assert [segment.text for segment in resumed.segments[:20]] == [
        segment.text for segment in undisturbed.segments[:20]
    ]
    assert len(resumed.segments) == pytest.approx(len(undisturbed.segments), abs=2)
    assert unfinished(line) == []


def test_bad_media_leaves_nothing_behind(line: Line, tmp_path: Path) -> None:
    (tmp_path / "bad.mp3").write_bytes(b"no media at all" * 100)
    with pytest.raises(UnreadableMedia):
        line.run(tmp_path / "bad.mp3")
    assert unfinished(line) == []


def test_what_nobody_came_back_for_goes_after_a_week_whatever_vanishes_meanwhile(line: Line, meeting: Path) -> None:
    root = line.settings.data_dir / "unfinished"
    old, young, vanishing = root / "old", root / "young", root / "vanishing"
    for folder in (old, young):
        folder.mkdir(parents=True)
    vanishing.symlink_to(root / "is gone")  # as one that another process clears when it is looked at
    os.utime(old, (time.time() - 8 * 86_400,) * 2)

    def stop(progress: Progress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        line.run(meeting, on_progress=stop)

    assert (old.exists(), young.exists()) == (False, True)


def test_two_runs_on_one_recording_do_not_meet(line: Line, meeting: Path) -> None:
    def second_run(progress: Progress) -> None:
        if progress.transcribed:
            with pytest.raises(RecordingBusy, match="another process"):
                line.run(meeting)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        line.run(meeting, on_progress=second_run)


def test_the_first_words_come_before_the_end_is_decoded(line: Line, tmp_path: Path) -> None:
    recording = long_recording(tmp_path / "long.opus", copies=8)
    first: list[Progress] = []

    def stop_at_first_words(progress: Progress) -> None:
        if progress.transcribed:
            first.append(progress)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        line.run(recording, on_progress=stop_at_first_words)

    assert first[0].total is not None
    assert first[0].decoded < first[0].total


def test_memory_does_not_grow_with_the_recording(tmp_path: Path) -> None:
    """Peak resident memory of the preparation, 7 and 56 minutes."""
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from steno.storage import ArtifactStore\n"
        "from steno.config import Settings\n"
        "from tests.memory import own_peak\n"
        "from worker.ffmpeg import DecodeLimits, find_ffmpeg\n"
        "from worker.preparation import prepare\n"
        "prepare(Path(sys.argv[1]), ArtifactStore(Path(sys.argv[2])), ffmpeg=find_ffmpeg(), max_chunk=28.0,\n"
        "        limits=DecodeLimits.from_settings(Settings()))\n"
        "print(own_peak())\n"
    )

    def peak(name: str, copies: int) -> int:
        recording = long_recording(tmp_path / f"{name}.opus", copies=copies)
        run = [sys.executable, "-c", code, str(recording), str(tmp_path / name)]
        return int(subprocess.run(run, capture_output=True, check=True, cwd=ROOT, text=True).stdout)

    assert peak("long", 8) - peak("short", 1) < 30_000 * 1024  # bytes


def test_hotwords_and_prompt_reach_the_decoder(line: Line, meeting: Path) -> None:
    plain = line.run(meeting)
    options = line.options.model_copy(update={"hotwords": "Zanzibar Quetzalcoatl", "prompt": "A meeting of the board."})
    steered = replace(line, options=options).run(meeting)

    assert steered.provenance.settings["hotwords"] == "Zanzibar Quetzalcoatl"
    assert steered.provenance.settings["prompt"] == "A meeting of the board."
    assert [w.probability for w in steered.words()] != [w.probability for w in plain.words()]


def test_a_full_disk_is_said_and_the_space_given_back(
    line: Line, meeting: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import errno

    def no_space(write: object, content: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("worker.preparation._write_all", no_space)
    with pytest.raises(StenoError, match="No space left"):
        line.run(meeting)
    assert not list((line.settings.data_dir / "unfinished").iterdir())


def test_a_result_that_cannot_be_written_keeps_the_work(line: Line, meeting: Path) -> None:
    def full(transcript: Transcript) -> None:
        raise StorageFull("No space left", "Free some.")

    with pytest.raises(StorageFull):
        line.run(meeting, deliver=full)
    assert any(path.parent.name == "ranges" for path in unfinished(line))

    seen: list[Progress] = []
    line.run(meeting, on_progress=seen.append)

    assert seen[-1].resumed
    assert unfinished(line) == []


def test_settings_are_part_of_what_is_resumed(line: Line) -> None:
    other = replace(line, options=TranscriptionOptions(model="starter", language="en", prompt="x", diarize=False))
    assert other._shaping() != line._shaping()
    assert Settings().beam_size == 5
