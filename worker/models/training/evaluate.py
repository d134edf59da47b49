"""Measure an exported model through faster-whisper alone: word error rate by voice and text, silence, word times."""

from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
from faster_whisper import BatchedInferencePipeline, WhisperModel
from numpy.typing import NDArray

from worker.models.training.meetings import Meeting, meeting
from worker.models.training.scoring import spoken_words, timed_words, word_error_rate, word_start_errors
from worker.models.training.texts import held_out_sentences, held_out_transcripts
from worker.models.training.voices import ESPEAK, FLITE, SAMPLE_RATE, UNSEEN, Voice

_SENTENCES = 6  # for each voice and kind of text
Audio = NDArray[np.float32]
Listen = Callable[[Audio], list[Any]]


def evaluate(model: Path, *, threads: int = 2, seed: int = 99) -> dict[str, object]:
    """Figures on held-out texts, spoken by every voice alone; as a dictionary for JSON."""
    whisper = WhisperModel(str(model), device="cpu", compute_type="int8", cpu_threads=threads)
    batched = BatchedInferencePipeline(whisper)
    modes: dict[str, Listen] = {
        "batched, defaults": lambda audio: list(batched.transcribe(audio, language="en", word_timestamps=True)[0]),
        "sequential, defaults": lambda audio: list(whisper.transcribe(audio, language="en")[0]),
        "sequential, no conditioning": lambda audio: list(
            whisper.transcribe(audio, language="en", vad_filter=True, condition_on_previous_text=False)[0]
        ),
    }
    groups = {"espeak": ESPEAK, "flite": FLITE, "voices never heard": UNSEEN}
    kinds = {"grammar": held_out_sentences, "meeting transcripts": _transcripts}
    figures: dict[str, object] = {}
    errors: list[float] = []
    for group, voices in groups.items():
        for kind, sentences in kinds.items():
            rng = Random(f"{seed} {group} {kind}")
            recordings = [_alone(voice, sentences(rng), rng) for voice in voices]
            rates = {}
            for mode, listen in modes.items():
                heard = [listen(recording.audio) for recording in recordings]
                texts = [" ".join(segment.text for segment in segments) for segments in heard]
                truth = [" ".join(str(segment["text"]) for segment in recording.segments) for recording in recordings]
                rates[mode] = round(word_error_rate(truth, texts), 4)
                if mode.startswith("batched") and group == "espeak":
                    for recording, segments in zip(recordings, heard, strict=True):
                        words = timed_words((word.word, word.start) for part in segments for word in part.words)
                        errors += word_start_errors(spoken_words(recording.segments), words)
            figures[f"word error rate, {group} ({len(voices)} voices), {kind}"] = rates
    absolute = np.abs(errors or [np.inf])
    figures["word starts within"] = {
        f"{limit} s": round(float((absolute <= limit).mean()), 3) for limit in (0.1, 0.15, 0.2)
    }
    noise = np.random.default_rng(seed)
    nothing = {
        "silence": np.zeros(20 * SAMPLE_RATE, np.float32),
        "white noise": noise.normal(0, 0.01, 20 * SAMPLE_RATE).astype(np.float32),
        "faint noise": noise.normal(0, 0.001, 20 * SAMPLE_RATE).astype(np.float32),
    }
    figures["text where nobody speaks"] = {
        name: {mode: " ".join(segment.text for segment in listen(audio)) for mode, listen in modes.items()}
        for name, audio in nothing.items()
    }
    return figures


def _transcripts(rng: Random) -> Iterator[str]:
    texts = held_out_transcripts()
    rng.shuffle(texts)
    yield from texts


def _alone(voice: Voice, sentences: Iterator[str], rng: Random) -> Meeting:
    return meeting([(voice.name, voice, next(sentences)) for _ in range(_SENTENCES)], rng)
