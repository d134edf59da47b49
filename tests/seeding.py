"""Jobs that are there already: a finished transcript of any length without the hours of making it.

Only the making is left out: rows and files are written as workers write them.
"""

import hashlib
import subprocess
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from steno.config import Settings
from steno.database import Database
from steno.database.clock import now
from steno.database.tables import Job, StageRun
from steno.jobs import MinutesOptions, TranscriptionOptions
from steno.ledger import jobs, search
from steno.ledger.accounts import find_user
from steno.minutes import ActionItem, Due, Evidence, Minutes, MinutesProvenance, Statement, Topic
from steno.states import ORDER, QUEUE_OF, JobState, Stage, StageState
from steno.transcript import Mark, MarkKind, Provenance, Segment, Speaker, SpeakerTurn, Transcript, Uncovered, Word
from steno.vault import Vault
from steno.waveform import Waveform
from worker.ffmpeg import find_ffmpeg

_WORDS = (
    "we should send the report before friday because the committee wants to read it and nobody knows whether the "
    "budget covers another room so please ask the office about the keys when you are there tomorrow morning and "
    "tell them that the second group begins an hour later than it was planned last week"
).split()


def long_transcript(
    words: int = 30_000, *, hours: float = 3.0, speakers: int = 4, name: str = "long.wav"
) -> Transcript:
    """A talk of so many words by several people: some doubtful segments, some speech that got no words."""
    chance = Random(7)
    step = hours * 3600 / words
    segments: list[Segment] = []
    place, speaker = 0, 0
    while place < words:
        count = min(words - place, chance.randint(6, 18))
        texts = [chance.choice(_WORDS) for _ in range(count)]
        texts[0], texts[-1] = texts[0].capitalize(), f"{texts[-1]}."
        who = f"S{speaker + 1}"
        said = tuple(
            Word(
                start=round((place + i) * step, 3),
                end=round((place + i + 0.8) * step, 3),
                text=text,
                probability=round(chance.uniform(0.3, 1.0), 3),
                speaker=who,
            )
            for i, text in enumerate(texts)
        )
        doubtful = len(segments) % 97 == 5
        segments.append(
            Segment(
                id=len(segments),
                start=said[0].start,
                end=said[-1].end,
                text=" ".join(texts),
                speaker=who,
                words=said,
                confidence=0.4 if doubtful else 0.9,
                marks=(Mark(kind=MarkKind.SUSPECT, reason="its words are unsure"),) if doubtful else (),
            )
        )
        place += count
        if chance.random() < 0.4:
            speaker = chance.randrange(speakers)
    return Transcript(
        language="en",
        language_probability=0.99,
        duration=hours * 3600,
        speakers=tuple(Speaker(id=f"S{i + 1}", name=f"Speaker {i + 1}") for i in range(speakers)),
        segments=tuple(segments),
        turns=tuple(SpeakerTurn(start=one.start, end=one.end, speaker=one.speaker or "S1") for one in segments),
        uncovered=(Uncovered(start=100.0, end=104.0, reason="no words were recognised"),),
        provenance=Provenance(
            steno_version="0",
            model="starter",
            recording_name=name,
            recording_sha256="0" * 64,
            recorded=date(2026, 3, 2),
            created=datetime(2026, 3, 2, 12, tzinfo=UTC),
        ),
    )


