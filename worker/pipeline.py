"""The line in one process: prepare and transcribe side by side, then assemble.

Every stage leaves artifacts in a workspace that is named after the recording and the options. A run that is
interrupted leaves them, and the next run goes on from there; a run that ends well, or cannot ever succeed, clears them.
"""

import fcntl
import hashlib
import queue
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pydantic import TypeAdapter

from steno import __version__
from steno.config import Settings
from steno.errors import InvalidOption, StenoError
from steno.jobs import TranscriptionOptions
from steno.storage import ArtifactStore, storage_errors
from steno.transcript import Provenance, Transcript
from worker.assembly import segments
from worker.chunking import Chunk
from worker.engine import DecodingOptions, Engine
from worker.ffmpeg import DecodeLimits, find_ffmpeg
from worker.language import UNDETERMINED, detect_language
from worker.media import MediaFacts, probe
from worker.pcm import PcmFile
from worker.preparation import AUDIO, Cancelled, Plan, prepare
from worker.recognition import RecognisedChunk, Recogniser

# Raise it when the same options would give another text: artifacts of older versions are then not taken up again.
LINE_VERSION = 1
_KEEP_UNFINISHED = 7 * 24 * 3600.0  # seconds
_RANGE = TypeAdapter(tuple[RecognisedChunk, ...])


@dataclass(frozen=True)
class Progress:
    """How far a recording is; seconds of the recording. `total` is None until it is known."""

    decoded: float
    transcribed: float
    total: float | None
    resumed: bool = False


