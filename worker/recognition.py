"""Stage transcribe: chunks in, words with times out. A range of chunks is the unit of work.

Every chunk is decoded in a batch; what fails a check is decoded again another way, in a lane of its own, so that one
difficult chunk never holds up the others:

* stopped at the token limit: cut in two at a pause, both halves decoded;
* looping or improbable text (the gates of Radford et al. 2022, section 4.5): searched again with repetition ever more
  costly. Whisper samples at rising temperatures instead; this is as good against loops, and the same recording always
  gives the same text;
* speech, by VAD, that got no words: that stretch decoded alone; what stays without words is reported.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import chain, pairwise

import numpy as np

from steno.sayings.marking import said
from steno.transcript import Span, Uncovered
from worker.chunking import Chunk, Stretch
from worker.engine import DecodingOptions, Engine, Heard, Search
from worker.parting import halves
from worker.pcm import PcmFile
from worker.quality import MAX_COMPRESSION_RATIO, MIN_LOGPROB, NO_SPEECH, repeats
from worker.vad import SAMPLE_RATE, Speech

_SEARCHES = (Search(1.1, 5), Search(1.3, 3))
_LOOP = 5  # times in succession
_MIN_GAP = 1.0  # seconds of speech without words that are worth another try
_NO_WORDS = said("voice was found, but no words were recognised")
_REACH = 0.35  # a word also covers this much, seconds, around it: alignment is not exact


@dataclass(frozen=True)
class RecognisedWord:
    """A word of the recording, seconds; `text` keeps the space before it where the language writes one.

    `speaker` is the id of who says it, once that is known.
    """

    text: str
    start: float
    end: float
    probability: float
    speaker: str | None = None


@dataclass(frozen=True)
class RecognisedChunk:
    """What was heard in one chunk; `speech` is where VAD found voice, seconds."""

    index: int
    words: tuple[RecognisedWord, ...]
    speech: tuple[Span, ...]
    uncovered: tuple[Uncovered, ...]

    @property
    def end(self) -> float:
        return self.speech[-1].end if self.speech else 0.0


class Recogniser:
    """Decode chunks with one engine, several batches at once where the engine has replicas."""

    def __init__(self, engine: Engine, options: DecodingOptions, *, batch_size: int) -> None:
        self.engine = engine
        self.options = options
        self.batch_size = batch_size

    def recognise(self, chunks: Iterable[Chunk], pcm: PcmFile) -> Iterator[RecognisedChunk]:
        """Chunks recognised, in order, while later ones may still be on their way.

        The first batches are small, so that the first words come soon.
        """
        pending: deque[Future[list[RecognisedChunk]]] = deque()
        with ThreadPoolExecutor(self.engine.replicas, thread_name_prefix="recognise") as pool:
            try:
                for batch in _growing_batches(chunks, self.batch_size):
                    pending.append(pool.submit(self.batch, batch, pcm))
                    while len(pending) > self.engine.replicas or (pending and pending[0].done()):
                        yield from pending.popleft().result()
                while pending:
                    yield from pending.popleft().result()
            finally:
                for future in pending:
                    future.cancel()

    def batch(self, chunks: Sequence[Chunk], pcm: PcmFile) -> list[RecognisedChunk]:
        """Decode one batch and mend what fails a check."""
        return self._cover(chunks, self._words(chunks, pcm), pcm)

    def _words(self, chunks: Sequence[Chunk], pcm: PcmFile) -> list[list[RecognisedWord]]:
        """The words of each chunk; one that stopped at the token limit is cut in two until its parts do not."""
        audios = [chunk.audio(pcm) for chunk in chunks]
        heard = self.engine.hear(audios, self.options)
        self._retry_improbable(audios, heard)
        return [
            list(chain.from_iterable(self._words(halves(chunk, pcm), pcm)))
            if text.truncated and chunk.seconds > 2
            else _placed(chunk, text)
            for chunk, text in zip(chunks, heard, strict=True)
        ]

    def _retry_improbable(self, audios: list[np.ndarray], heard: list[Heard]) -> None:
        """Replace results that loop or are improbable by the first other one that is neither, or the likeliest."""
        for search in _SEARCHES:
            failed = [number for number, text in enumerate(heard) if _improbable(text)]
            if not failed:
                return
            again = self.engine.hear([audios[number] for number in failed], self.options, search)
            for number, text in zip(failed, again, strict=True):
                if not _improbable(text) or _score(text) > _score(heard[number]):
                    heard[number] = text

    def _cover(self, chunks: Sequence[Chunk], words: list[list[RecognisedWord]], pcm: PcmFile) -> list[RecognisedChunk]:
        """Decode speech that got no words once more, alone, and report what is left."""
        holes = [(number, hole) for number, chunk in enumerate(chunks) for hole in _holes(chunk, words[number])]
        if holes:
            stretches = [_alone(chunks[number], hole) for number, hole in holes]
            audios = [stretch.audio(pcm) for stretch in stretches]
            heard: list[Heard] = []
            for first in range(0, len(audios), self.batch_size):
                heard += self.engine.hear(audios[first : first + self.batch_size], replace(self.options, beam_size=1))
            for (number, hole), stretch, text in zip(holes, stretches, heard, strict=True):
                if not _improbable(text) and not text.truncated and text.no_speech < NO_SPEECH:
                    found = [word for word in _placed(stretch, text) if _inside(word, hole)]
                    words[number] = sorted(words[number] + found, key=lambda word: word.start)
        return [
            RecognisedChunk(
                chunk.index,
                tuple(_in_order(words[number])),
                tuple(_span(part) for part in chunk.speech),
                tuple(
                    Uncovered(start=hole.start, end=hole.end, reason=_NO_WORDS) for hole in _holes(chunk, words[number])
                ),
            )
            for number, chunk in enumerate(chunks)
        ]


def _silent(heard: Heard) -> bool:
    """Whether the model itself holds the chunk to be silent, whatever it wrote."""
    return heard.no_speech > NO_SPEECH and heard.mean_logprob < MIN_LOGPROB


def _loops(heard: Heard) -> bool:
    return heard.compression_ratio > MAX_COMPRESSION_RATIO or repeats(heard.text.split()) >= _LOOP


def _improbable(heard: Heard) -> bool:
    return bool(heard.text) and not _silent(heard) and (heard.mean_logprob < MIN_LOGPROB or _loops(heard))


def _score(heard: Heard) -> float:
    return heard.mean_logprob - (10 if _loops(heard) else 0)


def _placed(chunk: Chunk, heard: Heard) -> list[RecognisedWord]:
    """Words at their place in the recording; none where the chunk is silent."""
    if _silent(heard):
        return []
    words = []
    for word in heard.words:
        start, end = chunk.place(word.start, word.end)
        words.append(RecognisedWord(word.text, start, end, min(1.0, max(0.0, word.probability))))
    return words


def _in_order(words: list[RecognisedWord]) -> Iterator[RecognisedWord]:
    """Words whose times neither run backwards nor overlap the next word's."""
    last = 0.0
    for word, following in pairwise([*words, None]):
        assert word is not None
        start = max(word.start, last)
        end = max(word.end if following is None else min(word.end, max(following.start, start)), start)
        last = end
        yield replace(word, start=round(start, 3), end=round(end, 3))


