"""What the API shows of rows: never more than the fields named here."""

from datetime import UTC, datetime
from typing import Literal

from pydantic import BaseModel, Field

from steno.database.tables import ApiToken, Delivery, Job, StageRun
from steno.jobs import MinutesOptions, TranscriptionOptions
from steno.ledger.jobs import options_of
from steno.ledger.overview import Outlook
from steno.ledger.search import Match
from steno.states import ORDER, JobState, Queue, Stage, StageState
from web.api.search_views import MatchView, match_view

Moment = datetime  # as JSON Schema writes dates


class ErrorView(BaseModel):
    """Why something ended without a result."""

    code: str
    message: str


class StageView(BaseModel):
    """A step of a job."""

    stage: Stage
    state: StageState
    queue: Queue
    percent: float = Field(ge=0, le=100)
    attempts: int
    started: Moment | None
    finished: Moment | None
    error: ErrorView | None


class ProgressView(BaseModel):
    """How far a job is."""

    percent: float = Field(ge=0, le=100)
    queue_position: int | None = Field(description="Place in the queue, 1 is next; null where it does not wait.")
    estimated_finish: Moment | None = Field(description="If it goes on as the last ones did; null if unknown.")


class JobView(BaseModel):
    """A request to turn one recording into a transcript and minutes."""

    id: str
    state: JobState
    name: str = Field(description="The recording's name, as it was handed in.")
    size: int = Field(description="Bytes of the recording.")
    duration: float | None = Field(description="Seconds of the recording; null until it is read.")
    recording_sha256: str
    options: TranscriptionOptions
    minutes: MinutesOptions | None = Field(description="Null: no minutes were asked for.")
    priority: int
    notify_email: str | None
    notify_attach: str | None = Field(description="What is attached to that mail, e.g. transcript.srt,minutes.md.")
    webhook_url: str | None
    delete_after: Moment | None
    keep_recording: bool = Field(description="False: the recording is deleted when the transcript is there.")
    recording_deleted: Moment | None = Field(description="Since when the recording is gone, and the job stays.")
    created: Moment
    started: Moment | None
    finished: Moment | None
    version: int
    progress: ProgressView
    stages: list[StageView]
    tags: list[str]
    notices: list[str] = Field(description="What a reader must know, e.g. that a stand-in model spoke.")
    error: ErrorView | None
    links: dict[str, str] = Field(description="Addresses of what there is of the job.")
    match: MatchView | None = Field(default=None, description="Where it was found, in answers to a search.")


class JobList(BaseModel):
    """Some jobs, newest first. `next_cursor` is the cursor for those after them; null at the end."""

    jobs: list[JobView]
    next_cursor: str | None


class TokenView(BaseModel):
    """A token, without its secret."""

    id: str
    name: str
    scopes: list[str]
    created: Moment
    expires: Moment | None
    last_used: Moment | None


class NewTokenView(TokenView):
    """A new token. `token` is its secret: nobody can see it again."""

    token: str


class TokenList(BaseModel):
    """A person's tokens, newest first."""

    tokens: list[TokenView]


class DeliveryView(BaseModel):
    """A mail or a webhook call for a state that the job reached."""

    id: str
    kind: Literal["mail", "webhook"]
    event: str
    address: str
    state: Literal["due", "sending", "sent", "failed"]
    attempts: int
    status: int | None = Field(description="HTTP status of the last answer, of webhooks.")
    error: str | None
    created: Moment
    sent: Moment | None


class DeliveryList(BaseModel):
    """Of one job, oldest first."""

    deliveries: list[DeliveryView]


class UsageView(BaseModel):
    """What a person uses. Sizes are bytes."""

    jobs: dict[JobState, int]
    recordings: int
    uploads: int
    quota: int | None = Field(description="Bytes one may have stored; null: no limit.")
    seconds_transcribed: float = Field(description="Seconds of the recordings that are transcribed and still there.")


def moment(seconds: float | None) -> datetime | None:
    """Seconds since 1970 as a date."""
    return datetime.fromtimestamp(seconds, UTC) if seconds is not None else None


def known_moment(seconds: float) -> datetime:
    """Seconds since 1970 as a date, where there are some."""
    return datetime.fromtimestamp(seconds, UTC)


def _error(code: str | None, message: str | None) -> ErrorView | None:
    return ErrorView(code=code or "error", message=message or "") if code or message else None


def stage_view(stage: StageRun) -> StageView:
    """A stage as people see it."""
    return StageView(
        stage=Stage(stage.stage),
        state=StageState(stage.state),
        queue=Queue(stage.queue),
        percent=percent(stage.progress),
        attempts=stage.attempts,
        started=moment(stage.started),
        finished=moment(stage.finished),
        error=_error(stage.error_code, stage.error),
    )


def percent(fraction: float) -> float:
    """Rounded to a tenth, within 0 and 100."""
    return round(100 * max(0.0, min(1.0, fraction)), 1)


def progress_view(outlook: Outlook) -> ProgressView:
    """How far a job is, as people see it."""
    return ProgressView(
        percent=percent(outlook.fraction),
        queue_position=outlook.position,
        estimated_finish=moment(round(outlook.finish) if outlook.finish is not None else None),
    )


def stages_in_order(job: Job) -> list[StageView]:
    """The stages of a job, in order."""
    return [stage_view(stage) for stage in sorted(job.stages, key=lambda stage: ORDER.index(Stage(stage.stage)))]


def job_view(
    job: Job, outlook: Outlook, documents: frozenset[str], tags: list[str], match: Match | None = None
) -> JobView:
    """A job as its owner sees it. `documents` are the kinds of results there are."""
    options, minutes = options_of(job)
    own = f"/api/v1/jobs/{job.id}"
    names = [*(["audio"] if job.recording_deleted is None else []), "events", "deliveries", *sorted(documents)]
    return JobView(
        id=job.id,
        state=JobState(job.state),
        name=job.name,
        size=job.size,
        duration=job.duration,
        recording_sha256=job.recording_sha256,
        options=options,
        minutes=minutes,
        priority=job.priority,
        notify_email=job.notify_email,
        notify_attach=job.notify_attach,
        webhook_url=job.webhook_url,
        delete_after=moment(job.delete_after),
        keep_recording=job.keep_recording,
        recording_deleted=moment(job.recording_deleted),
        created=known_moment(job.created),
        started=moment(job.started),
        finished=moment(job.finished),
        version=job.version,
        progress=progress_view(outlook),
        stages=stages_in_order(job),
        tags=tags,
        notices=list(job.notices),
        error=_error(job.error_code, job.error),
        links={"self": own} | {name: f"{own}/{name}" for name in names},
        match=match_view(match) if match is not None else None,
    )


def token_view(token: ApiToken) -> TokenView:
    """A token as its holder sees it."""
    return TokenView(
        id=token.id,
        name=token.name,
        scopes=list(token.scopes),
        created=known_moment(token.created),
        expires=moment(token.expires),
        last_used=moment(token.last_used),
    )


def delivery_view(one: Delivery) -> DeliveryView:
    """A delivery as the job's owner sees it."""
    return DeliveryView.model_validate(
        {
            "id": one.id,
            "kind": one.kind,
            "event": one.event,
            "address": one.address,
            "state": one.state,
            "attempts": one.attempts,
            "status": one.status,
            "error": one.error,
            "created": moment(one.created),
            "sent": moment(one.sent),
        }
    )
