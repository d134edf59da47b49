"""Resumable uploads by the tus protocol, version 1.0.0 (https://tus.io/protocols/resumable-upload)."""

import base64
import re

from flask import Blueprint, Response, request, url_for
from werkzeug.exceptions import MethodNotAllowed
from werkzeug.http import http_date

from steno.database.tables import Upload
from steno.errors import StenoError
from web.auth import caller, needs, public
from web.bodies import body, drain
from web.intake import Checksum, Intake
from web.problems import MEDIA_TYPE, STATUSES, Malformed, Problem, problem
from web.services import services

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,checksum,expiration,termination"
ALGORITHMS = ("sha256", "sha1", "md5")
SCOPE = "jobs:write"  # also to look: who may send must be able to go on
_CHUNK = "application/offset+octet-stream"
_CHECKSUM_MISMATCH = 460
_STATUSES = {
    **STATUSES,
    "tus-version": 412,
    "offset-mismatch": 409,
    "upload-busy": 423,
    "checksum-mismatch": _CHECKSUM_MISMATCH,
}

blueprint = Blueprint("uploads", __name__, url_prefix="/api/v1/uploads")


class UnsupportedVersion(StenoError):
    """The client speaks no version of tus that is spoken here."""

    code = "tus-version"


class UnsupportedType(StenoError):
    """A body that is no chunk of an upload."""

    code = "unsupported-media-type"


@blueprint.route("", methods=["OPTIONS"], provide_automatic_options=False)
@blueprint.route("/<id:upload_id>", methods=["OPTIONS"], provide_automatic_options=False)
@public
def capabilities(upload_id: str = "") -> Response:
    """What is spoken here, the same everywhere."""
    del upload_id
    answer = _no_content()
    answer.headers["Tus-Version"] = VERSION
    answer.headers["Tus-Extension"] = EXTENSIONS
    answer.headers["Tus-Max-Size"] = str(services().settings.max_upload)
    answer.headers["Tus-Checksum-Algorithm"] = ",".join(ALGORITHMS)
    return answer


@blueprint.route("", methods=["POST"], provide_automatic_options=False)
@needs(SCOPE)
def create() -> Response:
    """A new upload, perhaps with its first bytes (creation-with-upload)."""
    _check_version()
    if "Upload-Defer-Length" in request.headers:
        raise Malformed("The length of an upload must be known", "Send Upload-Length.")
    if "Upload-Concat" in request.headers:  # as clients do that send parts at the same time
        raise Malformed("Uploads are not put together of parts here", "Send it as one upload.")
    size, name, checksum = _number("Upload-Length"), _file_name(), _checksum()
    bytes_come = bool(request.content_length) or "chunked" in request.headers.get("Transfer-Encoding", "").lower()
    if bytes_come:
        _check_type()
    intake, user = _intake(), caller().user_id
    upload = intake.begin(user, name, size)
    if bytes_come:
        try:
            with body() as stream:
                upload = intake.append(user, upload.id, 0, stream, length=request.content_length, checksum=checksum)
        except StenoError:
            intake.abandon(user, upload.id)  # nobody learns its address
            raise
    answer = _state(upload, 201)
    answer.headers["Location"] = url_for("uploads.look", upload_id=upload.id)
    return answer


@blueprint.route("/<id:upload_id>", methods=["HEAD"], provide_automatic_options=False)
@needs(SCOPE)
def look(upload_id: str) -> Response:
    """How far an upload is."""
    _check_version()
    upload = _intake().find(caller().user_id, upload_id)
    answer = _state(upload, 200)
    answer.headers["Upload-Length"] = str(upload.size)
    answer.headers["Upload-Metadata"] = "filename " + base64.b64encode(upload.name.encode()).decode("ascii")
    return answer


@blueprint.route("/<id:upload_id>", methods=["PATCH"], provide_automatic_options=False)
@needs(SCOPE)
def append(upload_id: str) -> Response:
    """The next bytes."""
    _check_version()
    _check_type()
    offset, checksum = _number("Upload-Offset"), _checksum()
    with body() as stream:
        upload = _intake().append(
            caller().user_id, upload_id, offset, stream, length=request.content_length, checksum=checksum
        )
    return _state(upload, 204)


