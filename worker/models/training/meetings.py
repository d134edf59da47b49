"""Synthetic meetings with known text and times: the demo recording, and held-out meetings for tests and evaluation.

python -m worker.models.training.meetings demo examples/meeting
python -m worker.models.training.meetings held-out tests/recordings 8
"""

import json
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np
from numpy.typing import NDArray

from worker.models.training.texts import grammar_sentence, held_out, held_out_transcripts
from worker.models.training.voices import ESPEAK, FLITE, GB, SAMPLE_RATE, US, Voice, speak

DEMO_VOICES = {"Anna": Voice("espeak", US, "f5"), "David": Voice("espeak", GB, "m6")}
DEMO = [
    ("Anna", "Good morning David, this is the weekly meeting of project Aurora."),
    ("David", "Good morning Anna, nice to see you."),
    ("Anna", "The first item on the agenda is the budget."),
    ("David", "The server was expensive, and our costs went up by seven percent."),
    ("Anna", "Can you please update the budget and send it to finance by Friday?"),
    ("David", "Yes, I will send the budget on Friday morning."),
    ("Anna", "The next item is the release of the mobile app."),
    ("David", "The app is almost ready, but the search is too slow."),
    ("David", "Omar will test the search on Wednesday."),
    ("Anna", "Okay, so who takes care of the customer survey?"),
    ("David", "I can prepare the survey next week."),
    ("Anna", "We decided to move the launch to the third of March."),
    ("David", "I agree, we need more time."),
    ("Anna", "I will book the meeting room in Helsinki tomorrow."),
    ("Anna", "Are there any other questions?"),
    ("David", "No, that is all, thank you."),
]


@dataclass(frozen=True)
class Meeting:
    """Samples at 16 kHz and the reference: segments with speaker, times in seconds, and words where known."""

    audio: NDArray[np.float32]
    segments: list[dict[str, object]]


def meeting(script: Iterable[tuple[str, Voice, str]], rng: Random, *, noise: float = 0.0006) -> Meeting:
    """Speak a script of (speaker, voice, text) with pauses of 0.3 to 1.2 s and a little noise (RMS)."""
    parts = [np.zeros(int(0.6 * SAMPLE_RATE), np.float32)]
    segments: list[dict[str, object]] = []
    position, last, gains = len(parts[0]), None, dict[str, float]()
    for speaker, voice, text in script:
        spoken = speak(text, voice, rng)
        if spoken is None:
            continue
        if last is not None:
            pause = rng.uniform(0.5, 1.2) if speaker != last else rng.uniform(0.3, 0.7)
            parts.append(np.zeros(int(pause * SAMPLE_RATE), np.float32))
            position += len(parts[-1])
        last, start = speaker, position / SAMPLE_RATE
        written = text.split()
        words = None
        if len(spoken.words) == len(written):
            words = [
                {"text": word, "start": round(start + time, 3)}
                for word, (_, time) in zip(written, spoken.words, strict=True)
            ]
        parts.append(spoken.audio * gains.setdefault(speaker, rng.uniform(0.5, 0.9)))
        position += len(spoken.audio)
        end = position / SAMPLE_RATE
        segments.append(
            {"speaker": speaker, "start": round(start, 3), "end": round(end, 3), "text": text, "words": words}
        )
    audio = np.concatenate([*parts, np.zeros(SAMPLE_RATE, np.float32)])
    hiss = np.random.default_rng(rng.randrange(1 << 30)).normal(0, noise, len(audio))
    return Meeting((audio + hiss).astype(np.float32), segments)


def held_out_meeting(voices: Sequence[Voice], rng: Random, *, seconds: float, transcripts: float = 0.3) -> Meeting:
    """A meeting of held-out sentences; the share `transcripts` of them from real meetings' transcripts."""
    real = held_out_transcripts()
    script, length = [], 0.0
    while length < seconds:
        if rng.random() < transcripts:
            text = rng.choice(real)
        else:
            text = grammar_sentence(rng)
            if not held_out(text):
                continue
        voice = rng.choice(voices)
        script.append((voice.name, voice, text))
        length += 0.6 + len(text) / 14
    return meeting(script, rng, noise=rng.choice([0.0003, 0.001, 0.002]))


def save(made: Meeting, path: Path) -> None:
    """Write `path`.opus (32 kbit/s) and `path`.json."""
    path.parent.mkdir(parents=True, exist_ok=True)
    command = ["ffmpeg", "-v", "error", "-y", "-f", "f32le", "-ar", str(SAMPLE_RATE), "-ac", "1", "-i", "pipe:0"]
    command += ["-c:a", "libopus", "-b:a", "32k", "-map_metadata", "-1", "-fflags", "+bitexact", f"{path}.opus"]
    subprocess.run(command, input=made.audio.tobytes(), check=True)
    reference = {
        "sample_rate": SAMPLE_RATE,
        "duration": round(len(made.audio) / SAMPLE_RATE, 3),
        "segments": made.segments,
    }
    Path(f"{path}.json").write_text(json.dumps(reference, indent=1) + "\n")


def main(arguments: Sequence[str]) -> None:
    if arguments[0] == "demo":
        script = [(speaker, DEMO_VOICES[speaker], text) for speaker, text in DEMO]
        save(meeting(script, Random(7)), Path(arguments[1]))
        return
    folder, count = Path(arguments[1]), int(arguments[2])
    rng = Random(2026)
    voices = rng.sample(ESPEAK, len(ESPEAK))
    for number in range(count):
        pair = [voices[2 * number % len(voices)], voices[(2 * number + 1) % len(voices)]]
        if number % 4 == 3:
            pair = [FLITE[number // 4 * 2 % len(FLITE)], FLITE[(number // 4 * 2 + 1) % len(FLITE)]]
        save(held_out_meeting(pair, rng, seconds=70), folder / f"meeting-{number + 1:02d}")


if __name__ == "__main__":
    main(sys.argv[1:])