@dataclass(frozen=True)
class Line:
    """The stages with all they need; one for a whole batch of recordings, the model stays loaded."""

    engine: Engine
    options: TranscriptionOptions
    settings: Settings
    batch_size: int

    def run(
        self,
        recording: Path,
        *,
        on_progress: Callable[[Progress], None] = lambda progress: None,
        on_chunk: Callable[[RecognisedChunk], None] = lambda chunk: None,
        name: str | None = None,
    ) -> Transcript:
        """The transcript of a recording; `name` is what people call it.

        Raises a StenoError that says what to do. KeyboardInterrupt leaves what is finished for the next run.
        """
        ffmpeg = find_ffmpeg(self.settings.ffmpeg)
        limits = DecodeLimits.from_settings(self.settings)
        facts = probe(recording, ffmpeg=ffmpeg, limits=limits)
        if facts.duration is not None and self.options.start >= facts.duration:
            raise InvalidOption(f"{recording.name} is only {facts.duration:.1f} s long", "Choose an earlier --start.")
        sha256 = hash_file(recording)
        with self._workspace(sha256) as store:
            language, probability = self._language(recording, ffmpeg, limits, facts)
            steps = _Steps(self, recording, store, ffmpeg, limits, facts, language, on_progress)
            chunks = []
            for chunk in steps.recognised():
                chunks.append(chunk)
                on_chunk(chunk)
            assert steps.plan is not None
            return self._transcript(chunks, steps.plan, sha256, name or recording.name, language, probability)

    def _language(
        self, recording: Path, ffmpeg: Path, limits: DecodeLimits, facts: MediaFacts
    ) -> tuple[str, float | None]:
        if self.options.language is not None:
            return self.options.language, None
        return detect_language(
            recording,
            self.engine,
            ffmpeg=ffmpeg,
            limits=limits,
            start=self.options.start,
            end=self.options.end,
            duration=facts.duration,
        )

    def _transcript(
        self,
        chunks: list[RecognisedChunk],
        plan: Plan,
        sha256: str,
        name: str,
        language: str,
        probability: float | None,
    ) -> Transcript:
        spoken, uncovered = segments(chunks, offset=plan.start)
        notices = [notice for notice in (self.engine.source.notice, plan.notice) if notice]
        if not spoken:
            notices.append("Nobody was heard to speak in this recording.")
        return Transcript(
            language=language,
            language_probability=probability,
            task=self.options.task,
            duration=round(plan.start + plan.duration, 3),
            segments=tuple(spoken),
            uncovered=tuple(uncovered),
            provenance=Provenance(
                steno_version=__version__,
                model=self.engine.source.name,
                model_revision=self.engine.source.revision,
                settings=self._shaping(),
                recording_name=name,
                recording_sha256=sha256,
                created=datetime.now(UTC).replace(microsecond=0),
                notices=tuple(notices),
            ),
        )

    def _shaping(self) -> dict[str, str]:
        """The options that shape the text, as words."""
        chosen = self.options.model_dump(exclude_defaults=True, exclude={"model"})
        return {key: str(value) for key, value in chosen.items()} | {
            "beam_size": str(self.settings.beam_size),
            "compute_type": self.engine.compute_type,
        }

    @contextmanager
    def _workspace(self, sha256: str) -> Iterator[ArtifactStore]:
        """The artifacts of this recording with these options, held by one process at a time."""
        shape = repr((LINE_VERSION, sha256, self.engine.source.revision, sorted(self._shaping().items())))
        root = self.settings.data_dir / "unfinished"
        _forget_old(root)
        store = ArtifactStore(root / hashlib.sha256(shape.encode()).hexdigest()[:32])
        with storage_errors(root):
            store.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (store.root / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise InvalidOption(
                    "This recording is being transcribed by another process", "Wait for it to finish."
                ) from error
            try:
                yield store
            except StenoError:
                store.clear()  # the same input would fail again
                raise
            else:
                store.clear()


class _Steps:
    """Preparation in a thread of its own, recognition in this one, a queue of chunks between."""

    def __init__(
        self,
        line: Line,
        recording: Path,
        store: ArtifactStore,
        ffmpeg: Path,
        limits: DecodeLimits,
        facts: MediaFacts,
        language: str,
        on_progress: Callable[[Progress], None],
    ) -> None:
        self._line, self._recording, self._store, self._on_progress = line, recording, store, on_progress
        self._ffmpeg, self._limits, self._facts, self._language = ffmpeg, limits, facts, language
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
        options = self._line.options
        try:
            self.plan = prepare(
                self._recording,
                self._store,
                ffmpeg=self._ffmpeg,
                limits=self._limits,
                max_chunk=self._line.engine.max_chunk,
                start=options.start,
                end=options.end,
                duration=self._facts.duration,
                on_chunk=self._chunks.put,
                on_decoded=self._decoded_to,
            )
        except Cancelled:
            pass
        except BaseException as error:  # raised again in the thread that asked
            self._failure = error
        finally:
            self._chunks.put(None)

    def _decoded_to(self, seconds: float) -> None:
        if self._stop.is_set():
            raise Cancelled
        self._decoded = seconds
        self._report()

    def _ranges(self, first: Chunk, pcm: PcmFile) -> Iterator[RecognisedChunk]:
        """Recognise what no artifact holds, in one stream of batches across ranges."""
        line = self._line
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

        options = DecodingOptions(
            language=line.engine.languages[0] if self._language == UNDETERMINED else self._language,
            task=line.options.task,
            beam_size=line.settings.beam_size,
            initial_prompt=line.options.prompt,
            hotwords=line.options.hotwords,
        )
        new = Recogniser(line.engine, options, batch_size=line.batch_size).recognise(missing(), pcm)
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
        options, declared = self._line.options, self._facts.duration
        end = options.end if declared is None else min(options.end or declared, declared)
        total = None if end is None else max(0.0, end - options.start)
        if self.plan is not None:
            total = self.plan.duration
        self._on_progress(Progress(self._decoded, self._transcribed, total, self._resumed))

    def _raise_failure(self) -> None:
        if self._failure is not None:
            raise self._failure


def _find(finished: dict[int, tuple[RecognisedChunk, ...]], planned: Chunk) -> RecognisedChunk:
    return next(chunk for chunk in finished[planned.range] if chunk.index == planned.index)


def _range_key(number: int) -> str:
    return f"ranges/{number:05d}.json"


def hash_file(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _forget_old(root: Path) -> None:
    """Recordings are confidential: what nobody came back for within a week is deleted."""
    for workspace in root.iterdir() if root.is_dir() else ():
        if time.time() - workspace.stat().st_mtime > _KEEP_UNFINISHED:
            ArtifactStore(workspace).clear()
