"""Stage prepare: decode the recording and plan the work, in one pass over the stream.

While samples arrive they are written to a scratch file, voice is found in them, and chunks are handed on: the first
ones can be transcribed long before the end of a long recording is decoded.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

from pydantic import TypeAdapter
from pydantic.dataclasses import dataclass

from steno.storage import ArtifactStore, storage_errors
from worker.chunking import Chunk, Chunker
from worker.ffmpeg import DecodeLimits
from worker.media import SAMPLE_RATE, decode
from worker.pcm import PcmFile
from worker.vad import SpeechDetector, VoiceActivity

AUDIO, PLAN = "audio.pcm", "plan.json"


@dataclass(frozen=True)
class Plan:
    """The finished chunk table; `duration` is the seconds decoded, from `start` of the recording."""

    start: float
    duration: float
    chunks: tuple[Chunk, ...]
    notice: str | None = None


_PLAN = TypeAdapter(Plan)


class Cancelled(Exception):
    """Raised inside a stage that is asked to stop."""


def prepare(
    recording: Path,
    store: ArtifactStore,
    *,
    ffmpeg: Path,
    limits: DecodeLimits,
    max_chunk: float,
    start: float = 0.0,
    end: float | None = None,
    duration: float | None = None,
    channel: int | None = None,
    on_chunk: Callable[[Chunk], None] = lambda chunk: None,
    on_decoded: Callable[[float], None] = lambda seconds: None,
) -> Plan:
    """Leave `audio.pcm` and `plan.json` in the store; hand each chunk (at most `max_chunk` seconds) to `on_chunk`.

    One `channel` (from 0) can be chosen. A plan that is already there is replayed. `on_decoded` hears the seconds
    decoded so far and may raise to stop the work. Raises what `decode` raises, and StorageFull.
    """
    if (plan := finished_plan(store)) is not None:
        for chunk in plan.chunks:
            on_chunk(chunk)
        on_decoded(plan.duration)
        return plan
    chunks: list[Chunk] = []
    activity, chunker = VoiceActivity(), Chunker(max_chunk)
    detector = SpeechDetector(chunker.max_speech)

    def hand_on(ready: Iterator[Chunk]) -> None:
        for chunk in ready:
            chunks.append(chunk)
            on_chunk(chunk)

    audio = store.path(AUDIO)
    with storage_errors(audio.parent):
        audio.parent.mkdir(parents=True, exist_ok=True)
        scratch = audio.open("wb", buffering=0)
    with (
        scratch,
        decode(
            recording, ffmpeg=ffmpeg, limits=limits, start=start, end=end, duration=duration, channel=channel
        ) as stream,
    ):
        for block in stream:
            with storage_errors(audio.parent):
                _write_all(scratch.write, block.tobytes())
            for speech in detector.feed(activity.feed(block)):
                hand_on(chunker.add(speech))
            on_decoded(stream.seconds)
        for speech in [*detector.feed(activity.finish()), *detector.finish(stream.samples)]:
            hand_on(chunker.add(speech))
        hand_on(chunker.finish(stream.samples))
        plan = Plan(start, stream.samples / SAMPLE_RATE, tuple(chunks), stream.notice)
    store.write(PLAN, _PLAN.dump_json(plan))
    return plan


def finished_plan(store: ArtifactStore) -> Plan | None:
    """The plan of an earlier run, if that run came to its end and its samples are whole."""
    content = store.read(PLAN)
    if content is None:
        return None
    plan = _PLAN.validate_json(content)
    try:
        with PcmFile(store.path(AUDIO)) as pcm:
            return plan if len(pcm) == round(plan.duration * SAMPLE_RATE) else None
    except FileNotFoundError:
        return None


def _write_all(write: Callable[[bytes], int | None], content: bytes) -> None:
    """A raw write may take only a part when a disk is nearly full."""
    view = memoryview(content)
    while view:
        view = view[write(bytes(view)) or 0 :]
