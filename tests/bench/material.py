"""Long recordings for benchmarks: the held-out meetings over and over, in an order that changes."""

from pathlib import Path
from random import Random

from tests.conftest import RECORDINGS
from tests.media_factory import ffmpeg


def recording(folder: Path, minutes: float) -> Path:
    """A FLAC of about this many minutes of speech; made once."""
    made = folder / f"speech-{minutes:g}-min.flac"
    if made.exists():
        return made
    rng, parts, seconds = Random(1), list[Path](), 0.0
    meetings = sorted(RECORDINGS.glob("meeting-*.opus"))
    while seconds < 60 * minutes:
        parts.append(rng.choice(meetings))
        seconds += 75
    listing = folder / "list.ffconcat"
    listing.write_text("ffconcat version 1.0\n" + "".join(f"file '{part}'\n" for part in parts))
    scratch = folder / "making.flac"
    ffmpeg("-f", "concat", "-safe", "0", "-i", str(listing), "-ar", "16000", "-t", str(60 * minutes), str(scratch))
    return scratch.rename(made)
