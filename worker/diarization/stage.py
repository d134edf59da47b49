"""Diarize a recording that is still being decoded: ranges of windows as they come, then clustering over the whole.

A range leaves an artifact and is not computed again. Windows share nothing, so ranges give what the whole would give.
"""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from steno.storage import ArtifactStore
from worker.diarization.result import Diarization, SpeakerBounds, Turn
from worker.pcm import PcmFile

if TYPE_CHECKING:
    from worker.diarization.fast import FastSpeakerDiarization, HeardWindows

RANGE_WINDOWS = 320  # a multiple of the batch sizes: three to five minutes, at most 20 MB of samples
_SAMPLE_RATE = 16_000
_LEAST = 0.1  # seconds; a shorter recording gives pyannote's filters nothing to work on


@dataclass(frozen=True)
class Growing:
    """A recording being decoded: `wait(samples)` returns how many there are once that many are, or the end is."""

    audio: Path
    wait: Callable[[int], tuple[int, bool]]


def diarize(
    pipeline: "FastSpeakerDiarization",
    recording: Growing,
    store: ArtifactStore,
    folder: str,
    bounds: SpeakerBounds,
    *,
    on_heard: Callable[[float], None] = lambda seconds: None,
) -> Diarization:
    """Who spoke when; `on_heard` hears the seconds done. Artifacts go to `folder` of the store."""
    heard = list(_ranges(pipeline, recording, store, folder, on_heard))
    if not heard:
        return Diarization()
    output = pipeline.diarize(_joined(heard), **bounds.model_dump())
    order: dict[str, int] = {}
    turns = _turns(output.speaker_diarization, order)
    exclusive = _turns(output.exclusive_speaker_diarization, order)
    return Diarization(turns=turns, exclusive=exclusive)


def _ranges(
    pipeline: "FastSpeakerDiarization",
    recording: Growing,
    store: ArtifactStore,
    folder: str,
    on_heard: Callable[[float], None],
) -> "Iterator[HeardWindows]":
    first = 0
    while True:
        begin = first * pipeline.step
        length = (RANGE_WINDOWS - 1) * pipeline.step + pipeline.window
        # One sample more tells whether this range is the last.
        samples, ended = recording.wait(begin + length + 1)
        last = ended and samples <= begin + length
        count = pipeline.count(samples) - first if last else RANGE_WINDOWS
        if samples < _LEAST * _SAMPLE_RATE:
            return
        key = f"{folder}/{first // RANGE_WINDOWS:05d}.npz"
        heard = _load(store.read(key), count)
        if heard is None:
            with PcmFile(recording.audio) as pcm:
                audio = pcm[begin : min(begin + length, samples)].astype(np.float32) / 32768.0
            heard = _hear(pipeline, audio, count, first, on_heard)
            store.write(key, _dump(heard))
        on_heard((samples if last else begin + count * pipeline.step) / _SAMPLE_RATE)
        yield heard
        if last:
            return
        first += count


def _hear(
    pipeline: "FastSpeakerDiarization",
    audio: NDArray[np.float32],
    count: int,
    first: int,
    on_heard: Callable[[float], None],
) -> "HeardWindows":
    done = first

    def on_window(windows: int) -> None:
        nonlocal done
        done += windows
        on_heard(done * pipeline.step / _SAMPLE_RATE)

    return pipeline.hear(audio, count, on_window=on_window)


def _joined(heard: "list[HeardWindows]") -> "HeardWindows":
    from worker.diarization.fast import HeardWindows

    return HeardWindows(
        np.concatenate([part.scores for part in heard]), np.concatenate([part.embeddings for part in heard])
    )


def _dump(heard: "HeardWindows") -> bytes:
    content = io.BytesIO()
    np.savez_compressed(content, scores=heard.scores, embeddings=heard.embeddings)
    return content.getvalue()


def _load(content: bytes | None, count: int) -> "HeardWindows | None":
    if content is None:
        return None
    from worker.diarization.fast import HeardWindows

    kept = np.load(io.BytesIO(content), allow_pickle=False)
    heard = HeardWindows(kept["scores"], kept["embeddings"])
    return heard if len(heard.scores) == count else None


def _turns(annotation: Any, order: dict[str, int]) -> tuple[Turn, ...]:
    """pyannote's tracks in order of start; speakers are numbered as they appear, `order` remembers them."""
    tracks = sorted(
        ((segment.start, segment.end, label) for segment, _, label in annotation.itertracks(yield_label=True)),
        key=lambda track: (track[0], track[1]),
    )
    return tuple(
        Turn(start=round(start, 3), end=round(end, 3), speaker=order.setdefault(label, len(order)))
        for start, end, label in tracks
    )
