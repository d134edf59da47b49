"""One ffmpeg process is bounded, whatever the program does: small scripts stand in for an ffmpeg that misbehaves."""

import dataclasses
import threading
import time
from pathlib import Path

import pytest

from steno.errors import DecodingLimit, MissingProgram, StorageDenied, UnreadableMedia
from tests.media_factory import tone
from worker.ffmpeg import DecodeLimits, Process
from worker.media import decode, probe


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    return tone(tmp_path / "a.wav")


def script(path: Path, text: str) -> Path:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def running(words: bytes) -> bool:
    """Whether a process has these words on its command line (a zombie has none)."""
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if words in entry.read_bytes():
                return True
        except OSError:
            continue  # it ended while we looked
    return False


def gone(words: bytes, *, within: float = 5.0) -> bool:
    until = time.monotonic() + within
    while running(words) and time.monotonic() < until:
        time.sleep(0.01)
    return not running(words)


def test_a_program_that_hangs_is_ended_with_its_children(recording: Path, limits: DecodeLimits, tmp_path: Path) -> None:
    hanging = script(tmp_path / "ffmpeg", "sleep 611.17 & wait")
    impatient = dataclasses.replace(limits, wall_time=0.3)

    with pytest.raises(DecodingLimit, match="STENO_DECODE_TIMEOUT"):
        probe(recording, ffmpeg=hanging, limits=impatient)
    with (
        pytest.raises(DecodingLimit, match="STENO_DECODE_TIMEOUT"),
        decode(recording, ffmpeg=hanging, limits=impatient) as stream,
    ):
        list(stream)

    assert gone(b"611.17")


def test_a_flood_of_words_neither_blocks_nor_fills_memory(limits: DecodeLimits, tmp_path: Path) -> None:
    flood = "echo first >&2; head -c 20000000 /dev/zero | tr '\\0' x >&2; echo last >&2; echo done"
    process = Process([str(script(tmp_path / "ffmpeg", flood))], limits)

    assert process.output.read() == b"done\n"
    outcome = process.wait()
    process.stop()

    assert outcome.status == 0
    assert len(outcome.said) <= 128 * 1024
    assert outcome.said.startswith("first\n")
    assert outcome.said.endswith("last\n")


def test_an_interrupt_leaves_no_process(recording: Path, limits: DecodeLimits, tmp_path: Path) -> None:
    endless = script(tmp_path / "ffmpeg", "cat /dev/zero 612.18 2>/dev/null")

    with pytest.raises(KeyboardInterrupt), decode(recording, ffmpeg=endless, limits=limits) as stream:
        for _ in stream:
            raise KeyboardInterrupt

    assert gone(b"612.18")


def test_a_slow_reader_is_not_taken_for_a_slow_decoder(recording: Path, limits: DecodeLimits, tmp_path: Path) -> None:
    quick = script(tmp_path / "ffmpeg", "head -c 64000 /dev/zero")
    with decode(recording, ffmpeg=quick, limits=dataclasses.replace(limits, wall_time=0.5)) as stream:
        blocks = iter(stream)
        next(blocks)
        deadline = threading.Event()
        deadline.wait(0.7)  # the limit passes while nothing runs

        assert list(blocks) == []
    assert stream.samples == 32_000


def test_a_death_after_some_samples_keeps_them_and_says_so(
    recording: Path, limits: DecodeLimits, tmp_path: Path
) -> None:
    dying = script(tmp_path / "ffmpeg", "head -c 64000 /dev/zero; kill -SEGV $$")
    with decode(recording, ffmpeg=dying, limits=limits, duration=60) as stream:
        heard = sum(block.size for block in stream)

    assert heard == 32_000
    assert stream.notice == ("The recording ends early: 2 s of 60 s could be decoded; the file is damaged or cut off.")


