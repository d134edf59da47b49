"""Passages of transcripts, ranked by how much they have in common with a question."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from steno.answer import Passage
from steno.exports.clean import clean
from steno.transcript import Segment, Transcript
from steno.vocabulary import content_stems, tokens

_LONGEST = 60  # words: about what two people say in half a minute
_FUSED = 60  # Cormack, Clarke and Büttcher 2009: reciprocal rank fusion, k


@dataclass(frozen=True)
class Indexed:
    """A passage, the place of its transcript among all, and its words as they are compared."""

    passage: Passage
    transcript: int
    stems: tuple[str, ...]


def passages(transcripts: Sequence[Transcript]) -> list[Indexed]:
    """Every transcript in passages of about 60 words; each segment is in one."""
    return [
        Indexed(passage, number, tuple(content_stems(passage.text, transcript.language)))
        for number, transcript in enumerate(transcripts)
        for passage in _of(transcript)
    ]


def by_words(question: str, indexed: Sequence[Indexed], language: str) -> list[int]:
    """Places of the passages that share words with the question, best first (BM25; Robertson and others 1994)."""
    wanted = content_stems(question, language)
    if wanted:
        return _ranked(wanted, [one.stems for one in indexed])
    # Nothing but words that every sentence has: then those, as they are.
    return _ranked(tokens(question, language), [tokens(one.passage.text, language) for one in indexed])


def _ranked(wanted: Sequence[str], bags: Sequence[Sequence[str]]) -> list[int]:
    import bm25s

    logging.getLogger("bm25s").setLevel(logging.WARNING)  # it logs every step by itself
    vocabulary = {word for bag in bags for word in bag}
    known = [word for word in wanted if word in vocabulary]
    if not known:
        return []
    ranking = bm25s.BM25()
    ranking.index([list(bag) or ["-"] for bag in bags], show_progress=False)
    scores = ranking.get_scores(known)
    order = sorted(range(len(bags)), key=lambda at: -float(scores[at]))
    return [at for at in order if scores[at] > 0]


def by_meaning(question: Sequence[float], vectors: Sequence[Sequence[float]]) -> list[int]:
    """Places of the passages by the cosine of their embeddings with the question's, best first."""
    import numpy as np

    known, asked = np.asarray(vectors, dtype=np.float32), np.asarray(question, dtype=np.float32)
    lengths = np.linalg.norm(known, axis=1) * np.linalg.norm(asked)
    near = known @ asked / np.where(lengths > 0, lengths, 1.0)
    return [int(at) for at in np.argsort(-near, kind="stable")]


def fused(rankings: Sequence[Sequence[int]]) -> list[int]:
    """One ranking of several."""
    scores: dict[int, float] = {}
    for ranking in rankings:
        for rank, at in enumerate(ranking, 1):
            scores[at] = scores.get(at, 0.0) + 1 / (_FUSED + rank)
    return sorted(scores, key=lambda at: (-scores[at], at))


def _of(transcript: Transcript) -> Iterator[Passage]:
    names = {speaker.id: speaker.name for speaker in transcript.speakers}
    group: list[Segment] = []
    length = 0
    for segment in transcript.segments:
        words = len(segment.text.split())
        if group and length + words > _LONGEST:
            yield _passage(group, transcript, names)
            group, length = [], 0
        group.append(segment)
        length += words
    if group:
        yield _passage(group, transcript, names)


def _passage(group: Sequence[Segment], transcript: Transcript, names: dict[str, str]) -> Passage:
    speakers = dict.fromkeys(names.get(one.speaker, one.speaker) for one in group if one.speaker is not None)
    return Passage(
        start=group[0].start,
        end=max(one.end for one in group),
        recording=transcript.provenance.recording_name,
        segments=tuple(one.id for one in group),
        speakers=tuple(speakers),
        text=clean(" ".join(one.text for one in group)),
    )
