"""Jobs handed in: with the recording in a form, or for one that was uploaded before."""

import hashlib
from dataclasses import dataclass

from flask import Response, request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session
from werkzeug.exceptions import UnsupportedMediaType

from steno.config import Settings
from steno.errors import InvalidOption, StenoError
from steno.ledger import accounts, jobs, retention, uploads
from steno.ledger.jobs import Request
from steno.states import Queue
from web.api.etags import tagged
from web.api.jobs import ETAG
from web.api.listing import shown
from web.api.requests import JobForm, JobRequest, read_form, resolve
from web.api.views import JobView
from web.auth import caller
from web.contract import Answer, Parameter, Routes, json_answer
from web.contract.operations import PREFIX, read_json
from web.intake import Intake
from web.services import services
from web.uploads import receive_multipart

routes = Routes("jobs")
_LONGEST_KEY = 200
_HEADERS = ETAG | {"Location": "Address of the job.", "Steno-Existing": "`true` where the job was there already."}


class SubmitQuery(BaseModel):
    """How to hand in."""

    model_config = ConfigDict(extra="forbid")

    force: bool = Field(default=False, description="A new job even where one has the same recording and options.")


@dataclass(frozen=True)
class Submitted:
    """What became of a request. `spare` is the blob of an upload that no job needs."""

    view: JobView
    new: bool
    spare: str | None = None


@routes.operation(
    "POST",
    "/jobs",
    scope="jobs:write",
    bodies={"multipart/form-data": JobForm, "application/json": JobRequest},
    answers={
        201: Answer("A new job.", JobView, headers=_HEADERS),
        200: Answer("The job of the same recording and options, or of the same key.", JobView, headers=_HEADERS),
    },
    problems=[404, 409, 410, 507],
    headers=[Parameter("Idempotency-Key", "The same key gives the same job.", pattern=f"^[!-~]{{1,{_LONGEST_KEY}}}$")],
)
def submit_job(query: SubmitQuery) -> Response:
    """Hand in a recording.

    Send it as `file` in a form with the options as fields, or upload it first (tus 1.0, /api/v1/uploads) and send its
    id as JSON. Where you have a job of the same recording with the same options that did not fail, that one is the
    answer, unless `force` is set.
    """
    here, who = services(), caller()
    key = _idempotency_key()
    if request.mimetype == "application/json":
        body = read_json(JobRequest)
        assert isinstance(body, JobRequest)
        wanted = resolve(body, here.settings, who)
        source = body.upload_id
    elif request.mimetype == "multipart/form-data":
        files = request.files.getlist("file")
        if not files:
            raise InvalidOption("The form has no file", "Send the recording as the field `file`.")
        if len(files) > 1:
            raise InvalidOption("The form has several files", "A job is of one recording: send each by itself.")
        file = files[0]
        form = read_form(request.form)
        wanted = resolve(form.as_json("0" * 32), here.settings, who)
        upload = receive_multipart(
            here.database, here.vault, here.settings, who.user_id, file.stream, file.filename or ""
        )
        body, source = form.as_json(upload.id), upload.sha256 or ""
    else:
        raise UnsupportedMediaType
    submission = _Submission(
        here.settings, who.user_id, body.upload_id, wanted, key, _digest(body, source), query.force
    )
    try:
        done = here.database.write(submission.write)
    except StenoError:
        if request.mimetype != "application/json":  # nobody knows of the upload, and it would count against the quota
            Intake(here.database, here.vault, here.settings).abandon(who.user_id, body.upload_id)
        raise
    if done.spare is not None:
        here.blobs.delete(done.spare)
    if done.new:
        here.nudge(Queue.MEDIA)
    answer = json_answer(done.view, 201 if done.new else 200, {"Location": f"{PREFIX}/jobs/{done.view.id}"})
    if not done.new:
        answer.headers["Steno-Existing"] = "true"
    return tagged(answer, done.view)


@dataclass(frozen=True)
class _Submission:
    settings: Settings
    user_id: str
    upload_id: str
    wanted: Request
    key: str | None
    digest: str
    force: bool

    def write(self, session: Session) -> Submitted:
        """In one transaction: the job that is there, or a new one."""
        accounts.hold(session, self.user_id)  # two requests at once: one after the other
        known = jobs.by_key(session, self.user_id, self.key, self.digest)
        if known is not None:
            return Submitted(shown(session, known), new=False, spare=self._terminate(session))
        # Locked: two requests at once must not make two jobs of one blob.
        upload = uploads.get(session, self.user_id, self.upload_id, lock=True)
        if not self.force and upload.sha256 is not None:
            known = jobs.same(session, self.user_id, upload.sha256, self.wanted)
            if known is not None:
                return Submitted(shown(session, known), new=False, spare=uploads.terminate(session, upload))
        wanted = retention.ruled(session, self.settings, self.wanted)
        job = jobs.submit(session, upload, wanted, idempotency_key=self.key, request_sha256=self.digest)
        return Submitted(shown(session, job), new=True)

    def _terminate(self, session: Session) -> str | None:
        """Drop the upload of a request that was answered before, where it is still there."""
        try:
            return uploads.terminate(session, uploads.get(session, self.user_id, self.upload_id))
        except (uploads.UnknownUpload, uploads.UploadExpired):
            return None


def _idempotency_key() -> str | None:
    key = request.headers.get("Idempotency-Key")
    if key is not None and not (0 < len(key) <= _LONGEST_KEY and key.isascii() and key.isprintable()):
        raise InvalidOption("This Idempotency-Key cannot be used", f"Give 1 to {_LONGEST_KEY} ASCII characters.")
    return key


def _digest(body: JobRequest, source: str) -> str:
    """What makes two requests the same: all that was asked for, and the recording."""
    asked = body.model_copy(update={"upload_id": source}).model_dump_json(exclude_unset=True)
    return hashlib.sha256(asked.encode("utf-8", "replace")).hexdigest()