@pytest.mark.parametrize("signal", ["XCPU", "KILL"])
def test_the_limit_of_computing_is_named(signal: str, recording: Path, limits: DecodeLimits, tmp_path: Path) -> None:
    killed = script(tmp_path / "ffmpeg", f"head -c 64000 /dev/zero; kill -{signal} $$")
    with (
        pytest.raises(DecodingLimit, match="STENO_DECODE_CPU_TIME"),
        decode(recording, ffmpeg=killed, limits=limits) as stream,
    ):
        list(stream)


def test_the_limit_of_memory_is_named_even_after_samples(recording: Path, limits: DecodeLimits, tmp_path: Path) -> None:
    starved = script(tmp_path / "ffmpeg", "head -c 64000 /dev/zero; echo 'x: Cannot allocate memory' >&2; exit 244")
    with (
        pytest.raises(DecodingLimit, match="STENO_DECODE_MEMORY"),
        decode(recording, ffmpeg=starved, limits=limits) as stream,
    ):
        list(stream)


def test_it_can_write_no_file(limits: DecodeLimits, tmp_path: Path) -> None:
    # The limit is set right after the start; the script waits for it.
    writing = script(tmp_path / "ffmpeg", f"sleep 0.3; echo content > {tmp_path}/leak; echo more >> {tmp_path}/leak")
    process = Process([str(writing)], limits)
    process.wait()
    process.stop()

    leak = tmp_path / "leak"
    assert not leak.exists() or leak.stat().st_size == 0


def test_absurdly_large_limits_do_no_harm(recording: Path, ffmpeg: Path) -> None:
    boundless = DecodeLimits(max_duration=1e300, memory=2**80, cpu_time=float("inf"), wall_time=float("inf"))

    with decode(recording, ffmpeg=ffmpeg, limits=boundless) as stream:
        list(stream)

    assert stream.seconds == pytest.approx(3, abs=0.01)


def test_a_program_that_cannot_start_is_named(recording: Path, limits: DecodeLimits, tmp_path: Path) -> None:
    broken = tmp_path / "ffmpeg"
    broken.write_bytes(b"\x7fELF no program")
    broken.chmod(0o755)

    with pytest.raises(MissingProgram, match="STENO_FFMPEG"):
        probe(recording, ffmpeg=broken, limits=limits)


def test_no_place_for_scratch_files_is_said(
    recording: Path, ffmpeg: Path, limits: DecodeLimits, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "none"))

    with pytest.raises(StorageDenied, match="TMPDIR"):
        probe(recording, ffmpeg=ffmpeg, limits=limits)


def test_the_command_keeps_every_guard(recording: Path, limits: DecodeLimits, tmp_path: Path) -> None:
    # A program that answers with its own command line, as samples would come.
    echo = script(tmp_path / "ffmpeg", 'printf "%s\\n" "$@" >&2; exit 1')
    process_words: list[str] = []

    with pytest.raises(UnreadableMedia), decode(recording, ffmpeg=echo, limits=limits) as stream:
        process = stream._process
        try:
            list(stream)
        finally:
            process_words = process.wait().said.splitlines()

    place = {word: number for number, word in enumerate(process_words)}
    given, output = place["-i"], place["pipe:"]
    for word in ("-protocol_whitelist", "-format_whitelist", "-max_streams", "-probesize", "-threads"):
        assert place[word] < given, word
    for word in ("-vn", "-sn", "-dn", "-map", "-map_metadata", "-ac", "-ar", "-f"):
        assert given < place[word] < output, word
    assert process_words[place["-protocol_whitelist"] + 1] == "file,pipe"
    assert process_words[given + 1].startswith("file:/")
    assert "-nostdin" in place
    assert not any(recording.name in word for word in process_words)
    allowed = set(process_words[place["-format_whitelist"] + 1].split(","))
    refused = {
        "hls",
        "dash",
        "concat",
        "image2",
        "image2pipe",
        "sdp",
        "rtsp",
        "rtp",
        "ffmetadata",
        "lavfi",
        "tty",
        "srt",
    }
    assert not allowed & (refused | {"imf", "webm_dash_manifest", "gif_pipe", "svg_pipe", "mpl2", "data", "avisynth"})
