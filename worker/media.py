"""Decode: any recording that ffmpeg reads, to 16 kHz mono 16-bit samples, streamed."""

import re
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from steno.errors import DecodingLimit, NoAudio, RecordingTooLong, StorageDenied, UnreadableMedia
from worker.ffmpeg import DecodeLimits, Process, diagnose, input_options, our_name_for, refused_kind

SAMPLE_RATE = 16_000
_BYTES = 2
# A short first block lets the first words come soon; longer ones cost less.
_BLOCKS = (2 * SAMPLE_RATE, 8 * SAMPLE_RATE, 20 * SAMPLE_RATE)

# Two spaces of indent: tags are indented by more, so that no title can pass for a fact.
_DURATION = re.compile(r"^  Duration: (\d+):(\d\d):(\d\d(?:\.\d+)?)", re.M)
_CONTAINER = re.compile(r"^Input #0, (\S+), from ", re.M)
_STREAM = re.compile(
    r"^  Stream #0:(?P<index>\d+)(?:\[0x[0-9a-f]+\])?(?:\((?P<language>\w+)\))?: "
    r"(?P<kind>Audio|Video|Subtitle|Data|Attachment): (?P<codec>\w+)(?P<rest>.*)$",
    re.M,
)


@dataclass(frozen=True)
class AudioTrack:
    """One audio stream: codec, sampling rate in Hz, channel layout such as 'stereo', language tag."""

    index: int
    codec: str
    sample_rate: int | None
    channels: str
    language: str | None


@dataclass(frozen=True)
class MediaFacts:
    """What a file says of itself; nothing of it is trusted. `duration` is seconds."""

    container: str
    duration: float | None
    tracks: tuple[AudioTrack, ...]


