"""Who speaks in the training: hundreds of made-up espeak-ng voices, and flite's at other sizes of the throat.

The voices that the starter Whisper model knows are the ones that the diarization is measured on, so none of them, nor
a voice that shares its formants, is among these.
"""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np
from numpy.typing import NDArray

from worker.models.training.voices import ESPEAK, GB, RP, SAMPLE_RATE, US, Voice, speak

ACCENTS = (US, US, GB, GB, RP, "gmw/en-GB-scotland", "gmw/en-029", "gmw/en-GB-x-gbclan", "gmw/en-GB-x-gbcwmd")
STOCK = (
    "Alicia Andrea Denis Diogo Gene Henrique Hugo Jacky Lee Marco Mario Mike Nguyen antonio aunty belinda "
    "benjamin boris caleb david ed gustave iven iven3 john klatt klatt3 marcelo max michel miguel norbert pablo paul "
    "quincy rob sandro travis victor zac shelby anika announcer grandma grandpa"
).split()
HELD_OUT_FLITE = ("slt", "rms")
_ESPEAK_DATA = ("/usr/lib/x86_64-linux-gnu/espeak-ng-data", "/usr/share/espeak-ng-data", "/usr/lib/espeak-ng-data")


@dataclass(frozen=True)
class Speaker:
    """A voice and how far it is shifted: 1.1 is a throat a tenth shorter (and speech a tenth faster)."""

    voice: Voice
    shift: float = 1.0

    @property
    def name(self) -> str:
        return f"{self.voice.name}*{self.shift:.2f}"

    def say(self, text: str, rng: Random) -> NDArray[np.float32] | None:
        """Samples at 16 kHz, or None where nothing is heard."""
        spoken = speak(text, self.voice, rng)
        if spoken is None:
            return None
        if self.shift == 1.0:
            return spoken.audio
        import soxr

        return np.asarray(soxr.resample(spoken.audio, SAMPLE_RATE * self.shift, SAMPLE_RATE), np.float32)


def training_speakers(folder: Path, *, made_up: int, seed: int = 1) -> list[Speaker]:
    """`made_up` random espeak-ng voices, each also shifted, the stock ones that nobody is measured on, and flite's.

    The random voices (at most 270) are written under `folder`, which espeak-ng then reads its data from.
    """
    rng = Random(seed)
    variants = _espeak_data(folder) / "voices/!v"
    speakers = []
    for number in range(made_up):
        name = f"made{number:03d}"
        (variants / name).write_text(_variant(name, rng))
        voice = Voice("espeak", rng.choice(ACCENTS), name)
        speakers += [Speaker(voice), Speaker(voice, rng.choice((0.87, 1.15)))]
    known = {voice.variant for voice in ESPEAK}
    speakers += [Speaker(Voice("espeak", rng.choice(ACCENTS), name)) for name in STOCK if name not in known]
    for name, pitch in (("awb", 120), ("kal", 105)):
        for shift in (0.82, 0.9, 1.0, 1.1, 1.2, 1.32):
            speakers.append(Speaker(Voice("flite", "", name, round(pitch * rng.uniform(0.85, 1.2))), shift))
    return speakers


def _espeak_data(folder: Path) -> Path:
    source = next((path for path in _ESPEAK_DATA if Path(path).is_dir()), None)
    if source is None:
        raise FileNotFoundError("espeak-ng's data was not found: apt install espeak-ng")
    target = folder / "espeak-ng-data"
    if not target.exists():
        shutil.copytree(source, target)
        # espeak-ng knows at most 349 voices, and forgets its own languages beyond.
        for other in [*target.glob("lang/*"), *target.glob("voices/*"), *target.glob("voices/!v/*")]:
            if other.name in {"gmw", "!v", *STOCK}:
                continue
            shutil.rmtree(other) if other.is_dir() else other.unlink()
    os.environ["ESPEAK_DATA_PATH"] = str(folder)
    return target


def _variant(name: str, rng: Random) -> str:
    """A voice file: pitch in Hz; formants as percent of frequency, strength and width.

    Half of the voices differ little from espeak-ng's own, and so from each other: the task that teaches most.
    """
    male, near = rng.random() < 0.6, rng.random() < 0.5
    low = rng.uniform(62, 125) if male else rng.uniform(130, 235)
    throat = rng.uniform(86, 106) if male else rng.uniform(98, 128)
    if near:
        throat = rng.uniform(94, 104) if male else rng.uniform(102, 116)
    jitter, weakest, widest = (3, 80, 130) if near else (7, 55, 170)
    lines = ["language variant", f"name {name}", f"gender {'male' if male else 'female'}"]
    lines.append(f"pitch {low:.0f} {low * rng.uniform(1.12, 1.55):.0f}")
    for formant in range(9):
        frequency = throat + rng.uniform(-jitter, jitter)
        strength, width = rng.uniform(weakest, 115), rng.uniform(75, widest)
        lines.append(f"formant {formant} {frequency:.0f} {strength:.0f} {width:.0f}")
    lines.append(f"flutter {rng.randint(0, 8)}")
    lines.append(f"roughness {rng.randint(0, 4)}")
    lines.append(f"voicing {rng.uniform(70, 130):.0f}")
    lines.append(f"consonants {rng.uniform(60, 150):.0f} {rng.uniform(60, 150):.0f}")
    if rng.random() < 0.35:
        lines.append("breath " + " ".join(str(rng.choice([0, 2, 4, 6, 8, 10])) for _ in range(8)))
    if rng.random() < 0.4:
        lines.append(f"tone 100 {rng.randint(120, 255)} 800 {rng.randint(40, 255)} 3000 {rng.randint(40, 255)}")
    if rng.random() < 0.12:
        lines.append(f"klatt {rng.randint(1, 5)}")
    if rng.random() < 0.2:
        lines.append(f"echo {rng.randint(60, 150)} {rng.randint(5, 20)}")
    return "\n".join(lines) + "\n"
