"""A bundled three-second clip and its text: a decode that must succeed on a machine in order."""

import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

CHECK_TEXT = "The second item is the release of the mobile app."
_CLIP = Path(__file__).parent / "check.wav"


def check_audio() -> NDArray[np.float32]:
    """16 kHz mono samples in [-1, 1)."""
    with wave.open(str(_CLIP), "rb") as clip:
        return np.frombuffer(clip.readframes(clip.getnframes()), np.int16).astype(np.float32) / 32768.0
