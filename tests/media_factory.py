"""Media made on the spot with ffmpeg, for tests."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from worker.ffmpeg import find_ffmpeg


def ffmpeg(*arguments: str) -> None:
    subprocess.run([str(find_ffmpeg()), "-v", "error", "-nostdin", "-y", *arguments], check=True, capture_output=True)


def tone(path: Path, *, seconds: float = 3.0, options: Sequence[str] = ()) -> Path:
    """A 440 Hz tone in the container that the suffix names."""
    ffmpeg("-f", "lavfi", "-i", f"sine=frequency=440:duration={seconds}", *options, str(path))
    return path


def silence(path: Path, *, seconds: float) -> Path:
    ffmpeg("-f", "lavfi", "-i", f"anullsrc=r=16000:cl=mono:d={seconds}", str(path))
    return path


def video_without_audio(path: Path) -> Path:
    ffmpeg("-f", "lavfi", "-i", "testsrc=d=1:s=64x64", str(path))
    return path


def read_pcm(path: Path) -> np.ndarray:
    """16 kHz mono int16 samples of a media file, by plain ffmpeg."""
    out = subprocess.run(
        [
            str(find_ffmpeg()),
            "-v",
            "error",
            "-nostdin",
            "-i",
            str(path),
            "-f",
            "s16le",
            "-ac",
            "1",
            "-ar",
            "16000",
            "-",
        ],
        check=True,
        capture_output=True,
    ).stdout
    return np.frombuffer(out, np.int16)
