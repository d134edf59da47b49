"""A bank of utterances: many speakers, sentences and short replies, with their speech marked."""

import multiprocessing
from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np
from numpy.typing import NDArray

from worker.models.training.diarization.speakers import Speaker, training_speakers
from worker.models.training.texts import grammar_sentence, held_out, transcript_sentences
from worker.models.training.voices import SAMPLE_RATE

REPLIES = (
    "Yes. Okay. Right. Mm, yes. No. I see. Sure. Of course. Exactly. Good point. Thank you. Really? Oh, okay. "
    "That is right. I agree. Yes, yes. Well, no. Great. Hm. Absolutely."
).split(". ")
MAX_PAUSE = 0.3
_FRAME = 160


@dataclass(frozen=True)
class Utterance:
    """Samples at 16 kHz in -1..1, and where in them there is speech, in seconds."""

    audio: NDArray[np.float32]
    speech: list[tuple[float, float]]


def speech_in(audio: NDArray[np.float32]) -> list[tuple[float, float]]:
    """Stretches within 38 dB of the loudest 10 ms; pauses up to MAX_PAUSE belong to the speech around them."""
    frames = audio[: len(audio) // _FRAME * _FRAME].reshape(-1, _FRAME)
    power = np.square(frames).mean(axis=1)
    active = np.flatnonzero(power > power.max(initial=1e-9) * 10**-3.8)
    stretches: list[tuple[float, float]] = []
    for frame in active:
        start, end = frame * _FRAME / SAMPLE_RATE, (frame + 1) * _FRAME / SAMPLE_RATE
        if stretches and start - stretches[-1][1] <= MAX_PAUSE:
            stretches[-1] = (stretches[-1][0], end)
        else:
            stretches.append((start, end))
    return stretches


class Bank:
    """Utterances by speaker, kept as one memory-mapped file of samples."""

    def __init__(self, folder: Path) -> None:
        self._samples = np.load(folder / "samples.npy", mmap_mode="r")
        index = np.load(folder / "index.npz")
        self._offsets: NDArray[np.int64] = index["offsets"]
        self._speakers: NDArray[np.int64] = index["speakers"]
        self.speakers = int(self._speakers.max()) + 1
        self._long: list[list[int]] = [[] for _ in range(self.speakers)]
        self._short: list[list[int]] = [[] for _ in range(self.speakers)]
        self._speech: dict[int, list[tuple[float, float]]] = {}
        for number, speaker in enumerate(self._speakers):
            length = self._offsets[number + 1] - self._offsets[number]
            (self._short if length < 1.2 * SAMPLE_RATE else self._long)[speaker].append(number)

    def utterance(self, speaker: int, rng: Random, *, short: bool) -> Utterance:
        """One of the speaker's utterances, by chance."""
        choice = self._short[speaker] if short and self._short[speaker] else self._long[speaker]
        number = rng.choice(choice or self._short[speaker])
        audio = self._samples[self._offsets[number] : self._offsets[number + 1]].astype(np.float32) / 32768
        if number not in self._speech:
            self._speech[number] = speech_in(audio)
        return Utterance(audio, self._speech[number])


def render(folder: Path, *, made_up: int, sentences: int, seed: int = 1) -> Bank:
    """Speak `sentences` sentences and a few replies with every training voice; kept where they exist."""
    if not (folder / "index.npz").exists():
        folder.mkdir(parents=True, exist_ok=True)
        speakers = training_speakers(folder, made_up=made_up, seed=seed)
        real = [text for text in transcript_sentences() if not held_out(text)]
        with multiprocessing.Pool() as pool:
            jobs = [(speaker, sentences, real, seed * 100_003 + number) for number, speaker in enumerate(speakers)]
            spoken = pool.starmap(_speak, jobs, chunksize=1)
        spoken = [utterances for utterances in spoken if len(utterances) > 3]
        flat = [(number, audio) for number, utterances in enumerate(spoken) for audio in utterances]
        np.save(folder / "samples.npy", np.concatenate([audio for _, audio in flat]))
        offsets = np.cumsum([0, *(len(audio) for _, audio in flat)])
        np.savez(folder / "index.npz", offsets=offsets, speakers=np.array([number for number, _ in flat]))
    return Bank(folder)


def _speak(speaker: Speaker, sentences: int, real: list[str], seed: int) -> list[NDArray[np.int16]]:
    rng = Random(seed)
    texts = [rng.choice(real) if rng.random() < 0.5 else grammar_sentence(rng) for _ in range(sentences)]
    texts = [text for text in texts if not held_out(text)] + rng.sample(REPLIES, 3)
    spoken = []
    for text in texts:
        try:
            audio = speaker.say(text, rng)
        except ValueError:
            return []
        if audio is not None and 0.15 * SAMPLE_RATE < len(audio) < 12 * SAMPLE_RATE:
            spoken.append((audio * 32767).astype(np.int16))
    return spoken