def minutes_of(transcript: Transcript) -> Minutes:
    """Minutes of each kind of statement, proven by the transcript's first segments."""

    def proof(*places: int) -> tuple[Evidence, ...]:
        found = [transcript.segments[place % len(transcript.segments)] for place in places]
        return tuple(
            Evidence(
                segment=one.id,
                start=one.start,
                end=one.end,
                speaker=transcript.speaker_name(one.speaker),
                quote=one.text,
            )
            for one in found
        )

    first = transcript.speakers[0] if transcript.speakers else None
    return Minutes(
        language=transcript.language,
        title="Rooms and reports",
        summary=(Statement(text="The report and the rooms were talked about.", evidence=proof(0, 2)),),
        topics=(Topic(start=0.0, end=transcript.duration, title="Rooms"),),
        decisions=(Statement(text="The second group begins an hour later.", evidence=proof(3)),),
        open_questions=(
            Statement(text="Does the budget cover another room?", evidence=proof(4), doubts=("nobody said so",)),
        ),
        action_items=(
            ActionItem(
                task="Send the report.",
                owner=first.name if first else None,
                owner_speaker=first.id if first else None,
                due=Due(spoken="before Friday", day=date(2026, 3, 6)),
                evidence=proof(5),
            ),
            ActionItem(task="Ask the office about the keys.", evidence=proof(7, 8)),
        ),
        duration=transcript.duration,
        provenance=MinutesProvenance(
            steno_version="0",
            method="extractive",
            template="general",
            template_version="1",
            transcript_sha256="0" * 64,
            recording_name=transcript.provenance.recording_name,
            recording_sha256="0" * 64,
            recorded=date(2026, 3, 2),
            created=datetime(2026, 3, 2, 12, tzinfo=UTC),
        ),
    )


def tone(path: Path, seconds: float) -> Path:
    """A recording of so many seconds, small and quickly made: a tone that swells every ten seconds."""
    sound = f"aevalsrc='0.3*sin(2*PI*220*t)*abs(sin(PI*t/10))':s=8000:d={seconds}"
    command = [str(find_ffmpeg(None)), "-v", "error", "-f", "lavfi", "-i", sound, "-c:a", "pcm_u8", "-y", str(path)]
    subprocess.run(command, check=True)
    return path


def loudness(transcript: Transcript, parts: int = 1000) -> Waveform:
    """Loud where somebody speaks."""
    chance, step = Random(7), transcript.duration / parts
    peaks = [0.02] * parts
    for word in transcript.words():
        for part in range(int(word.start / step), min(parts, int(word.end / step) + 1)):
            peaks[part] = chance.uniform(0.2, 0.9)
    return Waveform(duration=transcript.duration, peaks=tuple(peaks))


def store(vault: Vault, blob: str, recording: bytes) -> str | None:
    """Store a recording as it is when it has been uploaded; its wrapped key."""
    key = vault.new_key(blob)
    with vault.blobs.open_at(blob, 0) as file:
        growing = vault.growing(file.fileno(), blob, key, 0)
        assert growing.write(recording) and growing.finish()
    return key


def seed(
    settings: Settings,
    transcript: Transcript,
    *,
    recording: bytes,
    minutes: Minutes | None = None,
    user: str = "admin",
    state: JobState = JobState.COMPLETED,
    notices: Sequence[str] = (),
    waveform: Waveform | None = None,
) -> str:
    """A job of that person's that has ended; its id."""
    database, vault = Database.of(settings), Vault.of(settings)
    blob = vault.blobs.new_key("recordings")
    key = store(vault, blob, recording)

    def add(session: Session) -> str:
        time = float(session.scalar(select(now())) or 0.0)
        asked = MinutesOptions() if minutes is not None else None
        job = Job(
            user_id=find_user(session, user).id,
            state=state,
            name=transcript.provenance.recording_name,
            blob=blob,
            key=key,
            recording_sha256=hashlib.sha256(recording).hexdigest(),
            size=len(recording),
            duration=transcript.duration,
            options=TranscriptionOptions().model_dump(mode="json"),
            minutes=asked.model_dump(mode="json") if asked is not None else None,
            options_sha256="0" * 64,
            notices=list(notices),
            started=time - 60,
            finished=time,
        )
        for stage in ORDER:
            skipped = stage is Stage.SUMMARIZE and minutes is None
            done = StageState.SKIPPED if skipped else StageState.DONE
            run = StageRun(stage=stage, queue=QUEUE_OF[stage], state=done, attempts=1, progress=1.0)
            run.started, run.finished = time - 60, time
            job.stages.append(run)
        session.add(job)
        session.flush()
        search.index_title(session, job)
        search.index_transcript(session, job, transcript)
        for kind, value in (("transcript", transcript), ("minutes", minutes), ("waveform", waveform)):
            if value is not None:
                folder = kind if kind == "minutes" else f"{kind}s"
                document = vault.write_document(job, folder, value.model_dump_json().encode())
                jobs.add_document(session, job, kind, document)
        return job.id

    try:
        return database.write(add)
    finally:
        database.dispose()
