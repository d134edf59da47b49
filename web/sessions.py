"""The browser's session: a cookie, and proof that a form or script of ours sent the request (CSRF).

The proof is derived from the cookie: a page of ours can name it, a page from elsewhere cannot read it. Who is not
signed in has a visitor's cookie for the same purpose.
"""

import hmac
import secrets
import time
from hashlib import sha256

from flask import Flask, Response, g, request

from steno.database.tables import WebSession
from steno.errors import StenoError
from steno.ledger import sessions
from web.services import services

HEADER, FIELD = "X-CSRF-Token", "csrf_token"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_FORM = "application/x-www-form-urlencoded"


class ForeignRequest(StenoError):
    """A request that no page of ours sent."""

    code = "foreign-request"


def register(app: Flask) -> None:
    """Let templates name the proof, and send cookies that were set while answering."""
    app.jinja_env.globals["csrf_token"] = csrf_token
    app.after_request(_send_cookies)


def current() -> WebSession | None:
    """The session of the request's cookie; None where there is none that is good."""
    if "web_session" not in g:
        g.web_session = _current()
    found: WebSession | None = g.web_session
    return found


def start(secret: str) -> None:
    """Let the browser keep a session's secret."""
    g.new_session = secret


def forget() -> None:
    """Let the browser forget its session."""
    g.new_session = ""


def csrf_token() -> str:
    """The proof for forms and scripts of the page that is being made."""
    secret = g.get("new_session") or request.cookies.get(_cookie("session"))
    if not secret or (current() is None and not g.get("new_session")):
        secret = request.cookies.get(_cookie("visitor")) or g.get("new_visitor")
        if not secret:
            secret = g.new_visitor = secrets.token_urlsafe(24)
    return _proof(secret)


def check_csrf() -> None:
    """Raises ForeignRequest where the request changes something and no page of ours sent it."""
    if request.method in _SAFE:
        return
    # Only small forms are read here: a recording is streamed by who takes it.
    given = request.headers.get(HEADER) or (request.form.get(FIELD) if request.mimetype == _FORM else None) or ""
    name = "session" if current() is not None else "visitor"
    secret = request.cookies.get(_cookie(name), "")
    if not secret or not hmac.compare_digest(given.encode(), _proof(secret).encode()):
        raise ForeignRequest("The page was open too long, or this came from another page", "Reload it and try again.")


def _current() -> WebSession | None:
    secret = request.cookies.get(_cookie("session"))
    if not secret:
        return None
    database = services().database
    with database.reading() as session:
        found = sessions.holder(session, secret)
        if found is not None:
            _ = found.user  # read while the session is open
    if found is not None and not sessions.noted_lately(found, time.time()):
        session_id = found.id
        database.write(lambda session: sessions.note(session, session_id))
    return found


def _send_cookies(answer: Response) -> Response:
    if "new_session" in g:
        _set(answer, "session", g.new_session, sessions.LONGEST)
        if _cookie("visitor") in request.cookies:  # it was known before the person was
            _set(answer, "visitor", "", None)
    if "new_visitor" in g:
        _set(answer, "visitor", g.new_visitor, None)
    return answer


def _set(answer: Response, name: str, value: str, seconds: float | None) -> None:
    if value:
        answer.set_cookie(
            _cookie(name),
            value,
            max_age=int(seconds) if seconds is not None else None,
            httponly=True,
            samesite="Lax",
            secure=_tls(),
        )
    else:
        answer.delete_cookie(_cookie(name), httponly=True, samesite="Lax", secure=_tls())


def _tls() -> bool:
    return (services().settings.public_url or "").startswith("https://")


def _cookie(name: str) -> str:
    # With the prefix browsers take it from this very host and by https only.
    return f"__Host-steno_{name}" if _tls() else f"steno_{name}"


def _proof(secret: str) -> str:
    return hmac.new(b"steno csrf", secret.encode(), sha256).hexdigest()
