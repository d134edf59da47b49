"""Synthetic speakers: espeak-ng, in process and with true word times, and flite."""

import ctypes
import subprocess
from dataclasses import dataclass
from functools import cache
from random import Random

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE = 16_000
US, GB, RP = "gmw/en-US", "gmw/en", "gmw/en-GB-x-rp"


@dataclass(frozen=True)
class Voice:
    """`accent` and `variant` of espeak-ng, or engine 'flite' with its voice as variant and mean pitch in Hz."""

    engine: str
    accent: str
    variant: str
    pitch: int = 0

    @property
    def name(self) -> str:
        return f"{self.engine}:{self.accent}+{self.variant}" if self.accent else f"{self.engine}:{self.variant}"


def _espeak(accent: str, variants: str) -> list[Voice]:
    return [Voice("espeak", accent, variant) for variant in variants.split()]


ESPEAK = [
    *_espeak(US, "m1 m2 m4 m5 m7 f1 f3 f5 linda Andy Alex steph robert"),
    *_espeak(GB, "m1 m3 m5 m6 m8 f2 f4 linda Annie Michael adam"),
    *_espeak(RP, "m3 m7 f4 edward"),
]
FLITE = [
    Voice("flite", "", "slt", 175),
    Voice("flite", "", "rms", 100),
    Voice("flite", "", "awb", 120),
    Voice("flite", "", "kal16", 105),
]
UNSEEN = [*_espeak(US, "max Marco"), *_espeak(GB, "quincy zac")]  # never trained on
TRAINING = [*ESPEAK, *FLITE, *FLITE]


@dataclass(frozen=True)
class Spoken:
    """Speech at 16 kHz, peak 0.7, silence trimmed; word starts as (character, seconds), empty for flite."""

    audio: NDArray[np.float32]
    words: tuple[tuple[int, float], ...]


def speak(text: str, voice: Voice, rng: Random) -> Spoken | None:
    """Say a text with a little variation of speed and pitch; None where nothing is heard."""
    if voice.engine == "flite":
        audio = _flite(text, voice, voice.pitch * rng.uniform(0.92, 1.08), rng.uniform(0.85, 1.15))
        words: list[tuple[int, float]] = []
    else:
        audio, words = _espeak_engine()(
            text,
            f"{voice.accent}+{voice.variant}",
            speed=rng.randint(145, 180),
            pitch=rng.randint(40, 60),
            gap=rng.choice([0, 0, 0, 1, 2]),
        )
    loud = np.abs(audio) > 0.01
    if not loud.any():
        return None
    first = max(0, int(loud.argmax()) - 320)
    last = len(loud) - int(loud[::-1].argmax()) + 480
    trimmed = audio[first:last]
    starts = tuple((position, max(0.0, time - first / SAMPLE_RATE)) for position, time in words)
    return Spoken(trimmed / np.abs(trimmed).max() * 0.7, starts)


def _flite(text: str, voice: Voice, pitch: float, stretch: float) -> NDArray[np.float32]:
    command = ["flite", "-voice", voice.variant, "--setf", f"duration_stretch={stretch:.2f}"]
    command += ["--setf", f"int_f0_target_mean={pitch:.0f}", "-t", text, "-o", "/dev/stdout"]
    wave = subprocess.run(command, capture_output=True, check=True).stdout
    begin = wave.find(b"data") + 8
    samples = np.frombuffer(wave[begin : len(wave) - (len(wave) - begin) % 2], "<i2")
    return samples.astype(np.float32) / 32768


class _Union(ctypes.Union):
    _fields_ = [("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8)]


class _Event(ctypes.Structure):
    _fields_ = [
        ("type", ctypes.c_int),
        ("uid", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _Union),
    ]


_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))
_WORD_EVENT, _SYNCHRONOUS, _UTF8 = 1, 2, 1
_RATE, _PITCH, _WORD_GAP = 1, 3, 7


class _Espeak:
    """libespeak-ng through ctypes: synthesis to a callback that also tells where words begin."""

    def __init__(self) -> None:
        self._library = ctypes.CDLL("libespeak-ng.so.1")
        self._rate = self._library.espeak_Initialize(_SYNCHRONOUS, 200, None, 0)
        self._callback = _CALLBACK(self._receive)  # kept: the library holds only a pointer
        self._library.espeak_SetSynthCallback(self._callback)

    def _receive(
        self, samples: "ctypes._Pointer[ctypes.c_short]", count: int, events: "ctypes._Pointer[_Event]"
    ) -> int:
        if count > 0:
            self._blocks.append(np.ctypeslib.as_array(samples, (count,)).copy())
        number = 0
        while events[number].type:
            if events[number].type == _WORD_EVENT:
                self._words.append((events[number].text_position - 1, events[number].sample / self._rate))
            number += 1
        return 0

    def __call__(
        self, text: str, voice: str, *, speed: int, pitch: int, gap: int
    ) -> tuple[NDArray[np.float32], list[tuple[int, float]]]:
        import soxr

        self._blocks: list[NDArray[np.int16]] = []
        self._words: list[tuple[int, float]] = []
        if self._library.espeak_SetVoiceByName(voice.encode()) != 0:
            raise ValueError(f"espeak-ng has no voice {voice}")
        for parameter, value in ((_RATE, speed), (_PITCH, pitch), (_WORD_GAP, gap)):
            self._library.espeak_SetParameter(parameter, value, 0)
        content = text.encode() + b"\0"
        self._library.espeak_Synth(content, len(content), 0, 1, 0, _UTF8, None, None)
        audio = np.concatenate(self._blocks).astype(np.float32) / 32768 if self._blocks else np.zeros(0, np.float32)
        return soxr.resample(audio, self._rate, SAMPLE_RATE), self._words


@cache
def _espeak_engine() -> _Espeak:
    return _Espeak()
