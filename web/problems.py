"""Every error as a problem detail (RFC 9457): what happened, the cure, a stable code; never a traceback."""

import json
import logging
from http import HTTPStatus

from flask import Flask, Response
from pydantic import BaseModel, ConfigDict, ValidationError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from steno.database import reason
from steno.errors import StenoError

_LOG = logging.getLogger("steno.web")
MEDIA_TYPE = "application/problem+json"

# A code that is not here is the caller's fault in general: 422.
STATUSES = {
    "malformed": 400,
    "unauthenticated": 401,
    "sign-in-again": 401,
    "forbidden": 403,
    "sharing-off": 403,
    "foreign-request": 403,
    "unknown-link": 410,
    "unknown-job": 404,
    "unknown-upload": 404,
    "upload-expired": 410,
    "unknown-token": 404,
    "not-admitted": 403,
    "provider-failed": 502,
    "sign-in-refused": 400,
    "unknown-user": 404,
    "last-administrator": 409,
    "unknown-delivery": 404,
    "unknown-share": 404,
    "unknown-question": 404,
    "unknown-format": 404,
    "not-there-yet": 404,
    "recording-gone": 410,
    "not-acceptable": 406,
    "conflict": 409,
    "changed-meanwhile": 412,
    "too-large": 413,
    "unsupported-media-type": 415,
    "quota-exceeded": 413,
    "too-many-uploads": 409,
    "too-many-requests": 429,
    "storage-full": 507,
    "storage-denied": 500,
    "encryption-key": 503,
    "damaged": 500,
}
_CURES = {
    404: "Check the address.",
    405: "Use one of the methods that the Allow header names.",
    408: "Send it again.",
    413: "Send less at once.",
    415: "Send application/json or multipart/form-data, as the API's document says.",
    416: "Ask for bytes that are there; Content-Range says how many.",
}

# What people meet most, in plainer words than pydantic's.
_PLAIN = {"extra_forbidden": "there is nothing of this name", "missing": "it is missing"}


class Fault(BaseModel):
    """What is wrong with one value. `pointer` is where it stands (RFC 6901), or the name of a parameter."""

    pointer: str
    message: str


class Problem(BaseModel):
    """An error, after RFC 9457. `detail` ends with the cure."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=False)  # without faults it names none

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: list[Fault] | None = None


class Malformed(StenoError):
    """What was sent is no JSON, no form, or not UTF-8."""

    code = "malformed"


class Forbidden(StenoError):
    """The caller is known, and may not do this."""

    code = "forbidden"


class ChangedMeanwhile(StenoError):
    """Somebody changed it since the caller looked (If-Match)."""

    code = "changed-meanwhile"


class NotThereYet(StenoError):
    """The job has no such result, yet or at all."""

    code = "not-there-yet"


class RecordingGone(StenoError):
    """The recording is not in the blob store any more."""

    code = "recording-gone"


class UnknownFormat(StenoError):
    """No export of this name."""

    code = "unknown-format"


class NotAcceptable(StenoError):
    """No format of the kinds that the Accept header names."""

    code = "not-acceptable"


class TooManyRequests(StenoError):
    """More than is allowed in a while. `seconds` from now it is again."""

    code = "too-many-requests"

    def __init__(self, wait: float) -> None:
        self.seconds = int(wait) + 1
        super().__init__("Too many requests", f"Ask again in {self.seconds} s.")


def register(app: Flask) -> None:
    """Let the application answer every error with a problem detail."""
    app.register_error_handler(StenoError, _of_steno)
    app.register_error_handler(ValidationError, _of_validation)
    app.register_error_handler(HTTPException, _of_http)
    app.register_error_handler(OperationalError, _of_database)
    app.register_error_handler(Exception, _of_fault)


def problem(status: int, code: str, detail: str, errors: list[Fault] | None = None) -> Response:
    """The answer that says what is wrong."""
    body = Problem(
        type=f"urn:steno:problem:{code}",
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        code=code,
        errors=errors,
    )
    return Response(
        json.dumps(body.model_dump(mode="json", exclude_none=True)) + "\n", status=status, content_type=MEDIA_TYPE
    )


def _of_steno(error: StenoError) -> Response:
    status = STATUSES.get(error.code, 422)
    if status >= 500:
        _LOG.error("request.failed code=%s", error.code, exc_info=error)
    answer = problem(status, error.code, str(error))
    if isinstance(error, TooManyRequests):
        answer.headers["Retry-After"] = str(error.seconds)
    elif status == 401:
        answer.headers["WWW-Authenticate"] = 'Bearer realm="steno", error="invalid_token"'
    elif status == 429:  # something is full, and nobody knows until when
        answer.headers["Retry-After"] = "5"
    return answer


def _of_validation(error: ValidationError) -> Response:
    faults = [
        Fault(
            pointer="".join(f"/{part}" for part in one["loc"] if not str(part).startswith("~")),
            message=_PLAIN.get(one["type"]) or one["msg"].removeprefix("Value error, "),
        )
        for one in error.errors(include_url=False, include_context=False, include_input=False)
    ]
    if any(one["type"] == "json_invalid" for one in error.errors(include_url=False, include_input=False)):
        why = faults[0].message.removeprefix("Invalid JSON: ")
        return problem(400, "malformed", f"This is no JSON: {why}. Send valid JSON, in UTF-8.")
    first = faults[0]
    detail = f"{first.pointer}: {first.message}. Correct it; the API's document says what is allowed."
    return problem(422, "invalid-request", detail, faults)


def _of_http(error: HTTPException) -> Response:
    status = error.code or 500
    if status < 400:  # a redirect
        return Response(status=status, headers=dict(error.get_headers()))
    code = "too-large" if isinstance(error, RequestEntityTooLarge) else error.name.lower().replace(" ", "-")
    answer = problem(status, code, f"{error.name}. {_CURES.get(status, 'Correct the request.')}")
    for name, value in error.get_headers():
        if name.lower() not in {"content-type", "content-length"}:
            answer.headers[name] = value
    return answer


def _of_database(error: OperationalError) -> Response:
    _LOG.error("database.away %s", reason(error))
    answer = problem(503, "database-away", "The database does not answer. Try again in a moment.")
    answer.headers["Retry-After"] = "5"
    return answer


def _of_fault(error: Exception) -> Response:
    _LOG.error("request.failed code=internal", exc_info=error)
    return problem(500, "internal", "Something went wrong on our side. The operator finds it in the log.")
