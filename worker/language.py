"""Which language is spoken: a vote over windows spread over the whole recording.

The first half minute of a meeting is often silence, music or small talk in another language.
"""

from collections import defaultdict
from pathlib import Path

import numpy as np

from steno.errors import NoAudio, UnreadableMedia
from worker.engine import Audio, Engine
from worker.ffmpeg import DecodeLimits
from worker.media import SAMPLE_RATE, decode
from worker.vad import SpeechDetector, VoiceActivity

WINDOWS = 5
_WINDOW_SECONDS = 30.0
UNDETERMINED = "und"  # ISO 639-2: nobody speaks


def detect_language(
    recording: Path,
    engine: Engine,
    *,
    ffmpeg: Path,
    limits: DecodeLimits,
    start: float,
    end: float | None,
    duration: float | None,
) -> tuple[str, float | None]:
    """The language with the largest sum of probabilities over the windows with speech, and its mean probability.

    An English-only model answers ('en', None); a recording in which nobody speaks gives ('und', None).
    """
    if not engine.multilingual:
        return engine.languages[0], None
    windows = []
    for moment in _moments(start, end if end is not None else duration):
        speech = _speech_near(recording, moment, end, ffmpeg=ffmpeg, limits=limits)
        if speech.size >= SAMPLE_RATE:
            windows.append(speech[: round(engine.max_chunk * SAMPLE_RATE)])
    if not windows:
        return UNDETERMINED, None
    votes: dict[str, float] = defaultdict(float)
    for probabilities in engine.detect_language(windows):
        for language, probability in probabilities.items():
            votes[language] += probability
    best = max(votes, key=lambda language: votes[language])
    return best, round(min(1.0, votes[best] / len(windows)), 4)


def _moments(start: float, end: float | None) -> list[float]:
    """Where the windows begin, seconds."""
    if end is None:  # no declared duration: look near the beginning, and further in if there is more
        return [start, start + 60, start + 300]
    room = end - start - _WINDOW_SECONDS
    count = min(WINDOWS, 1 + int(max(0.0, room) // _WINDOW_SECONDS))
    if count == 1:
        return [start]
    return [start + room * number / (count - 1) for number in range(count)]


def _speech_near(recording: Path, moment: float, end: float | None, *, ffmpeg: Path, limits: DecodeLimits) -> Audio:
    """Speech in the window from `moment`, pauses left out; float32."""
    until = moment + _WINDOW_SECONDS if end is None else min(end, moment + _WINDOW_SECONDS)
    try:
        with decode(recording, ffmpeg=ffmpeg, limits=limits, start=moment, end=until) as stream:
            pcm = np.concatenate([*stream])
    except (NoAudio, UnreadableMedia):  # past the end; the preparation reports real damage
        return np.zeros(0, np.float32)
    activity, detector = VoiceActivity(), SpeechDetector(_WINDOW_SECONDS)
    probabilities = np.concatenate([activity.feed(pcm), activity.finish()])
    speech = [*detector.feed(probabilities), *detector.finish(pcm.size)]
    parts = [pcm[part.start : part.end] for part in speech]
    return (np.concatenate(parts) if parts else np.zeros(0, np.int16)).astype(np.float32) / 32768.0
