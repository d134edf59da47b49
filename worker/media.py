"""Decode: any recording that ffmpeg reads, to 16 kHz mono 16-bit samples, streamed."""

import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from steno.errors import InvalidOption, NoAudio, RecordingTooLong, StorageDenied, UnreadableMedia
from worker.diagnosis import diagnose, early_end, limit_reached, refusal, refused_kind, unknown_codec
from worker.ffmpeg import DecodeLimits, Process, input_options, our_name_for
from worker.recording_day import recording_day

SAMPLE_RATE = 16_000
_BYTES = 2
# A short first block lets the first words come soon; longer ones cost less.
_BLOCKS = (2 * SAMPLE_RATE, 8 * SAMPLE_RATE, 20 * SAMPLE_RATE)

# Decoded samples alone know no time: a track that begins late, or pauses, would shift every word after it. Silence
# stands where the container's clock has none (measured in MP4 and Matroska: a track 2 s late is now within 1 ms). After
# resampling, since ffmpeg holds the gap in memory (two hours: 0.4 GB, else 3.2 GB). Other files: the same samples.
_TIMELINE = "aformat=sample_fmts=s16:sample_rates=16000:channel_layouts=mono,aresample=async=1:first_pts=0"
_OUTPUT = {"map": "0:a:0", "vn": None, "sn": None, "dn": None, "map_metadata": -1}
_PROTECTED = re.compile(r"\((?:enca|drms|drmi|aavd) /")  # sample entries of encrypted MP4: CENC, FairPlay, Audible

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

    @property
    def channel_count(self) -> int:
        """Channels of the layout; 1 where it is not known."""
        if counted := re.match(r"(\d+) channels", self.channels):
            return int(counted[1])
        if surround := re.match(r"(\d+)\.(\d+)", self.channels):
            return int(surround[1]) + int(surround[2])
        return {"stereo": 2, "downmix": 2, "binaural": 2, "quad": 4, "hexagonal": 6, "octagonal": 8}.get(
            self.channels.split("(")[0], 1
        )


@dataclass(frozen=True)
class MediaFacts:
    """What a file says of itself; nothing of it is trusted. `duration` is seconds."""

    container: str
    duration: float | None
    tracks: tuple[AudioTrack, ...]
    recorded: date | None = None


class PcmStream:
    """Blocks of int16 samples. After the last one `notice` says whether the recording ended early."""

    def __init__(
        self, process: Process, recording: Path, limits: DecodeLimits, *, start: float, expected: float | None
    ) -> None:
        self._process, self._recording, self._limits = process, recording, limits
        self._start, self._expected = start, expected
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
        outcome = self._process.wait()
        if limit := limit_reached(self._recording, outcome, samples=self.samples):
            raise limit
        if self.samples:
            self.notice = early_end(outcome, seconds=self.seconds, expected=self._expected)
        elif outcome.status != 0 or "Skipped opening external track" in outcome.said:
            raise diagnose(self._recording, outcome)
        elif self._start:
            raise NoAudio(f"{self._recording.name} ends before {_clock(self._start)}", "Choose an earlier --start.")
        else:
            raise NoAudio(f"{self._recording.name} holds no sound", "Its audio track is empty; check the file.")


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
            outcome = process.wait()
        finally:
            process.stop()
    said = outcome.said
    container = _CONTAINER.search(said)
    if outcome.timed_out or container is None:
        raise diagnose(recording, outcome)
    facts = MediaFacts(container[1], _duration(said), tuple(_tracks(said)), recording_day(said))
    if not facts.tracks:
        raise NoAudio(f"{recording.name} has no audio track", "Hand in a file with sound.")
    if any(found["kind"] == "Audio" and _PROTECTED.search(found["rest"]) for found in _STREAM.finditer(said)):
        raise UnreadableMedia(
            f"{recording.name} is protected against copying (DRM)", "Hand in a recording without protection."
        )
    if facts.tracks[0].codec == "none":
        raise unknown_codec(recording)
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
    channel: int | None = None,
) -> Iterator[PcmStream]:
    """The samples from `start` to `end` (seconds). `duration` is the declared one, to notice an early end.

    All channels are mixed, or one `channel` (from 0) is taken.

    Sample 0 is `start` on the container's clock: silence stands where the track has none. Raises InvalidOption for a
    range that cannot be; iterating raises UnreadableMedia, NoAudio (also: ends before `start`), RecordingTooLong or
    DecodingLimit. The process is gone on leaving.
    """
    import ffmpeg as command_line

    if start < 0 or (end is not None and end <= start):
        raise InvalidOption(f"Nothing lies between {start:g} s and {end or 0:g} s", "Give an --end after --start.")
    _check_file(recording)
    where: dict[str, float] = {"ss": start} if start else {}
    if end is not None:
        where["t"] = end - start
    expected = None if duration is None else max(0.0, min(end or duration, duration) - start)
    with our_name_for(recording) as link:
        command: list[str] = (
            command_line.input(f"file:{link}", **input_options(), **where)
            .output("pipe:", format="s16le", acodec="pcm_s16le", ac=1, ar=SAMPLE_RATE, **_OUTPUT, af=_filters(channel))
            # Options that come after the output, as global_args puts them, count only where they are global.
            .global_args("-hide_banner", "-nostdin", "-loglevel", "warning")
            .compile(cmd=str(ffmpeg))
        )
        process = Process(command, limits)
        try:
            yield PcmStream(process, recording, limits, start=start, expected=expected)
        finally:
            process.stop()


def _filters(channel: int | None) -> str:
    return _TIMELINE if channel is None else f"pan=mono|c0=c{channel},{_TIMELINE}"


def _check_file(recording: Path) -> None:
    try:
        facts = recording.stat()
        if stat.S_ISREG(facts.st_mode):
            recording.open("rb").close()
    except (FileNotFoundError, NotADirectoryError, ValueError) as error:
        raise UnreadableMedia(f"{recording.name} does not exist", "Check the path.") from error
    except OSError as error:
        raise StorageDenied(f"{recording.name} cannot be opened", "Check its rights.") from error
    if stat.S_ISDIR(facts.st_mode):
        raise StorageDenied(f"{recording.name} is a folder", "Name an audio or video file in it.")
    if not stat.S_ISREG(facts.st_mode):
        raise UnreadableMedia(f"{recording.name} is no regular file", "Hand in an audio or video file.")
    if facts.st_size == 0:
        raise UnreadableMedia(f"{recording.name} is empty", "Copy or export it again.")
    if refused_kind(recording):
        raise refusal(recording)


def _too_long(recording: Path, limits: DecodeLimits) -> RecordingTooLong:
    return RecordingTooLong(
        f"{recording.name} is longer than the {_clock(limits.max_duration)} allowed",
        "Cut it into parts, or raise STENO_MAX_DURATION.",
    )


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}"


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
