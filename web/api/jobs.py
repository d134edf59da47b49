"""Jobs: looked at, amended, cancelled, run again, deleted."""

from flask import Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from steno.database.tables import Job
from steno.errors import InvalidOption
from steno.jobs import MinutesOptions
from steno.ledger import housekeeping, jobs, recordings, retention, tags
from steno.ledger.uploads import label
from steno.states import QUEUE_OF, Queue, Stage, StageState
from steno.template_names import check_template_name
from web.api.etags import require_version, tagged
from web.api.listing import shown
from web.api.requests import LANGUAGE, TEMPLATE, Particulars, check_particulars
from web.api.views import JobView
from web.auth import caller
from web.contract import Answer, Parameter, Routes, json_answer
from web.services import services

routes = Routes("jobs")
IF_MATCH = Parameter("If-Match", "The ETag you saw: refused with 412 where it was changed since.")
IF_NONE_MATCH = Parameter("If-None-Match", "The ETag you have: answered with 304 where nothing changed.")
ETAG = {"ETag": "Version of the job, and a digest of what is shown."}
_SHOWN = Answer("The job.", JobView, headers=ETAG)


class JobChange(Particulars):
    """What may be changed of a job; what is left out stays, null takes it away."""

    name: str | None = Field(default=None, min_length=1, max_length=500, description="The recording's name.")
    tags: list[str] | None = Field(
        default=None, max_length=100, description=f"All its tags: at most {tags.MOST} of {tags.LONGEST} characters."
    )


class RerunQuery(BaseModel):
    """Of `summarize`: how the minutes are written from now on. A template makes them also where none were asked for."""

    model_config = ConfigDict(extra="forbid")

    template: str | None = Field(default=None, pattern=TEMPLATE, description="Name of a template.")
    language: str | None = Field(default=None, pattern=LANGUAGE, description="Language of the minutes.")


@routes.operation(
    "GET",
    "/jobs/<id:job_id>",
    scope="jobs:read",
    answers={200: _SHOWN, 304: Answer("Nothing changed.")},
    headers=[IF_NONE_MATCH],
)
def get_job(job_id: str) -> Response:
    """A job: its state, its stages, how far it is."""
    with services().database.reading() as session:
        view = shown(session, jobs.get(session, caller().user_id, job_id))
    return tagged(json_answer(view), view)


@routes.operation(
    "PATCH", "/jobs/<id:job_id>", scope="jobs:write", answers={200: _SHOWN}, problems=[409, 412], headers=[IF_MATCH]
)
def change_job(job_id: str, body: JobChange) -> Response:
    """Change a job's name, its tags, who is told, its priority, when it is deleted, whether its recording stays."""
    here, who = services(), caller()
    check_particulars(body, here.settings, who)
    changes: dict[str, object] = {name: getattr(body, name) for name in body.model_fields_set - {"tags"}}
    if body.delete_after is not None:
        changes["delete_after"] = body.delete_after.timestamp()
    if changes.get("keep_recording", True) is None:
        raise InvalidOption("keep_recording is true or false", "Give one of them, or leave it out.")
    if "name" in changes:
        if body.name is None:
            raise InvalidOption("A job needs a name", "Give one, or leave it out.")
        changes["name"] = label(body.name)

    def change(session: Session) -> JobView:
        job = _held(session, who.user_id, job_id)
        if "delete_after" in changes:
            until = body.delete_after.timestamp() if body.delete_after is not None else None
            retention.check_change(session, here.settings, job, until)
        jobs.amend(session, job, changes)
        if "tags" in body.model_fields_set:
            tags.put(session, job, body.tags or [])
        return shown(session, job)

    view = here.database.write(change)
    if body.keep_recording is False and recordings.erase_unwanted(here.database, here.blobs, job_id):
        with here.database.reading() as session:
            view = shown(session, jobs.get(session, who.user_id, job_id))
    return tagged(json_answer(view), view)


@routes.operation(
    "DELETE",
    "/jobs/<id:job_id>",
    scope="jobs:write",
    answers={204: Answer("Deleted.")},
    problems=[412],
    headers=[IF_MATCH],
)
def delete_job(job_id: str) -> Response:
    """Delete a job, its recording and its results. One that runs stops."""
    here, who = services(), caller()

    def delete(session: Session) -> list[str]:
        job = _held(session, who.user_id, job_id)
        return jobs.delete(session, job)

    housekeeping.discard(here.blobs, job_id, here.database.write(delete))
    return Response(status=204)


@routes.operation(
    "POST", "/jobs/<id:job_id>/cancel", scope="jobs:write", answers={200: _SHOWN}, problems=[409, 412],
    headers=[IF_MATCH],
)  # fmt: skip
def cancel_job(job_id: str) -> Response:
    """Stop a job. What is finished of it stays."""

    def cancel(session: Session) -> JobView:
        job = _held(session, who.user_id, job_id)
        jobs.cancel(session, job)
        return shown(session, job)

    here, who = services(), caller()
    view = here.database.write(cancel)
    here.nudge(Queue.NOTIFY)
    return tagged(json_answer(view), view)


@routes.operation(
    "POST",
    "/jobs/<id:job_id>/stages/<stage>/rerun",
    scope="jobs:write",
    answers={202: Answer("The job is queued again.", JobView, headers=ETAG)},
    problems=[409, 412, 422],
    headers=[IF_MATCH],
    path=[Parameter("stage", "Which stage.", "path", tuple(Stage))],
)
def rerun_stage(job_id: str, stage: str, query: RerunQuery) -> Response:
    """Run a stage again, and those that depend on it."""
    if stage not in set(Stage):
        raise InvalidOption(f"There is no stage of this name: {label(stage)}", f"Known: {', '.join(Stage)}.")
    asked = query.model_dump(exclude_none=True)
    if asked and stage != Stage.SUMMARIZE:
        raise InvalidOption("Only minutes have a template and a language", "Leave them out.")
    if query.template is not None:
        check_template_name(query.template, services().settings.template_dir)

    def rerun(session: Session) -> tuple[JobView, Queue | None]:
        job = _held(session, who.user_id, job_id)
        known = jobs.options_of(job)[1]
        wanted = query.template is not None or (asked and known is not None)
        minutes = (known or MinutesOptions()).model_copy(update=asked) if wanted else None
        jobs.rerun(session, job, Stage(stage), minutes=minutes)
        ready = (Stage(one.stage) for one in job.stages if StageState(one.state) is StageState.READY)
        return shown(session, job), next((QUEUE_OF[one] for one in ready), None)

    here, who = services(), caller()
    view, queue = here.database.write(rerun)
    if queue is not None:
        here.nudge(queue)
    return tagged(json_answer(view, 202), view)


def _held(session: Session, user_id: str, job_id: str) -> Job:
    """A person's job, held until the end of the transaction. Raises UnknownJob, ChangedMeanwhile."""
    job = jobs.get(session, user_id, job_id)
    jobs.lock(session, job)
    require_version(job.version)
    return job
