"""Forms of pages: read as models, shown again with what is wrong."""

import re
from typing import TypeVar
from urllib.parse import quote, unquote

from flask import Flask, Response, redirect, request
from pydantic import BaseModel, ValidationError

from web.sessions import by_tls

Form = TypeVar("Form", bound=BaseModel)
_SAID = "steno_said"


def read(model: type[Form]) -> Form:
    """The fields of a form that was sent; what is left empty counts as left out. Raises ValidationError."""
    fields = {name: value for name, value in request.form.items() if value.strip() and name in model.model_fields}
    return model.model_validate(fields)


def fault(error: ValidationError) -> str:
    """What is wrong first, for a person."""
    first = error.errors(include_url=False)[0]
    return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"


def done(says: str, address: str) -> Response:
    """Say on the next page that it is done, and go there."""
    answer = redirect(address, 303)
    answer.set_cookie(_SAID, quote(says[:300]), max_age=60, httponly=True, samesite="Lax", secure=by_tls())
    return answer  # type: ignore[return-value]


def register(app: Flask) -> None:
    """Let templates show what was done last, once: `said()`."""
    app.jinja_env.globals["said"] = lambda: unquote(request.cookies.get(_SAID, ""))[:300]

    @app.after_request
    def forget(answer: Response) -> Response:
        if _SAID in request.cookies and answer.mimetype == "text/html" and answer.status_code < 300:
            answer.delete_cookie(_SAID, httponly=True, samesite="Lax", secure=by_tls())
        return answer


def safe_next(address: str | None) -> str:
    """Where to go on after signing in: only to a page of ours."""
    # Browsers take a backslash for a slash, and leave out tabs and line breaks: `/<tab>/example.org` leaves our site.
    ours = address is not None and re.fullmatch(r"/(?![/\\])[^\\\x00-\x20\x7f]{0,2000}", address) is not None
    return address if ours and address is not None else "/"
