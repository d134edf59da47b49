"""Sample n of a decoding is n / 16,000 seconds after `start`, on the recording's own clock."""

from pathlib import Path

import numpy as np
import pytest

from steno.errors import InvalidOption, NoAudio
from tests.media_factory import both_ffmpegs, clicks, ffmpeg, tone, video_with_late_sound
from worker.ffmpeg import DecodeLimits
from worker.media import SAMPLE_RATE, decode, probe


@pytest.fixture(params=both_ffmpegs(), ids=lambda path: "bundled" if "imageio" in str(path) else "system")
def program(request: pytest.FixtureRequest) -> Path:
    return Path(request.param)


def samples(recording: Path, program: Path, limits: DecodeLimits, **where: float) -> np.ndarray:
    with decode(recording, ffmpeg=program, limits=limits, **where) as stream:
        return np.concatenate([*stream])


def heard_clicks(pcm: np.ndarray) -> list[float]:
    loud = np.flatnonzero(np.abs(pcm.astype(int)) > 6000) / SAMPLE_RATE
    return [float(time) for place, time in enumerate(loud) if place == 0 or time - loud[place - 1] > 0.2]


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("a.wav", []),
        ("cbr.mp3", []),
        ("vbr.mp3", ["-q:a", "5"]),
        ("headless.mp3", ["-q:a", "5", "-write_xing", "0"]),
        ("a.m4a", []),
        ("a.ogg", []),
        ("a.opus", []),
        ("a.webm", []),
        ("a.aac", []),
        ("a.wma", []),
    ],
)
def test_a_range_has_the_times_of_the_whole(
    name: str, options: list[str], program: Path, limits: DecodeLimits, tmp_path: Path
) -> None:
    recording = clicks(tmp_path / name, 1, 7.5, 11.25, seconds=14, options=options)

    whole = heard_clicks(samples(recording, program, limits))
    part = heard_clicks(samples(recording, program, limits, start=6.5, end=13))

    # Without a header that tells the encoder's delay, it stays: 46 ms at most.
    assert whole == pytest.approx([1, 7.5, 11.25], abs=0.05)
    assert part == pytest.approx([whole[1] - 6.5, whole[2] - 6.5], abs=0.005)


@pytest.mark.parametrize("suffix", ["mp4", "mkv"])
def test_sound_that_begins_late_keeps_its_time(
    suffix: str, program: Path, limits: DecodeLimits, tmp_path: Path
) -> None:
    sound = clicks(tmp_path / "sound.m4a", 1, 5, seconds=8)
    recording = video_with_late_sound(tmp_path / f"late.{suffix}", sound, late=2, seconds=10)

    assert heard_clicks(samples(recording, program, limits)) == pytest.approx([3, 7], abs=0.005)
    assert heard_clicks(samples(recording, program, limits, start=1)) == pytest.approx([2, 6], abs=0.005)


def test_a_pause_in_the_track_is_silence(program: Path, limits: DecodeLimits, tmp_path: Path) -> None:
    pause = ["-af", "aselect='not(between(t,3,5))'", "-c:a", "pcm_s16le"]
    recording = clicks(tmp_path / "paused.mkv", 1, 7, seconds=9, options=pause)

    assert heard_clicks(samples(recording, program, limits)) == pytest.approx([1, 7], abs=0.005)


def test_parts_of_a_chained_stream_are_all_kept(program: Path, limits: DecodeLimits, tmp_path: Path) -> None:
    one = clicks(tmp_path / "one.ogg", 1, seconds=3).read_bytes()
    chained = tmp_path / "chained.ogg"
    chained.write_bytes(one * 3)

    assert heard_clicks(samples(chained, program, limits)) == pytest.approx([1, 4, 7], abs=0.05)


def test_sound_that_ends_before_the_picture_is_not_called_damage(
    program: Path, limits: DecodeLimits, tmp_path: Path
) -> None:
    recording = tmp_path / "a.mp4"
    sound = ["-f", "lavfi", "-i", "sine=d=5"]
    ffmpeg("-f", "lavfi", "-i", "testsrc=d=12:s=32x32:r=5", *sound, str(recording))
    facts = probe(recording, ffmpeg=program, limits=limits)

    with decode(recording, ffmpeg=program, limits=limits, duration=facts.duration) as stream:
        heard = sum(block.size for block in stream) / SAMPLE_RATE

    assert heard == pytest.approx(5, abs=0.05)
    assert stream.notice == "The sound ends early: 5 s of 12 s hold audio."


def test_a_range_past_the_end_is_said(program: Path, limits: DecodeLimits, tmp_path: Path) -> None:
    recording = tone(tmp_path / "short.mp3", seconds=2)

    with pytest.raises(NoAudio, match=r"ends before 0:01:30.*--start"):
        samples(recording, program, limits, start=90)


def test_a_range_that_cannot_be_is_refused(program: Path, limits: DecodeLimits, tmp_path: Path) -> None:
    recording = tone(tmp_path / "a.wav")
    for where in ({"start": 2.0, "end": 1.0}, {"start": -1.0}, {"start": 1.0, "end": 1.0}):
        with pytest.raises(InvalidOption, match="--end"):
            samples(recording, program, limits, **where)


def test_the_first_block_is_short(program: Path, limits: DecodeLimits, tmp_path: Path) -> None:
    recording = tone(tmp_path / "a.wav", seconds=40)

    with decode(recording, ffmpeg=program, limits=limits) as stream:
        sizes = [block.size for block in stream]

    assert sizes[0] <= 2 * SAMPLE_RATE < max(sizes)
    assert sum(sizes) == stream.samples == pytest.approx(40 * SAMPLE_RATE, abs=10)