def _span(speech: Speech) -> Span:
    return Span(start=round(speech.start / SAMPLE_RATE, 3), end=round(speech.end / SAMPLE_RATE, 3))


def _holes(chunk: Chunk, words: Sequence[RecognisedWord]) -> list[Span]:
    """Speech of at least a second that no word comes near."""
    holes = []
    for part in chunk.speech:
        position, end = part.start / SAMPLE_RATE, part.end / SAMPLE_RATE
        for word in words:
            if word.end + _REACH <= position or word.start - _REACH >= end:
                continue
            if word.start - _REACH - position >= _MIN_GAP:
                holes.append(Span(start=round(position, 3), end=round(word.start - _REACH, 3)))
            position = max(position, word.end + _REACH)
        if end - position >= _MIN_GAP:
            holes.append(Span(start=round(position, 3), end=round(end, 3)))
    return holes


def _alone(chunk: Chunk, hole: Span) -> Chunk:
    """A chunk of just one hole, with a little audio around it."""
    low, high = chunk.stretches[0].start, chunk.stretches[-1].end
    start = max(low, round((hole.start - 0.25) * SAMPLE_RATE))
    end = min(high, round((hole.end + 0.25) * SAMPLE_RATE))
    return Chunk(chunk.index, chunk.range, (Stretch(start, end),), (Speech(start, end),))


def _inside(word: RecognisedWord, hole: Span) -> bool:
    return hole.start - 0.1 <= (word.start + word.end) / 2 <= hole.end + 0.1


def _growing_batches(chunks: Iterable[Chunk], size: int) -> Iterator[list[Chunk]]:
    """Batches of 1, 1, 2, 4, ... up to `size` chunks."""
    wanted, batch, count = 1, list[Chunk](), 0
    for chunk in chunks:
        batch.append(chunk)
        if len(batch) >= wanted:
            yield batch
            batch, count = [], count + 1
            wanted = min(size, 2 ** max(0, count - 1))
    if batch:
        yield batch
