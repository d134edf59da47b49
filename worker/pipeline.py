"""The line in one process: prepare, transcribe and diarize side by side, then say who said what.

Every stage leaves artifacts in a workspace that is named after the recording and the options. A run that is
interrupted leaves them, and the next run goes on from there; a run that ends well, or cannot ever succeed, clears them.
"""

import fcntl
import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from steno.config import Settings
from steno.errors import EngineFailure, InvalidOption, RecordingBusy, StenoError
from steno.jobs import TranscriptionOptions
from steno.storage import ArtifactStore, storage_errors
from steno.transcript import Transcript
from steno.waveform import Waveform
from worker.diarization.companion import DiarizationFailed, Diarizer, Diarizing
from worker.diarization.result import SpeakerBounds
from worker.drafting import Heard, Origin, draft
from worker.engine import DecodingOptions, Engine
from worker.ffmpeg import DecodeLimits, find_ffmpeg
from worker.language import UNDETERMINED, detect_language
from worker.loudness import waveform
from worker.media import MediaFacts, probe
from worker.preparation import AUDIO, prepare
from worker.recognition import RecognisedChunk, Recogniser
from worker.streaming import Progress, SideBySide, share

# Raise it when the same options would give another text: artifacts of older versions are then not taken up again.
LINE_VERSION = 1
_KEEP_UNFINISHED = 7 * 24 * 3600.0  # seconds
_MAX_CHANNELS = 16
# Options that shape no artifact: which speakers there are is asked of the same windows.
_LATE = {"diarize", "speakers", "min_speakers", "max_speakers"}


