"""Samples of the recordings that tests speak about."""

from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from steno.config import Settings
from tests.conftest import RECORDINGS
from worker.ffmpeg import DecodeLimits, find_ffmpeg
from worker.media import decode

SPEAKERS = RECORDINGS / "speakers"


@cache
def samples(recording: Path) -> NDArray[np.float32]:
    """The whole recording at 16 kHz, -1 to 1."""
    with decode(recording, ffmpeg=find_ffmpeg(), limits=DecodeLimits.from_settings(Settings())) as stream:
        return np.concatenate(list(stream)).astype(np.float32) / 32768.0
