"""Conversations from utterances: pauses, overlaps, replies into another's turn, a noisy room."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from random import Random

import numpy as np
from numpy.typing import NDArray

from worker.models.training.diarization.utterances import Bank, Utterance
from worker.models.training.voices import SAMPLE_RATE

WINDOW = 10 * SAMPLE_RATE
_NOISES = 12


@dataclass(frozen=True)
class Manners:
    """Shares of the turn changes that overlap, of the turns that somebody replies into, of speakers who go on.

    The longest pause is in seconds.
    """

    overlaps: float = 0.25
    replies: float = 0.12
    goes_on: float = 0.0
    longest_pause: float = 1.2


@dataclass(frozen=True)
class Room:
    """What a recording suffers: share of speakers with echo, noise in dB below full scale, how far speakers differ."""

    echo: float = 0.35
    quietest: float = -65.0
    loudest: float = -32.0
    distance: float = 10.0


TRAINING_ROOM = Room()
MEETING_ROOM = Room(echo=0.15, quietest=-65.0, loudest=-48.0, distance=6.0)


@dataclass(frozen=True)
class Placed:
    """One utterance in a conversation: its speaker, its first sample there, and itself."""

    speaker: int
    start: int
    utterance: Utterance


Say = Callable[[int, bool], Utterance | None]


def place(say: Say, speakers: Sequence[int], seconds: float, manners: Manners, rng: Random) -> list[Placed]:
    """Turns of `speakers` until `seconds` are full; `say(speaker, short)` says it. Nobody overlaps himself."""
    placed: list[Placed] = []
    free = dict.fromkeys(speakers, 0)
    end, last = int(rng.uniform(0.1, 1.5) * SAMPLE_RATE), None
    while end < seconds * SAMPLE_RATE:
        speaker = last.speaker if last is not None and rng.random() < manners.goes_on else rng.choice(speakers)
        utterance = say(speaker, rng.random() < 0.15)
        if utterance is None:
            continue
        if last is not None and speaker != last.speaker and rng.random() < manners.overlaps:
            start = end - int(min(rng.uniform(0.15, 1.6) * SAMPLE_RATE, 0.6 * len(last.utterance.audio)))
        else:
            start = end + int(rng.uniform(0.05, manners.longest_pause) * SAMPLE_RATE)
        start = max(start, free[speaker] + 800)
        last = Placed(speaker, start, utterance)
        placed.append(last)
        free[speaker] = start + len(utterance.audio)
        end = max(end, free[speaker])
        others = [other for other in speakers if other != speaker and free[other] < start]
        if others and len(utterance.audio) > 2 * SAMPLE_RATE and rng.random() < manners.replies:
            reply = say(rng.choice(others), True)
            if reply is not None and len(reply.audio) < len(utterance.audio):
                other = others[0] if len(others) == 1 else rng.choice(others)
                reply = say(other, True) or reply
                begin = start + int(rng.random() * max(1, len(utterance.audio) - len(reply.audio)))
                placed.append(Placed(other, begin, reply))
                free[other] = begin + len(reply.audio)
                end = max(end, free[other])
    return placed


def turns(placed: Sequence[Placed]) -> list[tuple[int, float, float]]:
    """(speaker, start, end) in seconds, in order of start."""
    found = []
    for one in placed:
        offset = one.start / SAMPLE_RATE
        found += [(one.speaker, offset + start, offset + end) for start, end in one.utterance.speech]
    return sorted(found, key=lambda turn: turn[1])


def mix(placed: Sequence[Placed], samples: int, rng: Random, conditions: Room = TRAINING_ROOM) -> NDArray[np.float32]:
    """The conversation in a room: each speaker at a distance of his own, noise and hum, one gain."""
    noise = np.random.default_rng(rng.randrange(1 << 30))
    audio = np.zeros(samples, np.float32)
    gains = {one.speaker: 10 ** (rng.uniform(-conditions.distance, 0) / 20) for one in placed}
    rooms = {one.speaker: _room(noise) if rng.random() < conditions.echo else None for one in placed}
    for one in placed:
        sound = one.utterance.audio * gains[one.speaker]
        room = rooms[one.speaker]
        if room is not None:
            size = 1 << (len(sound) + len(room) - 1).bit_length()
            sound = np.fft.irfft(np.fft.rfft(sound, size) * np.fft.rfft(room, size), size)[: len(sound)]
        end = min(samples, one.start + len(sound))
        if end > one.start:
            audio[one.start : end] += sound[: end - one.start].astype(np.float32)
    if rng.random() < 0.85:
        bed = _noises()[rng.randrange(_NOISES)]
        begin = rng.randrange(len(bed))
        audio += np.resize(np.concatenate([bed[begin:], bed[:begin]]), samples) * np.float32(
            10 ** (rng.uniform(conditions.quietest, conditions.loudest) / 20)
        )
    if rng.random() < 0.1:
        audio += (np.sin(np.arange(samples) * (2 * np.pi * 50 / SAMPLE_RATE)) * rng.uniform(0.001, 0.01)).astype(
            np.float32
        )
    return audio * np.float32(10 ** (rng.uniform(-18, 0) / 20))


def _room(noise: np.random.Generator) -> NDArray[np.float32]:
    length = int(noise.uniform(0.05, 0.3) * SAMPLE_RATE)
    tail = noise.normal(size=length) * np.exp(-6.9 * np.arange(length) / length) * noise.uniform(0.01, 0.06)
    tail[0] = 1.0
    return tail.astype(np.float32)


@cache
def _noises() -> list[NDArray[np.float32]]:
    """Sixteen seconds each of noise of RMS 1, whose amplitude falls with frequency to the power of 0 (white) to 1."""
    noise = np.random.default_rng(3)
    made = []
    for slope in np.linspace(0, 1, _NOISES):
        spectrum = np.fft.rfft(noise.standard_normal(1 << 18))
        spectrum *= np.maximum(np.arange(len(spectrum)), 1000.0) ** -slope
        shaped = np.fft.irfft(spectrum)
        made.append((shaped / shaped.std()).astype(np.float32))
    return made


@dataclass(frozen=True)
class Window:
    """Ten seconds: samples, up to three speakers' numbers (-1 for none), and their activity, (frames, 3) of 0 or 1."""

    audio: NDArray[np.float32]
    speakers: NDArray[np.int64]
    activity: NDArray[np.float32]


