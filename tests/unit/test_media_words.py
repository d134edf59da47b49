"""What is said of ffmpeg's end: each error in one line with its cure, and nothing of ffmpeg's own dump."""

from pathlib import Path

import pytest

from steno.errors import DecodingLimit, MissingProgram, NoAudio, StenoError, UnreadableMedia
from worker.diagnosis import diagnose, early_end
from worker.ffmpeg import Outcome


@pytest.mark.parametrize(
    ("status", "said", "kind", "words"),
    [
        (183, "Format not on whitelist 'wav,mp3'", UnreadableMedia, "playlist"),
        (1, "[mov @ 0x1] moov atom not found", UnreadableMedia, "cut off"),
        (1, "Stream map '0:a:0' matches no streams.", NoAudio, "no audio track"),
        (1, "Decoder (codec qcelp) not found for input stream #0:0", UnreadableMedia, "codec"),
        (1, "Decoding requested, but no decoder found for: qcelp", UnreadableMedia, "codec"),
        (1, "[mov @ 0x1] Skipped opening external track: /etc/passwd", UnreadableMedia, "another file"),
        (1, "x: Cannot allocate memory", DecodingLimit, "STENO_DECODE_MEMORY"),
        (127, "ffmpeg: error while loading shared libraries: libx.so: cannot open", MissingProgram, "Reinstall"),
        (127, "error while loading shared libraries: x: failed to map segment", DecodingLimit, "STENO_DECODE_MEMORY"),
        (-9, "", DecodingLimit, "STENO_DECODE_CPU_TIME"),
        (-11, "", UnreadableMedia, "damaged"),
        (1, "file:/tmp/steno-media-x/recording: Invalid data found when processing input", UnreadableMedia, "WAV"),
    ],
)
def test_each_end_has_its_error(status: int, said: str, kind: type[StenoError], words: str) -> None:
    error = diagnose(Path("/somewhere/talk.mp3"), Outcome(status, said, timed_out=False))

    assert type(error) is kind
    assert words in str(error)
    assert str(error).startswith("talk.mp3 ")
    assert not any(word in str(error) for word in ("\n", "/tmp", "/somewhere", "0x1", "passwd"))


@pytest.mark.parametrize(
    ("outcome", "seconds", "expected", "notice"),
    [
        (Outcome(0, "", timed_out=False), 60, 60.5, None),
        (Outcome(0, "", timed_out=False), 60, None, None),
        (Outcome(0, "[mp3 @ 0x1] invalid new backstep", timed_out=False), 60, 60, None),
        (Outcome(0, "[mpegts @ 0x1] Packet corrupt (stream = 0)", timed_out=False), 60, 60, None),
        (Outcome(0, "[wav @ 0x1] Packet corrupt (stream = 0)", timed_out=False), 60, 60, "60 s of it"),
        (Outcome(69, "", timed_out=False), 60, None, "damaged or cut off"),
        (Outcome(0, "File ended prematurely", timed_out=False), 12, 60, "12 s of 60 s could be decoded"),
        (Outcome(0, "", timed_out=False), 12, 60, "12 s of 60 s hold audio"),
        (Outcome(0, "Failed to compensate for timestamp delta of 9", timed_out=False), 12, 60, "STENO_DECODE_MEMORY"),
    ],
)
def test_an_early_end_is_told_by_its_signs(
    outcome: Outcome, seconds: float, expected: float | None, notice: str | None
) -> None:
    told = early_end(outcome, seconds=seconds, expected=expected)

    assert told is None if notice is None else told is not None and notice in told
