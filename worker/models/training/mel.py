"""Log mel power, before the clamping and scaling that depend on the window; the filter bank is faster-whisper's."""

from functools import cache

import numpy as np
from faster_whisper.feature_extractor import FeatureExtractor
from numpy.typing import NDArray


@cache
def _extractor() -> FeatureExtractor:
    return FeatureExtractor()


def raw_mel(audio: NDArray[np.float32]) -> NDArray[np.float32]:
    """log10 mel power of 16 kHz samples; shape (frames of 10 ms, 80)."""
    extractor = _extractor()
    window = np.hanning(401)[:-1].astype(np.float32)
    padded = np.pad(audio, (0, 160))
    spectrum = extractor.stft(padded, 400, 160, window=window, return_complex=True).astype(np.complex64)
    power = extractor.mel_filters @ (np.abs(spectrum[..., :-1]) ** 2)
    return np.log10(np.clip(power, 1e-10, None)).T.astype(np.float32)
