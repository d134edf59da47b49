"""Render sentences to log mel power: shards of `NAME.npy` (float16 frames x 80) and `NAME.json` (what was said).

An entry of the JSON is [text, voice, frames, [[character, frame], ...]], the last being where words begin.
"""

import json
import multiprocessing
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from worker.models.training.mel import raw_mel
from worker.models.training.texts import grammar_sentence, held_out, transcript_sentences
from worker.models.training.voices import SAMPLE_RATE, TRAINING, Voice, speak

_LONGEST = 9 * SAMPLE_RATE


class _Job(NamedTuple):
    number: int
    text: str
    voice: Voice
    seed: int


class _Rendered(NamedTuple):
    text: str
    voice: str
    mel: NDArray[np.float16]
    words: list[tuple[int, int]]


def render(folder: Path, *, grammar: int, transcripts: float = 1.0, shards: int = 8, seed: int = 1) -> list[Path]:
    """Speak `grammar` different sentences and the share `transcripts` of the meeting transcripts; the shards made.

    Held-out texts are left out. Shards that exist are kept.
    """
    rng = Random(seed)
    texts: set[str] = set()
    while len(texts) < grammar:
        text = grammar_sentence(rng)
        if not held_out(text):
            texts.add(text)
    real = [text for text in transcript_sentences() if not held_out(text)]
    rng.shuffle(real)
    chosen = sorted(texts) + real[: round(len(real) * transcripts)]
    rng.shuffle(chosen)
    jobs = [_Job(number, text, rng.choice(TRAINING), seed) for number, text in enumerate(chosen)]
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for number in range(shards):
        path = folder / f"shard-{number}"
        if not path.with_suffix(".json").exists():
            _render_shard(path, jobs[number::shards])
        made.append(path)
    return made


def _render_shard(path: Path, jobs: Sequence[_Job]) -> None:
    # Changing voices is slow in espeak-ng: one after another.
    ordered = sorted(jobs, key=lambda job: job.voice.name)
    with multiprocessing.Pool() as pool:
        rendered = [sentence for sentence in pool.imap(_speak, ordered, 32) if sentence is not None]
    Random(path.name).shuffle(rendered)
    np.save(path.with_suffix(".npy"), np.concatenate([sentence.mel for sentence in rendered]))
    entries = [(sentence.text, sentence.voice, len(sentence.mel), sentence.words) for sentence in rendered]
    path.with_suffix(".json").write_text(json.dumps(entries))


def _speak(job: _Job) -> _Rendered | None:
    spoken = speak(job.text, job.voice, Random(job.seed * 1_000_003 + job.number))
    if spoken is None or len(spoken.audio) > _LONGEST:
        return None
    words = [(position, round(time * 100)) for position, time in spoken.words]
    return _Rendered(job.text, job.voice.name, raw_mel(spoken.audio).astype(np.float16), words)
