"""Decoding with the real ffmpeg, the system's and the one that comes with imageio-ffmpeg."""

import shutil
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest

from steno.errors import DecodingLimit, MissingProgram, RecordingTooLong, StenoError
from tests.media_factory import ffmpeg as make
from tests.media_factory import silence, tone
from worker.ffmpeg import DecodeLimits, find_ffmpeg
from worker.media import decode, probe

FFMPEGS = [imageio_ffmpeg.get_ffmpeg_exe(), *filter(None, [shutil.which("ffmpeg")])]


@pytest.fixture(params=FFMPEGS, ids=lambda path: "bundled" if "imageio" in path else "system")
def program(request: pytest.FixtureRequest) -> Path:
    return Path(request.param)


def samples(recording: Path, program: Path, limits: DecodeLimits, **where: float) -> np.ndarray:
    with decode(recording, ffmpeg=program, limits=limits, **where) as stream:
        return np.concatenate([*stream])


@pytest.mark.parametrize(
    "suffix", ["wav", "mp3", "m4a", "mka", "mkv", "ogg", "opus", "webm", "flac", "avi", "mov", "wma", "aiff", "ts"]
)
def test_every_common_container_is_decoded(suffix: str, program: Path, limits: DecodeLimits, tmp_path: Path) -> None:
    recording = tone(tmp_path / f"a.{suffix}", seconds=2)

    facts = probe(recording, ffmpeg=program, limits=limits)
    pcm = samples(recording, program, limits)

    assert facts.duration == pytest.approx(2, abs=0.15)
    assert pcm.size / 16_000 == pytest.approx(2, abs=0.15)
    spectrum = np.abs(np.fft.rfft(pcm[8_000:24_000].astype(float)))
    assert int(spectrum.argmax()) == 440


def test_samples_are_exact(program: Path, limits: DecodeLimits, tmp_path: Path) -> None:
    recording = tone(tmp_path / "a.wav", seconds=3, options=["-ar", "16000", "-ac", "1"])

    pcm = samples(recording, program, limits)

    assert pcm.size == 48_000
    assert np.array_equal(pcm, np.frombuffer(recording.read_bytes()[-96_000:], np.int16))


@pytest.mark.parametrize("suffix", ["wav", "mp3", "ogg", "m4a", "flac"])
def test_a_time_range_begins_and_ends_where_it_should(
    suffix: str, program: Path, limits: DecodeLimits, tmp_path: Path
) -> None:
    # A click at 4.0 s in silence.
    click = "aevalsrc='if(between(t,4.0,4.02),0.8,0)':d=8:s=16000"
    make("-f", "lavfi", "-i", click, str(tmp_path / f"a.{suffix}"))

    pcm = samples(tmp_path / f"a.{suffix}", program, limits, start=3.5, end=5.0)

    assert pcm.size / 16_000 == pytest.approx(1.5, abs=0.03)
    assert int(np.abs(pcm).argmax()) / 16_000 == pytest.approx(0.5, abs=0.06)


def test_streams_and_their_facts_are_told(program: Path, limits: DecodeLimits, tmp_path: Path) -> None:
    recording = tone(tmp_path / "a.mka", options=["-ac", "2", "-ar", "44100", "-metadata:s:a:0", "language=fin"])

    (track,) = probe(recording, ffmpeg=program, limits=limits).tracks

    assert (track.sample_rate, track.channels, track.language) == (44_100, "stereo", "fin")


def test_a_title_cannot_pass_for_a_fact(program: Path, limits: DecodeLimits, tmp_path: Path) -> None:
    title = "x\n  Duration: 99:00:00.00, start: 0\n  Stream #0:7: Audio: fake, 1 Hz, mono"
    recording = tone(tmp_path / "a.mka", options=["-metadata", f"title={title}"])

    facts = probe(recording, ffmpeg=program, limits=limits)

    assert facts.duration == pytest.approx(3, abs=0.1)
    assert len(facts.tracks) == 1


@pytest.mark.parametrize(
    "name", ["-i.wav", "a:b.wav", "%d.wav", "new\nline.wav", "'; rm -rf x.wav", "häst 馬.wav", "concat:a|b.wav"]
)
def test_any_name_is_only_a_name(name: str, program: Path, limits: DecodeLimits, tmp_path: Path) -> None:
    recording = tmp_path / name
    recording.write_bytes(tone(tmp_path / "plain.wav").read_bytes())

    assert probe(recording, ffmpeg=program, limits=limits).duration == pytest.approx(3)
    assert samples(recording, program, limits).size == pytest.approx(48_000, abs=10)


def test_a_name_that_is_no_text(program: Path, limits: DecodeLimits, tmp_path: Path) -> None:
    recording = Path(str(tmp_path) + "/a\udcff.wav")
    recording.write_bytes(tone(tmp_path / "plain.wav").read_bytes())

    assert samples(recording, program, limits).size == pytest.approx(48_000, abs=10)


def bounded(limits: DecodeLimits, **changes: float) -> DecodeLimits:
    return DecodeLimits(**{**limits.__dict__, **changes})


def test_a_declared_length_over_the_limit_is_refused(program: Path, limits: DecodeLimits, tmp_path: Path) -> None:
    recording = tone(tmp_path / "a.wav", seconds=5)
    with pytest.raises(RecordingTooLong, match="STENO_MAX_DURATION"):
        probe(recording, ffmpeg=program, limits=bounded(limits, max_duration=4))


def test_a_length_that_was_not_declared_is_limited_too(program: Path, limits: DecodeLimits, tmp_path: Path) -> None:
    recording = tone(tmp_path / "a.wav", seconds=60)
    with pytest.raises(RecordingTooLong):
        samples(recording, program, bounded(limits, max_duration=10))


def test_a_decoder_that_takes_too_long_is_stopped(program: Path, limits: DecodeLimits, tmp_path: Path) -> None:
    recording = silence(tmp_path / "a.flac", seconds=1200)
    with pytest.raises(DecodingLimit, match="STENO_DECODE"):
        samples(recording, program, bounded(limits, wall_time=0.05))


def test_a_decoder_that_computes_too_much_is_stopped(program: Path, limits: DecodeLimits, tmp_path: Path) -> None:
    short, recording = tmp_path / "short.opus", tmp_path / "long.opus"
    make("-f", "lavfi", "-i", "anoisesrc=r=48000:d=60:a=0.1", "-ac", "2", "-b:a", "192k", str(short))
    make("-stream_loop", "99", "-i", str(short), "-c", "copy", str(recording))
    with pytest.raises(DecodingLimit, match="STENO_DECODE"):
        samples(recording, program, bounded(limits, cpu_time=0))


def test_a_decoder_that_wants_too_much_memory_is_stopped(program: Path, limits: DecodeLimits, tmp_path: Path) -> None:
    recording = tone(tmp_path / "a.mp3")
    with pytest.raises(StenoError):
        samples(recording, program, bounded(limits, memory=20_000_000))


def test_no_process_is_left_when_the_reader_leaves_early(program: Path, limits: DecodeLimits, tmp_path: Path) -> None:
    recording = silence(tmp_path / "a.wav", seconds=600)
    with decode(recording, ffmpeg=program, limits=limits) as stream:
        next(iter(stream))
        process = stream._process._child
    assert process.returncode is not None


def test_a_missing_program_is_named() -> None:
    with pytest.raises(MissingProgram, match="STENO_FFMPEG"):
        find_ffmpeg(Path("/no/such/ffmpeg"))
