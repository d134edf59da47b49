"""The line in one process: prepare and transcribe side by side, then assemble.

Every stage leaves artifacts in a workspace that is named after the recording and the options. A run that is
interrupted leaves them, and the next run goes on from there; a run that ends well, or cannot ever succeed, clears them.
"""

import fcntl
import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from steno import __version__
from steno.config import Settings
from steno.errors import EngineFailure, InvalidOption, StenoError
from steno.jobs import TranscriptionOptions
from steno.storage import ArtifactStore, storage_errors
from steno.transcript import Provenance, Transcript
from worker.assembly import segments
from worker.engine import DecodingOptions, Engine
from worker.ffmpeg import DecodeLimits, find_ffmpeg
from worker.language import UNDETERMINED, detect_language
from worker.media import MediaFacts, probe
from worker.preparation import Plan, prepare
from worker.recognition import RecognisedChunk, Recogniser
from worker.streaming import Progress, SideBySide

# Raise it when the same options would give another text: artifacts of older versions are then not taken up again.
LINE_VERSION = 1
_KEEP_UNFINISHED = 7 * 24 * 3600.0  # seconds


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
        deliver: Callable[[Transcript], None] = lambda transcript: None,
        name: str | None = None,
    ) -> Transcript:
        """The transcript of a recording; `name` is what people call it.

        `deliver` writes it where people want it; should that fail, the work is kept for the next run, as it is when the
        engine fails or at KeyboardInterrupt. Raises a StenoError that says what to do.
        """
        ffmpeg = find_ffmpeg(self.settings.ffmpeg)
        limits = DecodeLimits.from_settings(self.settings)
        facts = probe(recording, ffmpeg=ffmpeg, limits=limits)
        if facts.duration is not None and self.options.start >= facts.duration:
            raise InvalidOption(f"{recording.name} is only {facts.duration:.1f} s long", "Choose an earlier --start.")
        sha256 = hash_file(recording)
        with self._workspace(sha256) as store:
            try:
                language, probability = self._language(recording, ffmpeg, limits, facts)
                preparing = partial(
                    prepare,
                    recording,
                    store,
                    ffmpeg=ffmpeg,
                    limits=limits,
                    max_chunk=self.engine.max_chunk,
                    start=self.options.start,
                    end=self.options.end,
                    duration=facts.duration,
                )
                total = self._length(facts.duration)
                steps = SideBySide(preparing, self._recogniser(language), store, total=total, on_progress=on_progress)
                chunks = []
                for chunk in steps.recognised():
                    chunks.append(chunk)
                    on_chunk(chunk)
            except EngineFailure:  # memory may have run out: what is finished is kept
                raise
            except StenoError:
                store.clear()  # the same input would fail again
                raise
            assert steps.plan is not None
            transcript = self._transcript(chunks, steps.plan, sha256, name or recording.name, language, probability)
            deliver(transcript)
            store.clear()
            return transcript

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

    def _length(self, declared: float | None) -> float | None:
        """Seconds to transcribe, as far as is known before decoding."""
        ends = [end for end in (declared, self.options.end) if end is not None]
        return max(0.0, min(ends) - self.options.start) if ends else None

    def _recogniser(self, language: str) -> Recogniser:
        options = DecodingOptions(
            language=self.engine.languages[0] if language == UNDETERMINED else language,
            task=self.options.task,
            beam_size=self.settings.beam_size,
            initial_prompt=self.options.prompt,
            hotwords=self.options.hotwords,
        )
        return Recogniser(self.engine, options, batch_size=self.batch_size)

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
            yield store


def hash_file(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _forget_old(root: Path) -> None:
    """Recordings are confidential: what nobody came back for within a week is deleted."""
    for workspace in root.iterdir() if root.is_dir() else ():
        if time.time() - workspace.stat().st_mtime > _KEEP_UNFINISHED:
            ArtifactStore(workspace).clear()
