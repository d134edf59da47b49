"""The chunk table: which stretches of the recording the recogniser sees at once, cut at pauses.

A chunk is a few stretches of speech with the long pauses between them left out. Chunks never share decoder state, so
any worker may take any of them, in any order.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from worker.pcm import PcmFile
from worker.vad import SAMPLE_RATE, Speech

MAX_CHUNK = 28.0
RANGE_SPEECH = 600.0  # seconds of speech in a range: the unit of work and of resumption
_PAD = round(0.3 * SAMPLE_RATE)  # kept around speech: soft onsets and endings are words too


@dataclass(frozen=True)
class Stretch:
    """Audio kept in a chunk; samples of the recording, end exclusive."""

    start: int
    end: int


@dataclass(frozen=True)
class Chunk:
    """What the recogniser sees at once.

    `stretches` is the audio, joined; `speech` is where in it voice was found, without the padding.
    """

    index: int
    range: int
    stretches: tuple[Stretch, ...]
    speech: tuple[Speech, ...]

    @property
    def samples(self) -> int:
        return sum(stretch.end - stretch.start for stretch in self.stretches)

    @property
    def seconds(self) -> float:
        return self.samples / SAMPLE_RATE

    @property
    def start(self) -> float:
        """Seconds in the recording."""
        return self.stretches[0].start / SAMPLE_RATE

    @property
    def end(self) -> float:
        return self.stretches[-1].end / SAMPLE_RATE

    def audio(self, pcm: PcmFile) -> NDArray[np.float32]:
        """The chunk's samples in [-1, 1), cut from the whole recording."""
        parts = [pcm[stretch.start : stretch.end] for stretch in self.stretches]
        return np.concatenate(parts).astype(np.float32) / 32768.0

    def place(self, start: float, end: float) -> tuple[float, float]:
        """Chunk time to recording time, seconds, for something that lies in one stretch.

        The middle decides the stretch and both ends are kept inside it, so that nothing is drawn out over a pause.
        """
        begins = np.cumsum([0] + [stretch.end - stretch.start for stretch in self.stretches]) / SAMPLE_RATE
        which = min(max(bisect_right(begins.tolist(), (start + end) / 2) - 1, 0), len(self.stretches) - 1)
        stretch = self.stretches[which]
        low, high = stretch.start / SAMPLE_RATE, stretch.end / SAMPLE_RATE
        shift = low - float(begins[which])
        return min(max(start + shift, low), high), min(max(end + shift, low), high)


class Chunker:
    """Pack speech into chunks of at most `max_seconds` of audio, as it is found.

    When a chunk is full it is cut at the longest pause in its last 40 %, which is most often the end of a sentence.
    """

    def __init__(self, max_seconds: float = MAX_CHUNK) -> None:
        self.max_samples = round(max_seconds * SAMPLE_RATE)
        self._open: list[Speech] = []
        self._index = 0
        self._range = 0
        self._range_samples = 0
        self._previous_end = -2 * _PAD

    @property
    def max_speech(self) -> float:
        """Longest stretch of speech, seconds, that fits with its padding."""
        return (self.max_samples - 2 * _PAD) / SAMPLE_RATE

    def add(self, speech: Speech) -> Iterator[Chunk]:
        """The chunks that are complete now that `speech` is known."""
        while self._open and _kept([*self._open, speech]) > self.max_samples:
            keep = self._best_cut(speech)
            ready, self._open = self._open[:keep], self._open[keep:]
            following = self._open[0] if self._open else speech
            yield self._chunk(ready, following.start)
        self._open.append(speech)

    def finish(self, samples: int) -> Iterator[Chunk]:
        """The last chunk, at the end of a stream of `samples`."""
        if self._open:
            ready, self._open = self._open, []
            yield self._chunk(ready, 2 * samples - ready[-1].end)

    def _best_cut(self, following: Speech) -> int:
        best, longest = len(self._open), -1
        after = [*self._open[1:], following]
        for count, (speech, successor) in enumerate(zip(self._open, after, strict=True), start=1):
            pause = successor.start - speech.end
            if _kept(self._open[:count]) >= 0.6 * self.max_samples and pause > longest:
                best, longest = count, pause
        return best

    def _chunk(self, speech: list[Speech], next_start: int) -> Chunk:
        stretches: list[Stretch] = []
        for number, part in enumerate(speech):
            left = max(part.start - _PAD, (self._previous_end + part.start) // 2, 0)
            limit = speech[number + 1].start if number + 1 < len(speech) else next_start
            right = min(part.end + _PAD, (part.end + limit) // 2)
            if stretches and left <= stretches[-1].end:
                stretches[-1] = Stretch(stretches[-1].start, right)
            else:
                stretches.append(Stretch(left, right))
            self._previous_end = part.end
        chunk = Chunk(self._index, self._range, tuple(stretches), tuple(speech))
        self._index += 1
        self._range_samples += chunk.samples
        if self._range_samples >= RANGE_SPEECH * SAMPLE_RATE:
            self._range, self._range_samples = self._range + 1, 0
        return chunk


def _kept(speech: list[Speech]) -> int:
    """Samples of audio that a chunk of this speech holds at most: pauses longer than both pads are left out."""
    total = 2 * _PAD
    for number, part in enumerate(speech):
        total += part.end - part.start
        if number:
            total += min(part.start - speech[number - 1].end, 2 * _PAD)
    return total
