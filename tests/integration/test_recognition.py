"""Known pains of batched Whisper decoding, with the real starter model: nothing is lost in silence."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

import worker.engine
from steno.storage import ArtifactStore
from tests.conftest import RECORDINGS
from tests.reference import Reference, normal, word_error_rate
from worker.chunking import Chunk
from worker.engine import Audio, DecodingOptions, Engine, Heard, Search
from worker.ffmpeg import DecodeLimits
from worker.pcm import PcmFile
from worker.preparation import AUDIO, prepare
from worker.recognition import RecognisedChunk, Recogniser

RECORDING = RECORDINGS / "meeting-03.opus"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> ArtifactStore:
    return ArtifactStore(tmp_path_factory.mktemp("store"))


@pytest.fixture(scope="module")
def chunks(store: ArtifactStore, engine: Engine, ffmpeg: Path, limits: DecodeLimits) -> tuple[Chunk, ...]:
    return prepare(RECORDING, store, ffmpeg=ffmpeg, limits=limits, max_chunk=engine.max_chunk).chunks


@pytest.fixture
def pcm(store: ArtifactStore, chunks: tuple[Chunk, ...]) -> Iterator[PcmFile]:
    with PcmFile(store.path(AUDIO)) as file:
        yield file


OPTIONS = DecodingOptions(language="en", beam_size=1)


def recognise(engine: Engine, chunks: Sequence[Chunk], pcm: PcmFile) -> list[RecognisedChunk]:
    return list(Recogniser(engine, OPTIONS, batch_size=8).recognise(chunks, pcm))


def text(recognised: Sequence[RecognisedChunk]) -> str:
    return normal("".join(word.text for chunk in recognised for word in chunk.words))


@dataclass
class Faulty:
    """The real engine with one fault in front of it."""

    engine: Engine
    calls: list[int] = field(default_factory=list)

    def __getattr__(self, name: str) -> object:
        return getattr(self.engine, name)

    def hear(self, batch: Sequence[Audio], options: DecodingOptions, search: Search = Search()) -> list[Heard]:
        self.calls.append(len(batch))
        return [self.spoil(heard, search) for heard in self.engine.hear(batch, options, search)]

    def spoil(self, heard: Heard, search: Search) -> Heard:
        return heard


def test_a_chunk_that_stops_at_its_token_limit_is_split_and_redone(
    engine: Engine, chunks: tuple[Chunk, ...], pcm: PcmFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = text(recognise(engine, chunks, pcm))
    monkeypatch.setattr(worker.engine, "_MAX_NEW_TOKENS", 24)

    plain = " ".join(heard.text for heard in engine.hear([chunk.audio(pcm) for chunk in chunks], OPTIONS))
    ours = text(recognise(engine, chunks, pcm))

    assert len(normal(plain).split()) < 0.8 * len(whole.split()), "the limit must bite for this test to say anything"
    assert len(ours.split()) > 0.9 * len(whole.split())
    reference = Reference.beside(RECORDING).text
    assert word_error_rate([reference], [ours]) <= word_error_rate([reference], [whole]) + 0.08


class LosesTheEnd(Faulty):
    """Long chunks lose all words after their first three seconds, as timestamp decoding in batches does."""

    def spoil(self, heard: Heard, search: Search) -> Heard:
        if heard.words and heard.words[-1].end > 5:
            return replace(heard, words=tuple(word for word in heard.words if word.end < 3))
        return heard


def test_speech_without_words_is_redone_alone(engine: Engine, chunks: tuple[Chunk, ...], pcm: PcmFile) -> None:
    whole = text(recognise(engine, chunks, pcm)).split()

    faulty = LosesTheEnd(engine)
    mended = recognise(faulty, chunks, pcm)  # type: ignore[arg-type]  # it speaks the engine's language

    lost = [h for h in engine.hear([chunk.audio(pcm) for chunk in chunks], OPTIONS) if h.words and h.words[-1].end > 5]
    assert lost, "the fault must bite for this test to say anything"
    assert len(text(mended).split()) > 0.85 * len(whole)


class SaysNothing(Faulty):
    def spoil(self, heard: Heard, search: Search) -> Heard:
        return replace(heard, text="", words=())


def test_what_stays_without_words_is_reported(engine: Engine, chunks: tuple[Chunk, ...], pcm: PcmFile) -> None:
    recognised = recognise(SaysNothing(engine), chunks, pcm)  # type: ignore[arg-type]

    spoken = sum(part.duration for chunk in recognised for part in chunk.speech if part.duration >= 1)
    reported = sum(hole.duration for chunk in recognised for hole in chunk.uncovered)
    assert spoken > 20
    assert reported == pytest.approx(spoken)


class Loops(Faulty):
    """The first decoding of every chunk is stuck in a loop."""

    def spoil(self, heard: Heard, search: Search) -> Heard:
        if search == Search() and heard.words:
            words = tuple(replace(heard.words[0], text=" and so on") for _ in range(12))
            return replace(heard, text="and so on " * 12, words=words)
        return heard


def test_a_looping_chunk_is_searched_again(engine: Engine, chunks: tuple[Chunk, ...], pcm: PcmFile) -> None:
    recognised = recognise(Loops(engine), chunks[:3], pcm)  # type: ignore[arg-type]

    assert "and so on and so on" not in text(recognised)
    assert len(text(recognised).split()) > 20


def test_only_the_failed_chunk_is_decoded_again(engine: Engine, chunks: tuple[Chunk, ...], pcm: PcmFile) -> None:
    class LoopsOnce(Loops):
        def spoil(self, heard: Heard, search: Search) -> Heard:
            return super().spoil(heard, search) if not self.spoiled() else heard

        def spoiled(self) -> bool:
            self.done = getattr(self, "done", -1) + 1
            return self.done > 0

    faulty = LoopsOnce(engine)
    Recogniser(faulty, OPTIONS, batch_size=8).batch(list(chunks[:4]), pcm)  # type: ignore[arg-type]

    assert faulty.calls[0] == 4
    assert set(faulty.calls[1:]) <= {1, 2}, "the others were not held up"


def test_text_does_not_depend_on_the_batch(engine: Engine, chunks: tuple[Chunk, ...], pcm: PcmFile) -> None:
    together = recognise(engine, chunks, pcm)
    apart = [part for chunk in chunks for part in recognise(engine, [chunk], pcm)]

    assert word_error_rate([text(together)], [text(apart)]) < 0.02, "only rounding may differ"
