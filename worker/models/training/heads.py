"""Which cross-attention heads give the best word times, measured on an exported model with known word starts."""

import json
import tempfile
from collections.abc import Iterator, Sequence
from itertools import chain, combinations
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import numpy as np
from faster_whisper import WhisperModel
from faster_whisper.audio import pad_or_trim
from faster_whisper.tokenizer import Tokenizer

from worker.models.training.meetings import meeting
from worker.models.training.texts import held_out_sentences
from worker.models.training.voices import ESPEAK

Head = tuple[int, int]  # layer, head
_WITHIN = 0.15  # seconds
_LONGEST = 160_000  # samples: the model's window


class _Spoken(NamedTuple):
    encoded: Any
    frames: int
    text: str
    starts: list[float]


def choose_heads(model: Path, *, layers: int, heads: int, seed: str = "tune") -> list[Head]:
    """Write to the model's configuration the one to three heads that place most word starts within 0.15 s.

    Pairs and triples are tried of the four best single heads.
    """
    whisper = _with_heads(model, [(0, 0)])
    spoken = list(_sentences(whisper, Random(seed)))
    every = [(layer, head) for layer in range(layers) for head in range(heads)]
    best = sorted(every, key=lambda head: -_share(model, [head], spoken))[:4]
    sets = chain(combinations(best, 1), combinations(best, 2), combinations(best, 3))
    chosen = max(sets, key=lambda candidate: _share(model, candidate, spoken))
    _write(model / "config.json", model / "config.json", chosen)
    return list(chosen)


def _share(model: Path, heads: Sequence[Head], spoken: Sequence[_Spoken]) -> float:
    whisper = _with_heads(model, heads)
    tokenizer = Tokenizer(whisper.hf_tokenizer, whisper.model.is_multilingual, task="transcribe", language="en")
    errors: list[float] = []
    for sentence in spoken:
        ids = tokenizer.encode(" " + sentence.text)
        aligned = whisper.find_alignment(tokenizer, [ids], sentence.encoded, sentence.frames)[0]
        begins = [word["start"] for word in aligned if word["word"].startswith(" ")]
        if len(begins) == len(sentence.starts):
            errors += np.subtract(begins, sentence.starts).tolist()
    return float((np.abs(errors) <= _WITHIN).mean())


def _sentences(whisper: WhisperModel, rng: Random) -> Iterator[_Spoken]:
    for voice in ESPEAK:
        for _ in range(2):
            text = next(held_out_sentences(rng))
            made = meeting([(voice.name, voice, text)], rng)
            words = made.segments[0]["words"] if made.segments else None
            if not isinstance(words, list) or len(made.audio) > _LONGEST:
                continue
            mel = whisper.feature_extractor(made.audio)[..., :-1]
            encoded = whisper.encode(pad_or_trim(mel, whisper.feature_extractor.nb_max_frames))
            yield _Spoken(encoded, mel.shape[-1], text, [word["start"] for word in words])


def _with_heads(model: Path, heads: Sequence[Head]) -> WhisperModel:
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for file in model.iterdir():
            if file.name != "config.json":
                (copy / file.name).symlink_to(file.resolve())
        _write(model / "config.json", copy / "config.json", heads)
        return WhisperModel(folder, device="cpu", compute_type="int8", cpu_threads=1)


def _write(source: Path, target: Path, heads: Sequence[Head]) -> None:
    described = json.loads(source.read_text()) | {"alignment_heads": [list(head) for head in heads]}
    target.write_text(json.dumps(described, indent=2) + "\n")