@blueprint.route("/<id:upload_id>", methods=["DELETE"], provide_automatic_options=False)
@needs(SCOPE)
def terminate(upload_id: str) -> Response:
    """Delete an upload and what it brought."""
    _check_version()
    _intake().abandon(caller().user_id, upload_id)
    return _no_content()


@blueprint.route("/<id:upload_id>", methods=["POST"], provide_automatic_options=False)
@needs(SCOPE)
def overridden(upload_id: str) -> Response:
    """For clients that cannot send PATCH or DELETE."""
    views = {"PATCH": append, "DELETE": terminate, "HEAD": look}
    view = views.get(request.headers.get("X-HTTP-Method-Override", "").upper())
    if view is None:
        raise MethodNotAllowed(["HEAD", "PATCH", "DELETE", "OPTIONS"])
    return view(upload_id)


@blueprint.after_request
def _mark(answer: Response) -> Response:
    answer.headers["Tus-Resumable"] = VERSION
    answer.headers.setdefault("Cache-Control", "no-store")
    return answer


@blueprint.errorhandler(StenoError)
def _refused(error: StenoError) -> Response:
    drain()
    status = _STATUSES.get(error.code, 422)
    if status == _CHECKSUM_MISMATCH:  # a status of tus that HTTP has no phrase for
        urn, title = f"urn:steno:problem:{error.code}", "Checksum Mismatch"
        body_of = Problem(type=urn, title=title, status=status, detail=str(error), code=error.code)
        answer = Response(body_of.model_dump_json(exclude_none=True) + "\n", content_type=MEDIA_TYPE)
        answer.status = f"{status} {title}"
        return answer
    answer = problem(status, error.code, str(error))
    if isinstance(error, UnsupportedVersion):
        answer.headers["Tus-Version"] = VERSION
    return answer


def _intake() -> Intake:
    here = services()
    return Intake(here.database, here.vault, here.settings)


def _no_content() -> Response:
    answer = Response(status=204)
    del answer.headers["Content-Type"]
    return answer


def _state(upload: Upload, status: int) -> Response:
    answer = Response(status=status)
    del answer.headers["Content-Type"]
    answer.headers["Upload-Offset"] = str(upload.received)
    answer.headers["Upload-Expires"] = http_date(upload.expires)
    return answer


def _check_version() -> None:
    if request.headers.get("Tus-Resumable") != VERSION:
        raise UnsupportedVersion(f"Only tus {VERSION} is spoken here", f"Send `Tus-Resumable: {VERSION}`.")


def _check_type() -> None:
    if request.mimetype != _CHUNK:
        raise UnsupportedType("The body is no part of an upload", f"Send `Content-Type: {_CHUNK}`.")


def _number(header: str) -> int:
    text = request.headers.get(header, "")
    if re.fullmatch(r"[0-9]{1,18}", text) is None:
        raise Malformed(f"{header} is not a number of bytes", f"Send {header} with digits only.")
    return int(text)


def _file_name() -> str:
    """The name that Upload-Metadata gives: pairs of a key and a value in base64, by commas."""
    pairs: dict[str, str] = {}
    for part in request.headers.get("Upload-Metadata", "").split(","):
        key, _, value = part.strip().partition(" ")
        try:
            pairs[key] = base64.b64decode(value.strip(), validate=True).decode("utf-8", "replace")
        except ValueError as error:  # no base64, or not even ASCII
            raise Malformed("Upload-Metadata cannot be read", "Send `filename` and the name in base64.") from error
    return pairs.get("filename") or pairs.get("name") or ""


def _checksum() -> Checksum | None:
    header = request.headers.get("Upload-Checksum")
    if header is None:
        return None
    algorithm, _, value = header.strip().partition(" ")
    try:
        digest = base64.b64decode(value.strip(), validate=True)
    except ValueError:
        digest = b""
    if algorithm not in ALGORITHMS or not digest:
        raise Malformed("Upload-Checksum cannot be read", f"Send one of {', '.join(ALGORITHMS)}, and it in base64.")
    return Checksum(algorithm, digest)
