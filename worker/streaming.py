"""Prepare and transcribe side by side: chunks are recognised while later ones are still being decoded.

Each range that is complete leaves an artifact; ranges that have one are not recognised again.
"""

import queue
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Protocol

from pydantic import TypeAdapter

from steno.storage import ArtifactStore
from worker.chunking import Chunk
from worker.media import SAMPLE_RATE
from worker.pcm import PcmFile
from worker.preparation import AUDIO, Cancelled, Plan
from worker.recognition import RecognisedChunk, Recogniser

_RANGE = TypeAdapter(tuple[RecognisedChunk, ...])


@dataclass(frozen=True)
class Progress:
    """How far a recording is; seconds of the recording. `total` is None until it is known.

    `diarized` is None where speakers are not being told apart.
    """

    decoded: float
    transcribed: float
    total: float | None
    resumed: bool = False
    diarized: float | None = None


Follower = Callable[[int, bool], None]


class Preparing(Protocol):
    """The stage prepare, given where chunks and the seconds decoded go."""

    def __call__(self, *, on_chunk: Callable[[Chunk], None], on_decoded: Callable[[float], None]) -> Plan: ...


class SideBySide:
    """Preparation in a thread of its own, recognition in this one, a queue of chunks between."""

    def __init__(
        self,
        preparing: Preparing,
        recogniser: Recogniser,
        store: ArtifactStore,
        *,
        total: float | None,
        on_progress: Callable[[Progress], None],
    ) -> None:
        """`total` is the declared length, seconds, if there is one."""
        self._preparing, self._recogniser, self._store = preparing, recogniser, store
        self._total, self._on_progress = total, on_progress
        self._follower: Follower = lambda samples, ended: None
        self._diarized: float | None = None
        self._chunks: queue.SimpleQueue[Chunk | None] = queue.SimpleQueue()
        self._stop = threading.Event()
        self._failure: BaseException | None = None
        self._decoded = 0.0
        self._transcribed = 0.0
        self._resumed = False
        self.plan: Plan | None = None

    def recognised(self) -> Iterator[RecognisedChunk]:
        """Every chunk in order, from artifacts where they exist; writes the artifact of each range it completes."""
        preparing = threading.Thread(target=self._prepare, name="prepare")
        preparing.start()
        try:
            first = self._chunks.get()
            if first is not None:
                with PcmFile(self._store.path(AUDIO)) as pcm:
                    yield from self._ranges(first, pcm)
        finally:
            self._stop.set()
            preparing.join()
        self._raise_failure()

    def _prepare(self) -> None:
        try:
            self.plan = self._preparing(on_chunk=self._chunks.put, on_decoded=self._decoded_to)
            self._follower(round(self.plan.duration * SAMPLE_RATE), True)
        # Raised again in the thread that asked. Cancelled, too: what came so far must not be taken for all there is.
        except BaseException as error:
            self._failure = error
        finally:
            self._chunks.put(None)

    def _decoded_to(self, seconds: float) -> None:
        if self._stop.is_set():
            raise Cancelled
        self._decoded = seconds
        self._follower(round(seconds * SAMPLE_RATE), False)
        self._report()

    def follow(self, follower: "Follower") -> None:
        """Tell another stage how many samples are decoded, and whether those are all."""
        self._follower = follower

    def diarized_to(self, seconds: float) -> None:
        """Report how far the diarization is, which runs elsewhere."""
        self._diarized = seconds
        self._report()

    def _ranges(self, first: Chunk, pcm: PcmFile) -> Iterator[RecognisedChunk]:
        """Recognise what no artifact holds, in one stream of batches across ranges."""
        finished: dict[int, tuple[RecognisedChunk, ...]] = {}
        table: list[Chunk] = []

        def missing() -> Iterator[Chunk]:
            chunk: Chunk | None = first
            while chunk is not None:
                if chunk.range not in finished:
                    content = self._store.read(_range_key(chunk.range))
                    finished[chunk.range] = _RANGE.validate_json(content) if content else ()
                    self._resumed = self._resumed or content is not None
                table.append(chunk)
                if not finished[chunk.range]:
                    yield chunk
                chunk = self._chunks.get()
            self._raise_failure()

        new = self._recogniser.recognise(missing(), pcm)
        position, building = 0, list[RecognisedChunk]()
        for chunk in new:
            while table[position].index != chunk.index:  # chunks of finished ranges come before it
                yield from self._pass(_find(finished, table[position]))
                position += 1
            if building and table[position].range != table[position - 1].range:
                self._keep(table[position - 1].range, building)
                building = []
            building.append(chunk)
            position += 1
            yield from self._pass(chunk)
        if building:
            self._keep(table[position - 1].range, building)
        for planned in table[position:]:
            yield from self._pass(_find(finished, planned))

    def _pass(self, chunk: RecognisedChunk) -> Iterator[RecognisedChunk]:
        self._transcribed = max(self._transcribed, chunk.end)
        self._report()
        yield chunk

    def _keep(self, number: int, chunks: list[RecognisedChunk]) -> None:
        self._store.write(_range_key(number), _RANGE.dump_json(tuple(chunks)))

    def _report(self) -> None:
        total = self._total if self.plan is None else self.plan.duration
        self._on_progress(Progress(self._decoded, self._transcribed, total, self._resumed, self._diarized))

    def _raise_failure(self) -> None:
        if self._failure is not None:
            raise self._failure


def share(on_progress: Callable[[Progress], None], number: int, count: int, progress: Progress) -> None:
    """Progress of one of several channels as progress of the whole."""
    done = number * (progress.total or 0.0)
    on_progress(
        replace(
            progress,
            decoded=(done + progress.decoded) / count,
            transcribed=(done + progress.transcribed) / count,
        )
    )


def _find(finished: dict[int, tuple[RecognisedChunk, ...]], planned: Chunk) -> RecognisedChunk:
    return next(chunk for chunk in finished[planned.range] if chunk.index == planned.index)


def _range_key(number: int) -> str:
    return f"ranges/{number:05d}.json"
