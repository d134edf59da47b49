"""Held-out meetings: known text, words and speaker turns, by voices and of sentences that no training heard.

python -m worker.models.training.diarization.meetings held-out tests/recordings/speakers 24
python -m worker.models.training.diarization.meetings development build/development 24
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np
from numpy.typing import NDArray

from worker.models.training.diarization.conversations import MEETING_ROOM, Manners, Placed, mix, place, turns
from worker.models.training.diarization.speakers import HELD_OUT_FLITE, Speaker, training_speakers
from worker.models.training.diarization.utterances import REPLIES, Utterance, speech_in
from worker.models.training.texts import held_out_sentences, held_out_transcripts
from worker.models.training.voices import ESPEAK, FLITE, SAMPLE_RATE, Spoken, speak

MANNERS = Manners(overlaps=0.15, replies=0.06, goes_on=0.4)


@dataclass(frozen=True)
class Meeting:
    """Samples at 16 kHz, segments with their words where known, and speaker turns; seconds."""

    audio: NDArray[np.float32]
    segments: list[dict[str, object]]
    turns: list[tuple[int, float, float]]
    voices: list[str]


def meeting(speakers: Sequence[Speaker], rng: Random, *, seconds: float) -> Meeting:
    """Speakers in conversation; a third of what they say is from real meetings' transcripts."""
    said: dict[int, tuple[str, Spoken]] = {}
    grammar, real = held_out_sentences(rng), held_out_transcripts()

    def say(speaker: int, short: bool) -> Utterance | None:
        text = rng.choice(REPLIES) if short else rng.choice(real) if rng.random() < 0.3 else next(grammar)
        spoken = speak(text, speakers[speaker].voice, rng)
        if spoken is None:
            return None
        utterance = Utterance(spoken.audio, speech_in(spoken.audio))
        said[id(utterance)] = text, spoken
        kept.append(utterance)
        return utterance

    kept: list[Utterance] = []  # an id is only unique while its object lives
    while True:
        placed = place(say, range(len(speakers)), seconds, MANNERS, rng)
        if {one.speaker for one in placed} == set(range(len(speakers))):
            break
    length = max(one.start + len(one.utterance.audio) for one in placed) + SAMPLE_RATE
    segments = [_segment(one, *said[id(one.utterance)]) for one in sorted(placed, key=lambda one: one.start)]
    return Meeting(mix(placed, length, rng, MEETING_ROOM), segments, turns(placed), [one.name for one in speakers])


def _segment(one: Placed, text: str, spoken: Spoken) -> dict[str, object]:
    start = one.start / SAMPLE_RATE
    written = text.split()
    words = None
    if len(spoken.words) == len(written):
        words = [
            {"text": word, "start": round(start + time, 3)}
            for word, (_, time) in zip(written, spoken.words, strict=True)
        ]
    end = start + len(spoken.audio) / SAMPLE_RATE
    return {"speaker": f"P{one.speaker}", "start": round(start, 3), "end": round(end, 3), "text": text, "words": words}


def save(made: Meeting, path: Path) -> None:
    """Write `path`.opus (24 kbit/s) and `path`.json."""
    path.parent.mkdir(parents=True, exist_ok=True)
    command = ["ffmpeg", "-v", "error", "-y", "-f", "f32le", "-ar", str(SAMPLE_RATE), "-ac", "1", "-i", "pipe:0"]
    command += ["-c:a", "libopus", "-b:a", "24k", "-map_metadata", "-1", "-fflags", "+bitexact", f"{path}.opus"]
    subprocess.run(command, input=made.audio.tobytes(), check=True)
    reference = {
        "sample_rate": SAMPLE_RATE,
        "duration": round(len(made.audio) / SAMPLE_RATE, 3),
        "voices": {f"P{number}": name for number, name in enumerate(made.voices)},
        "segments": made.segments,
        "turns": [
            {"speaker": f"P{speaker}", "start": round(start, 3), "end": round(end, 3)}
            for speaker, start, end in made.turns
        ],
    }
    Path(f"{path}.json").write_text(json.dumps(reference, indent=1) + "\n")


def held_out_speakers() -> list[Speaker]:
    """The voices that the starter Whisper model knows and the diarization has never heard."""
    return [
        Speaker(voice) for voice in [*ESPEAK, *FLITE] if voice.engine == "espeak" or voice.variant in HELD_OUT_FLITE
    ]


def main(arguments: Sequence[str]) -> None:
    kind, folder, count = arguments[0], Path(arguments[1]), int(arguments[2])
    rng = Random(2027 if kind == "held-out" else 5)
    # Development, where the clustering's parameters are chosen, has made-up voices of its own.
    voices = (
        held_out_speakers() if kind == "held-out" else training_speakers(folder / "voices", made_up=40, seed=77)[:80:2]
    )
    for number in range(count):
        chosen: list[Speaker] = []
        while len(chosen) < 2 + number % 3:
            speaker = rng.choice(voices)
            # The same variant with another accent is the same person to anybody.
            if all(speaker.voice.variant != other.voice.variant for other in chosen):
                chosen.append(speaker)
        made = meeting(chosen, rng, seconds=60 + 4 * (number % 5))
        save(made, folder / f"meeting-{number + 1:02d}")


if __name__ == "__main__":
    main(sys.argv[1:])
