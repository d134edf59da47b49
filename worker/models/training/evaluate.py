"""Measure an exported model through faster-whisper alone: word error rate by voice and text, silence, word times."""

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any

import jiwer
import numpy as np
from faster_whisper import BatchedInferencePipeline, WhisperModel
from numpy.typing import NDArray

from worker.models.training.meetings import Meeting, meeting
from worker.models.training.texts import grammar_sentence, held_out, transcript_sentences
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
    kinds = {"grammar": _grammar, "meeting transcripts": _transcripts}
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
                rates[mode] = round(_rate(truth, texts), 4)
                if mode.startswith("batched") and group == "espeak":
                    for recording, segments in zip(recordings, heard, strict=True):
                        errors += _word_start_errors(recording, segments)
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


def _grammar(rng: Random) -> Iterator[str]:
    while True:
        text = grammar_sentence(rng)
        if held_out(text):
            yield text


def _transcripts(rng: Random) -> Iterator[str]:
    texts = [text for text in transcript_sentences() if held_out(text)]
    rng.shuffle(texts)
    yield from texts


def _alone(voice: Voice, sentences: Iterator[str], rng: Random) -> Meeting:
    return meeting([(voice.name, voice, next(sentences)) for _ in range(_SENTENCES)], rng)


def normal(text: str) -> str:
    """Lower case, letters and apostrophes only."""
    return re.sub(r"\s+", " ", re.sub(r"[^a-z' ]", " ", text.lower())).strip()


def _rate(truth: Sequence[str], texts: Sequence[str]) -> float:
    return float(jiwer.wer([normal(text) for text in truth], [normal(text) or "-" for text in texts]))


def _word_start_errors(recording: Meeting, segments: Sequence[Any]) -> Iterator[float]:
    truth: list[tuple[str, float | None]] = []
    for segment in recording.segments:
        timed = segment["words"]
        written = str(segment["text"]).split()
        starts = [word["start"] for word in timed] if isinstance(timed, list) else [None] * len(written)
        for word, start in zip(written, starts, strict=True):
            truth += _parts(word, start)
    heard = [part for segment in segments for word in segment.words for part in _parts(word.word, word.start)]
    if not heard:
        return
    aligned = jiwer.process_words(" ".join(word for word, _ in truth), " ".join(word for word, _ in heard)).alignments[
        0
    ]
    for part in aligned:
        if part.type == "equal":
            for offset in range(part.ref_end_idx - part.ref_start_idx):
                start, said = truth[part.ref_start_idx + offset][1], heard[part.hyp_start_idx + offset][1]
                if start is not None and said is not None:
                    yield said - start


def _parts(word: str, start: float | None) -> list[tuple[str, float | None]]:
    """A word of one or, with a hyphen, several parts; only the first has the word's start."""
    return [(part, start if number == 0 else None) for number, part in enumerate(normal(word).split())]