class PcmStream:
    """Blocks of int16 samples. After the last one `notice` says whether the recording ended early."""

    def __init__(self, process: Process, recording: Path, limits: DecodeLimits, expected: float | None) -> None:
        self._process, self._recording, self._limits, self._expected = process, recording, limits, expected
        self.samples = 0
        self.notice: str | None = None

    @property
    def seconds(self) -> float:
        """Seconds decoded so far."""
        return self.samples / SAMPLE_RATE

    def __iter__(self) -> Iterator[NDArray[np.int16]]:
        count = 0
        while True:
            size = _BLOCKS[min(count, len(_BLOCKS) - 1)]
            content = self._process.output.read(size * _BYTES)
            block = np.frombuffer(content[: len(content) // _BYTES * _BYTES], np.int16)
            if block.size:
                count += 1
                self.samples += block.size
                if self.seconds > self._limits.max_duration:
                    raise _too_long(self._recording, self._limits)
                yield block
            if len(content) < size * _BYTES:
                break
        self._end()

    def _end(self) -> None:
        status, said = self._process.wait()
        if self._process.timed_out:
            raise diagnose(self._recording, status, said, timed_out=True)
        if not self.samples:
            if status == 0:
                raise NoAudio(f"{self._recording.name} holds no sound", "Its audio track is empty; check the file.")
            raise diagnose(self._recording, status, said, timed_out=False)
        if status in (-24, -9):  # CPU time ran out, or memory killed it, in the middle
            raise DecodingLimit(
                f"{self._recording.name} needed too much computing to decode",
                "It may be damaged or hostile; else raise STENO_DECODE_CPU_TIME.",
            )
        missing = (self._expected or 0) - self.seconds
        if missing > max(1.0, 0.02 * (self._expected or 0)) or status != 0:
            of = f" of {self._expected:.0f}" if self._expected else ""
            self.notice = f"The recording is damaged or cut off: only {self.seconds:.0f}{of} seconds could be read."


def probe(recording: Path, *, ffmpeg: Path, limits: DecodeLimits) -> MediaFacts:
    """What the file holds, without decoding it.

    Raises UnreadableMedia, NoAudio, RecordingTooLong (by its own word), StorageDenied or DecodingLimit.
    """
    import ffmpeg as command_line

    _check_file(recording)
    with our_name_for(recording) as link:
        # Without an output ffmpeg describes its input and stops; ffprobe is not everywhere.
        command = command_line.input(f"file:{link}", **input_options()).output("pipe:").compile(cmd=str(ffmpeg))
        described = command[: command.index("pipe:")]
        process = Process([described[0], "-hide_banner", "-nostdin", *described[1:]], limits)
        try:
            process.output.read()
            status, said = process.wait()
        finally:
            process.stop()
    container = _CONTAINER.search(said)
    if process.timed_out or container is None:
        raise diagnose(recording, status, said, timed_out=process.timed_out)
    facts = MediaFacts(container[1], _duration(said), tuple(_tracks(said)))
    if not facts.tracks:
        raise NoAudio(f"{recording.name} has no audio track", "Hand in a file with sound.")
    if facts.duration is not None and facts.duration > limits.max_duration:
        raise _too_long(recording, limits)
    return facts


@contextmanager
def decode(
    recording: Path,
    *,
    ffmpeg: Path,
    limits: DecodeLimits,
    start: float = 0.0,
    end: float | None = None,
    duration: float | None = None,
) -> Iterator[PcmStream]:
    """The samples from `start` to `end` (seconds). `duration` is the declared one, to notice an early end.

    Iterating raises UnreadableMedia, NoAudio, RecordingTooLong or DecodingLimit. The process is gone on leaving.
    """
    import ffmpeg as command_line

    _check_file(recording)
    where: dict[str, float] = {"ss": start} if start else {}
    if end is not None:
        where["t"] = end - start
    expected = None if duration is None else max(0.0, min(end or duration, duration) - start)
    with our_name_for(recording) as link:
        command: list[str] = (
            command_line.input(f"file:{link}", **input_options(), **where)
            .output("pipe:", format="s16le", acodec="pcm_s16le", ac=1, ar=SAMPLE_RATE, map="0:a:0", map_metadata=-1)
            .global_args("-hide_banner", "-nostdin", "-v", "error", "-vn", "-sn", "-dn", "-threads", "1")
            .compile(cmd=str(ffmpeg))
        )
        process = Process(command, limits)
        try:
            yield PcmStream(process, recording, limits, expected)
        finally:
            process.stop()


def _check_file(recording: Path) -> None:
    try:
        facts = recording.stat()
        if stat.S_ISREG(facts.st_mode):
            recording.open("rb").close()
    except FileNotFoundError as error:
        raise UnreadableMedia(f"{recording.name} does not exist", "Check the path.") from error
    except OSError as error:
        raise StorageDenied(f"{recording.name} cannot be opened", "Check its rights.") from error
    if not stat.S_ISREG(facts.st_mode):
        raise UnreadableMedia(f"{recording.name} is no regular file", "Hand in an audio or video file.")
    if facts.st_size == 0:
        raise UnreadableMedia(f"{recording.name} is empty", "Copy or export it again.")
    if refused_kind(recording):
        raise diagnose(recording, 1, "", timed_out=False)


def _too_long(recording: Path, limits: DecodeLimits) -> RecordingTooLong:
    allowed = time.strftime("%H:%M:%S", time.gmtime(limits.max_duration)) if limits.max_duration < 86400 else "24 h"
    return RecordingTooLong(
        f"{recording.name} is longer than the {allowed} allowed",
        "Cut it, use --start and --end on a shorter copy, or raise STENO_MAX_DURATION.",
    )


def _duration(said: str) -> float | None:
    found = _DURATION.search(said)
    return int(found[1]) * 3600 + int(found[2]) * 60 + float(found[3]) if found else None


def _tracks(said: str) -> Iterator[AudioTrack]:
    for found in _STREAM.finditer(said):
        if found["kind"] != "Audio":
            continue
        rate = re.search(r", (\d+) Hz", found["rest"])
        layout = re.search(r" Hz, ([^,]+)", found["rest"])
        yield AudioTrack(
            index=int(found["index"]),
            codec=found["codec"],
            sample_rate=int(rate[1]) if rate else None,
            channels=layout[1].strip() if layout else "unknown",
            language=found["language"],
        )
