"""Errors as pages, for browsers that asked for a page; programs get problem details."""

import json

from flask import Flask, Response, render_template, request

from steno import sayings
from steno.ledger.jobs import UnknownJob
from steno.sayings.sentences import SENTENCES
from web.portal.languages import language
from web.problems import MEDIA_TYPE

_PROGRAMS = ("/api/", "/v1/", "/healthz", "/readyz", "/metrics", "/assets/", "/messages/")


def register(app: Flask) -> None:
    """Make a page of every problem detail that a browser would show."""

    @app.after_request
    def show(answer: Response) -> Response:
        if answer.content_type != MEDIA_TYPE or not _wants_page():
            return answer
        problem = json.loads(answer.get_data())
        code, detail = problem["code"], problem["detail"]
        if code == UnknownJob.code:  # who follows a link knows recordings, and has no id to check
            detail = SENTENCES[code]
        answer.set_data(render_template("error.html", problem=problem, detail=told(code, detail)))
        answer.content_type = "text/html; charset=utf-8"
        return answer


def _wants_page() -> bool:
    if request.path.startswith(_PROGRAMS):
        return False
    return request.accept_mimetypes.best_match(["application/json", "text/html"], "application/json") == "text/html"


def told(code: str, detail: str) -> str:
    """What to tell the reader, in their language."""
    return sayings.told(code, detail, language())