class Windows:
    """Endless training windows from a bank of utterances."""

    def __init__(self, bank: Bank, centers: NDArray[np.float64], seed: int) -> None:
        """`centers` are the middles in seconds of the model's output frames."""
        self._bank, self._centers, self._rng = bank, centers, Random(seed)

    def __iter__(self) -> "Windows":
        return self

    def __next__(self) -> Window:
        rng = self._rng
        while True:
            count = rng.choices((1, 2, 3, 4), (2, 4, 3, 2))[0]
            speakers = rng.sample(range(self._bank.speakers), count)
            manners = Manners(
                rng.uniform(0, 0.8), rng.uniform(0, 0.4), rng.uniform(0, 0.6), rng.choice((0.4, 1.2, 3.0))
            )
            placed = place(
                lambda speaker, short: self._bank.utterance(speaker, rng, short=short), speakers, 14, manners, rng
            )
            first = int(rng.uniform(0, 3.9) * SAMPLE_RATE)
            audio = mix(placed, first + WINDOW, rng)[first:]
            activity = np.zeros((len(self._centers), 3), np.float32)
            columns: dict[int, int] = {}
            for speaker, start, end in turns(placed):
                active = (self._centers + first / SAMPLE_RATE >= start) & (self._centers + first / SAMPLE_RATE < end)
                if active.any():
                    column = columns.setdefault(speaker, len(columns))
                    if column < 3:
                        activity[active, column] = 1
            if len(columns) <= 3:
                present = np.array([*columns, -1, -1, -1][:3], np.int64)
                return Window(audio, present, activity)
