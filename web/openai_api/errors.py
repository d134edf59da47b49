"""Errors in the shape that OpenAI's clients read: {"error": {"message", "type", "param", "code"}}."""

import json

from flask import Flask, Response, request
from pydantic import BaseModel

from web.awaited import JobFailed
from web.bodies import drain
from web.openai_api.paths import PREFIX
from web.problems import MEDIA_TYPE, Problem

_KINDS = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}
# Steno's code: which parameter, and OpenAI's code where a client may look for it.
_KNOWN: dict[str, tuple[str | None, str | None]] = {
    "unauthenticated": (None, "invalid_api_key"),
    "sign-in-again": (None, "invalid_api_key"),
    "too-many-requests": (None, "rate_limit_exceeded"),
    "unknown-model": ("model", "model_not_found"),
    "model-unavailable": ("model", None),
    "unknown-language": ("model", None),
    "unreadable-media": ("file", None),
    "no-audio": ("file", None),
    "recording-too-long": ("file", None),
    "decoding-limit": ("file", None),
    "empty-recording": ("file", None),
    "too-large": ("file", None),
}
# OpenAI knows one status for what is wrong with a request, and one for models that are not there.
_STATUSES = {415: 400, 422: 400}
_STATUS_OF_CODE = {"unknown-model": 404}
_RETRY_AFTER = "5"  # seconds


class OpenAiError(BaseModel):
    """What went wrong. `message` ends with the cure."""

    message: str
    type: str
    param: str | None
    code: str


def register(app: Flask) -> None:
    """Let every error below /v1 have this shape: also those of addresses that are not there."""
    app.after_request(_reshape)


def error_of(failed: JobFailed) -> OpenAiError:
    """A job's failure, for a stream that has begun."""
    return _error(failed.code, failed.text, _status(failed.code, failed.status))


def body(error: OpenAiError) -> str:
    """The error as JSON."""
    return json.dumps({"error": error.model_dump()}, ensure_ascii=False)


def _reshape(answer: Response) -> Response:
    if not request.path.startswith(f"{PREFIX}/"):
        return answer
    answer.headers.setdefault("Cache-Control", "no-store")
    if answer.mimetype != MEDIA_TYPE:
        return answer
    told = Problem.model_validate_json(answer.get_data())
    answer.status_code = _status(told.code, told.status)
    param = told.errors[0].pointer.strip("/").split("/")[0] or None if told.errors else None
    answer.set_data(body(_error(told.code, told.detail, answer.status_code, param)).encode("utf-8", "replace"))
    answer.content_type = "application/json"
    if answer.status_code == 429:
        answer.headers.setdefault("Retry-After", _RETRY_AFTER)
    drain()  # a client that is still sending the recording would see a broken connection instead
    return answer


def _status(code: str, status: int) -> int:
    return _STATUS_OF_CODE.get(code) or _STATUSES.get(status, status)


def _error(code: str, message: str, status: int, param: str | None = None) -> OpenAiError:
    kind = _KINDS.get(status) or ("server_error" if status >= 500 else "invalid_request_error")
    known_param, known_code = _KNOWN.get(code, (None, None))
    return OpenAiError(message=message, type=kind, param=param or known_param, code=known_code or code)
