"""The waveform of decoded audio: read once in blocks, so that memory does not grow with the recording."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from steno.waveform import Waveform
from worker.media import SAMPLE_RATE
from worker.pcm import PcmFile

_MOST = 2000  # peaks: one for each pixel of a wide window
_SHORTEST = SAMPLE_RATE // 100  # samples of a peak: a hundredth of a second
_BLOCK = 2**20  # samples read at once
_LOUDEST = 32768.0


def waveform(audio: Sequence[Path], *, start: float = 0.0) -> Waveform:
    """The waveform of PCM files that sound at once, such as the channels of a recording.

    `start` is where they begin in the recording, seconds; before it there is silence.
    """
    before = round(start * SAMPLE_RATE)
    lengths = [_length(path) for path in audio]
    total = before + max(lengths, default=0)
    width = max(_SHORTEST, -(-total // _MOST))
    peaks = np.zeros(-(-total // width), np.float64)
    for path in audio:
        with PcmFile(path) as pcm:
            _add(peaks, pcm, before, width)
    return Waveform(duration=round(total / SAMPLE_RATE, 3), peaks=tuple(float(peak) for peak in np.round(peaks, 3)))


def _add(peaks: NDArray[np.float64], pcm: PcmFile, before: int, width: int) -> None:
    """Raise the peaks to those of a file, whose first sample is number `before` of the recording."""
    for first in range(0, len(pcm), _BLOCK):
        block = pcm[first : first + _BLOCK]
        at = first + before  # the number of the block's first sample in the recording
        begins = np.arange(-(at % width), len(block), width).clip(0)
        # Not by the absolute value: that of -32768 is none of 16 bits.
        loudest = np.maximum(np.maximum.reduceat(block, begins), -np.minimum.reduceat(block, begins).astype(np.int32))
        part = peaks[at // width : at // width + len(begins)]
        np.maximum(part, loudest / _LOUDEST, out=part)


def _length(path: Path) -> int:
    with PcmFile(path) as pcm:
        return len(pcm)
