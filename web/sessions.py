"""The browser's session: a cookie, and proof that a form or script of ours sent the request (CSRF).

The proof is derived from the cookie: a page of ours can name it, a page from elsewhere cannot read it. Who is not
signed in has a visitor's cookie for the same purpose.
"""

import hmac
import secrets
import time
from hashlib import sha256

from flask import Flask, Response, g, request

from steno.config import SESSION_LONGEST
from steno.database.tables import WebSession
from steno.errors import StenoError
from steno.ledger import sessions
from web.services import services

HEADER, FIELD = "X-CSRF-Token", "csrf_token"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_BY_ITSELF = ("/events", "/now")
_FORM = "application/x-www-form-urlencoded"


class ForeignRequest(StenoError):
    """A request that no page of ours sent."""

    code = "foreign-request"


def register(app: Flask) -> None:
    """Let templates name the proof, and send cookies that were set while answering."""
    app.jinja_env.globals.update(csrf_token=csrf_token, link_proof=link_proof)
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
    """Let the browser forget its session, and all that pages keep in it."""
    g.new_session = ""


def csrf_token() -> str:
    """The proof for forms and scripts of the page that is being made."""
    secret = g.get("new_session") or request.cookies.get(cookie_name("session"))
    if not secret or (current() is None and not g.get("new_session")):
        secret = request.cookies.get(cookie_name("visitor")) or g.get("new_visitor")
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
    secret = request.cookies.get(cookie_name(name), "")
    if not secret or not hmac.compare_digest(given.encode(), _proof(secret).encode()):
        raise ForeignRequest("The page was open too long, or this came from another page", "Reload it and try again.")


def link_proof() -> str:
    """The proof for links of the page that is being made, for the few that change something."""
    return _proof(request.cookies.get(cookie_name("session"), ""), b"steno link")


def check_link(given: str) -> None:
    """Raises ForeignRequest where no page of ours had this link."""
    if current() is None or not hmac.compare_digest(given.encode(), link_proof().encode()):
        raise ForeignRequest("The page was open too long, or this came from another page", "Reload it and try again.")


def _current() -> WebSession | None:
    secret = request.cookies.get(cookie_name("session"))
    if not secret:
        return None
    database, idle = services().database, services().settings.session_idle
    with database.reading() as session:
        found = sessions.holder(session, secret, idle=idle)
        if found is not None:
            _ = found.user  # read while the session is open
    # What a page that was left open asks for by itself is no use of it.
    used = found is not None and not request.path.endswith(_BY_ITSELF)
    if found is not None and used and not sessions.noted_lately(found, time.time()):
        session_id = found.id
        database.write(lambda session: sessions.note(session, session_id, idle=idle))
    return found


def _send_cookies(answer: Response) -> Response:
    if "new_session" in g:
        put_cookie(answer, "session", g.new_session, SESSION_LONGEST)
        if not g.new_session:
            # Copies of recordings on their way, takes, unsaved words: the next person at this browser finds none.
            answer.headers["Clear-Site-Data"] = '"storage"'
        if cookie_name("visitor") in request.cookies:  # it was known before the person was
            put_cookie(answer, "visitor", "", None)
    if "new_visitor" in g:
        put_cookie(answer, "visitor", g.new_visitor, None)
    return answer


def put_cookie(answer: Response, name: str, value: str, seconds: float | None) -> None:
    """Let the browser keep a secret of ours until it is closed or so many seconds are over; forget it where empty."""
    if value:
        answer.set_cookie(
            cookie_name(name),
            value,
            max_age=int(seconds) if seconds is not None else None,
            httponly=True,
            samesite="Lax",
            secure=by_tls(),
        )
    else:
        answer.delete_cookie(cookie_name(name), httponly=True, samesite="Lax", secure=by_tls())


def by_tls() -> bool:
    """Whether people reach this server by https: then cookies go by nothing else."""
    return (services().settings.public_url or "").startswith("https://")


def cookie_name(name: str) -> str:
    """What a cookie of ours is called."""
    # With the prefix browsers take it from this very host and by https only.
    return f"__Host-steno_{name}" if by_tls() else f"steno_{name}"


def _proof(secret: str, purpose: bytes = b"steno csrf") -> str:
    return hmac.new(purpose, secret.encode(), sha256).hexdigest()
