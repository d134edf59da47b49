"""Versions as entity tags: `"7-3f2a91bc"` is version 7 of a thing, and which of its faces.

If-None-Match compares the whole tag, so that progress, which makes no new version, is not hidden. If-Match compares the
version alone: who edits must have seen the latest version, in whatever format.
"""

import hashlib

from flask import Response, request

from web.api.views import JobView
from web.problems import ChangedMeanwhile


def tagged(answer: Response, job: JobView) -> Response:
    """The answer with the job's tag; 304 where the caller has it. The estimate of the end moves with the clock alone.

    The tag is weak, as that estimate has no part in it.
    """
    face = job.model_dump_json(exclude={"progress": {"estimated_finish"}})
    answer.set_etag(f"{job.version}-{hashlib.sha256(face.encode()).hexdigest()[:8]}", weak=True)
    answer.headers["Cache-Control"] = "private, no-cache"
    if request.method in {"GET", "HEAD"}:
        answer.make_conditional(request)
    return answer


def require_version(version: int | str) -> None:
    """Raise ChangedMeanwhile where the caller saw another version (If-Match): of a job a number, of a document as
    `Found.version` says it.
    """
    wanted = request.if_match
    if "If-Match" not in request.headers or wanted.star_tag:
        return
    # Werkzeug gives None for what it cannot read.
    seen = {tag for tag in wanted.as_set(include_weak=True) if tag}
    if not any(tag == str(version) or tag.startswith(f"{version}-") for tag in seen):
        raise ChangedMeanwhile("It was changed since you looked", "Get it again, and repeat your change.")