@dataclass(frozen=True)
class Line:
    """The stages with all they need; one for a whole batch of recordings, the models stay loaded.

    Where there is no `diarizer`, `no_speakers` says why.
    """

    engine: Engine
    options: TranscriptionOptions
    settings: Settings
    batch_size: int
    diarizer: Diarizer | None = None
    no_speakers: str | None = None

    def run(
        self,
        recording: Path,
        *,
        on_progress: Callable[[Progress], None] = lambda progress: None,
        on_chunk: Callable[[RecognisedChunk], None] = lambda chunk: None,
        draw: Callable[[Waveform], None] = lambda waveform: None,
        deliver: Callable[[Transcript], None] = lambda transcript: None,
        name: str | None = None,
        unfinished: Path | None = None,
    ) -> Transcript:
        """The transcript of a recording; `name` is what people call it.

        Unfinished work is kept in the folder `unfinished`, by default one for all recordings in the data directory.

        `draw` gets the waveform, then `deliver` the transcript, to write it where people want it; should that fail, the
        work is kept for the next run, as it is when the engine fails or at KeyboardInterrupt. A diarization that fails
        costs the speakers only, and the transcript says so. Raises a StenoError that says what to do.
        """
        ffmpeg = find_ffmpeg(self.settings.ffmpeg)
        limits = DecodeLimits.from_settings(self.settings)
        facts = probe(recording, ffmpeg=ffmpeg, limits=limits)
        if facts.duration is not None and self.options.start >= facts.duration:
            raise InvalidOption(f"{recording.name} is only {facts.duration:.1f} s long", "Choose an earlier --start.")
        channels = self._channels(facts, recording)
        sha256 = hash_file(recording)
        with self._workspace(sha256, unfinished or self.settings.data_dir / "unfinished") as store:
            try:
                language, probability = self._language(recording, ffmpeg, limits, facts)
                preparing = partial(
                    prepare,
                    recording,
                    ffmpeg=ffmpeg,
                    limits=limits,
                    max_chunk=self.engine.max_chunk,
                    start=self.options.start,
                    end=self.options.end,
                    duration=facts.duration,
                )
                total = self._length(facts.duration)
                parts, places = [], [_place(store, channel) for channel in channels]
                for number, (channel, place) in enumerate(zip(channels, places, strict=True)):
                    steps = SideBySide(
                        partial(preparing, place, channel=channel),
                        self._recogniser(language),
                        place,
                        total=total,
                        on_progress=partial(share, on_progress, number, len(channels)),
                    )
                    parts.append(replace(self._hear(steps, place, on_chunk), channel=channel))
            except EngineFailure:  # memory may have run out: what is finished is kept
                raise
            except StenoError:
                store.clear()  # the same input would fail again
                raise
            recorded, called = self.options.recorded or facts.recorded, name or recording.name
            origin = Origin(called, sha256, language, probability, self.options.task, self._shaping(), recorded)
            transcript = draft(parts, origin, self.engine.source, self.diarizer.source if self.diarizer else None)
            draw(waveform([place.path(AUDIO) for place in places], start=self.options.start))
            deliver(transcript)
            store.clear()
            return transcript

    def close(self) -> None:
        """End the diarizing process."""
        if self.diarizer is not None:
            self.diarizer.close()

    def _hear(self, steps: SideBySide, store: ArtifactStore, on_chunk: Callable[[RecognisedChunk], None]) -> Heard:
        """Transcribe and diarize what `steps` decode."""
        diarizing = self._begin_diarizing(steps, store)
        chunks = []
        try:
            for chunk in steps.recognised():
                chunks.append(chunk)
                on_chunk(chunk)
            assert steps.plan is not None
            heard = Heard(tuple(chunks), steps.plan, None, self.no_speakers)
            if diarizing is None:
                return heard
            return replace(heard, diarization=diarizing.result())
        except DiarizationFailed as failure:
            return replace(heard, no_speakers=str(failure))
        except BaseException:
            self.close()  # it would go on with a recording that nobody waits for
            raise

    def _begin_diarizing(self, steps: SideBySide, store: ArtifactStore) -> Diarizing | None:
        if self.diarizer is None or self.options.channels == "separate":
            return None
        bounds = SpeakerBounds(
            num_speakers=self.options.speakers,
            min_speakers=self.options.min_speakers,
            max_speakers=self.options.max_speakers,
        )
        diarizing = self.diarizer.begin(store, bounds, steps.diarized_to)
        steps.diarized_to(0.0)
        steps.follow(diarizing.decoded)
        return diarizing

    def _channels(self, facts: MediaFacts, recording: Path) -> list[int | None]:
        """The channels to hear one by one; None for all of them mixed."""
        if self.options.channels == "mix":
            return [None]
        count = facts.tracks[0].channel_count
        if count < 2:
            raise InvalidOption(
                f"{recording.name} has one channel, so its channels cannot be told apart",
                "Leave --channels separate away; speakers are then told apart by their voices.",
            )
        if count > _MAX_CHANNELS:
            raise InvalidOption(f"{recording.name} has {count} channels", f"At most {_MAX_CHANNELS} can be separated.")
        return list(range(count))

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

    def _shaping(self) -> dict[str, str]:
        """The options that shape the text, as words."""
        chosen = self.options.model_dump(exclude_defaults=True, exclude={"model", "recorded"})
        return {key: str(value) for key, value in chosen.items()} | {
            "beam_size": str(self.settings.beam_size),
            "compute_type": self.engine.compute_type,
        }

    @contextmanager
    def _workspace(self, sha256: str, root: Path) -> Iterator[ArtifactStore]:
        """The artifacts of this recording with these options, held by one process at a time."""
        shaping = sorted(item for item in self._shaping().items() if item[0] not in _LATE)
        shape = repr((LINE_VERSION, sha256, self.engine.source.revision, shaping))
        _forget_old(root)
        store = ArtifactStore(root / hashlib.sha256(shape.encode()).hexdigest()[:32])
        with storage_errors(root):
            store.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (store.root / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise RecordingBusy(
                    "This recording is being transcribed by another process", "Wait for it to finish."
                ) from error
            yield store


def _place(store: ArtifactStore, channel: int | None) -> ArtifactStore:
    return store if channel is None else ArtifactStore(store.root / f"channel-{channel}")


def hash_file(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _forget_old(root: Path) -> None:
    """Recordings are confidential: what nobody came back for within a week is deleted."""
    for workspace in root.iterdir() if root.is_dir() else ():
        with suppress(FileNotFoundError):  # another process is done with it at this moment
            if time.time() - workspace.stat().st_mtime > _KEEP_UNFINISHED:
                ArtifactStore(workspace).clear()
