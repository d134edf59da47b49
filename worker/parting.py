"""Cutting a chunk in two where it hurts least."""

from itertools import pairwise

import numpy as np

from worker.chunking import Chunk, Stretch
from worker.pcm import PcmFile
from worker.vad import SAMPLE_RATE, Speech


def halves(chunk: Chunk, pcm: PcmFile) -> tuple[Chunk, Chunk]:
    """Cut a chunk in two at the longest pause near its middle, or at its quietest 50 ms where nobody pauses."""
    total = chunk.samples
    pauses = [
        ((left.end + right.start) // 2, right.start - left.end)
        for left, right in pairwise(chunk.speech)
        if 0.25 * total <= _kept_before(chunk, (left.end + right.start) // 2) <= 0.75 * total
    ]
    cut = max(pauses, key=lambda pause: pause[1])[0] if pauses else _quietest(chunk, pcm)
    sides: tuple[list[Stretch], list[Stretch]] = ([], [])
    voices: tuple[list[Speech], list[Speech]] = ([], [])
    for stretch in chunk.stretches:
        if stretch.start < cut:
            sides[0].append(Stretch(stretch.start, min(stretch.end, cut)))
        if stretch.end > cut:
            sides[1].append(Stretch(max(stretch.start, cut), stretch.end))
    for part in chunk.speech:
        if part.start < cut:
            voices[0].append(Speech(part.start, min(part.end, cut)))
        if part.end > cut:
            voices[1].append(Speech(max(part.start, cut), part.end))
    first, second = (
        Chunk(chunk.index, chunk.range, tuple(side), tuple(voice)) for side, voice in zip(sides, voices, strict=True)
    )
    return first, second


def _kept_before(chunk: Chunk, sample: int) -> int:
    return sum(max(0, min(stretch.end, sample) - stretch.start) for stretch in chunk.stretches)


def _quietest(chunk: Chunk, pcm: PcmFile) -> int:
    longest = max(chunk.stretches, key=lambda stretch: stretch.end - stretch.start)
    third = (longest.end - longest.start) // 3
    middle = pcm[longest.start + third : longest.end - third].astype(np.float32)
    step = SAMPLE_RATE // 20
    frames = middle[: middle.size // step * step].reshape(-1, step)
    quiet = int(np.argmin((frames**2).mean(axis=1))) if len(frames) else 0
    return longest.start + third + quiet * step + step // 2
