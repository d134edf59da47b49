"""The stages of a job: artifacts in, artifact out; the result is committed together with the state."""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel
from sqlalchemy.orm import Session

from steno.config import Settings
from steno.database import Database
from steno.database.tables import Job
from steno.errors import StenoError
from steno.ledger import documents, jobs, search, stages
from steno.ledger.stages import Claim
from steno.transcript import Transcript
from steno.vault import Vault
from steno.waveform import Waveform
from worker.ffmpeg import DecodeLimits, find_ffmpeg
from worker.media import probe
from worker.preparation import Cancelled
from worker.service.patience import Patience
from worker.service.warm import WarmLines
from worker.streaming import Progress

TRANSCRIPT, MINUTES, WAVEFORM = "transcript", "minutes", "waveform"
_FOLDERS = {TRANSCRIPT: "transcripts", MINUTES: "minutes", WAVEFORM: "waveforms"}


class RecordingGone(StenoError):
    """The recording is not in the blob store any more."""

    code = "recording-gone"


@dataclass(frozen=True)
class Work:
    """A stage and all it needs. `check` and `progress` raise Cancelled where the work is to stop.

    `patiently` does what needs the database, and waits where it is away.
    """

    mine: Claim
    database: Database
    vault: Vault
    settings: Settings
    lines: WarmLines
    check: Callable[[], None]
    progress: Callable[[float], None]
    patiently: Patience

    @property
    def workspace(self) -> Path:
        """Where the stages of this job leave what they do on the way."""
        return self.vault.blobs.workspace(self.mine.job_id)

    @contextmanager
    def recording(self, job: Job) -> Iterator[Path]:
        """The recording as a file. Raises RecordingGone, and what the vault raises."""
        if job.recording_deleted is not None or not self.vault.blobs.path(job.blob).exists():
            raise RecordingGone("The recording is no longer stored", "Hand it in again.")
        with self.vault.recording_file(job, self.workspace) as path:
            yield path

    def job(self) -> Job:
        """The job as it is now. Raises Cancelled where it was deleted."""

        def read() -> Job | None:
            with self.database.reading() as session:
                return session.get(Job, self.mine.job_id)

        found = self.patiently(read)
        if found is None:
            raise Cancelled
        return found

    def done(self, change: Callable[[Session, Job], None] = lambda session, job: None) -> None:
        """Commit what `change` writes, and that the stage is done. Raises Cancelled where it is no longer ours."""

        def commit(session: Session) -> None:
            if not stages.finish(session, self.mine):
                raise Cancelled
            change(session, session.get_one(Job, self.mine.job_id))

        self.patiently(lambda: self.database.write(commit))

    def keep(
        self, made: Mapping[str, BaseModel], change: Callable[[Session, Job], None] = lambda session, job: None
    ) -> None:
        """Keep what was made, by its kind, and commit them, what `change` writes, and that the stage is done."""
        job, keys = self.job(), dict[str, str]()

        def commit(session: Session, job: Job) -> None:
            for kind, key in keys.items():
                jobs.add_document(session, job, kind, key)
            change(session, job)

        try:
            for kind, value in made.items():
                content = value.model_dump_json().encode("utf-8", "replace")
                keys[kind] = self.vault.write_document(job, _FOLDERS[kind], content)
            self.done(commit)
        except BaseException:
            # Where a connection broke before it said that it had committed, the next try finds the stage done already.
            kept: bool = bool(keys) and self.patiently(lambda: self._named(keys.values()))
            if kept:
                return
            for key in keys.values():
                self.vault.blobs.delete(key)
            raise

    def _named(self, keys: Collection[str]) -> bool:
        with self.database.reading() as session:
            return documents.any_named(session, keys)


def prepare_stage(work: Work) -> None:
    """Is it media, and how long? What cannot be decoded fails here, before it takes a place at the GPU."""
    job = work.job()
    limits = DecodeLimits.from_settings(work.settings)
    with work.recording(job) as path:
        facts = probe(path, ffmpeg=find_ffmpeg(work.settings.ffmpeg), limits=limits)

    def change(session: Session, job: Job) -> None:
        del session
        job.duration = facts.duration

    work.done(change)


def transcribe_stage(work: Work) -> None:
    """The line: decode, transcribe, diarize, attribute. A run that was interrupted goes on at its unfinished range."""
    job = work.job()
    options, _ = jobs.options_of(job)
    line = work.lines.line(options, attempt=work.mine.attempt)

    def advance(progress: Progress) -> None:
        total = progress.total or 0.0
        parts = [progress.transcribed] + ([progress.diarized] if progress.diarized is not None else [])
        work.progress(sum(parts) / len(parts) / total if total else 0.0)

    drawn: list[Waveform] = []

    def deliver(transcript: Transcript) -> None:
        def change(session: Session, job: Job) -> None:
            job.duration = transcript.duration
            job.notices = list(transcript.provenance.notices)
            search.index_transcript(session, job, transcript, enabled=work.settings.search)

        work.keep({TRANSCRIPT: transcript, WAVEFORM: drawn[0]}, change)

    with work.recording(job) as path:
        line.run(
            path,
            name=job.name,
            on_progress=advance,
            on_chunk=lambda chunk: work.check(),
            draw=drawn.append,
            deliver=deliver,
            unfinished=work.workspace / "unfinished",
        )


def summarize_stage(work: Work) -> None:
    """Minutes of the latest revision of the transcript."""
    from worker.summarization.summarizing import summarize

    job = work.job()
    _, options = jobs.options_of(job)
    content = work.patiently(lambda: documents.read_latest(work.database, work.vault, job, TRANSCRIPT))
    assert options is not None
    assert content is not None
    transcript = Transcript.model_validate_json(content)
    made = summarize(
        transcript,
        options,
        work.settings,
        on_progress=lambda done, windows: work.progress(done / max(1, windows)),
        answers=work.workspace / "answers",
    )
    work.keep({MINUTES: made})
