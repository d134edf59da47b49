"""Who asks: a bearer token, its scopes, and nothing without one.

Every route says which scope it needs (`needs`) or that anybody may ask (`public`); a route that says neither is closed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar, cast

from flask import Flask, Response, current_app, g, request

from steno.database.tables import ApiToken, User
from steno.ledger import accounts
from web.problems import Forbidden, problem
from web.services import services

View = TypeVar("View", bound=Callable[..., object])
_MARK = "steno_access"
_PUBLIC = "public"
# Flask's own route for files that ship with us.
_PUBLIC_ENDPOINTS = frozenset({"static"})


@dataclass(frozen=True)
class Caller:
    """Who asks, and what the token allows."""

    user_id: str
    name: str
    admin: bool
    token_id: str
    scopes: frozenset[str]


def needs(scope: str) -> Callable[[View], View]:
    """Mark a view: it needs a token with this scope."""

    def mark(view: View) -> View:
        setattr(view, _MARK, scope)
        return view

    return mark


def public(view: View) -> View:
    """Mark a view: anybody may ask."""
    setattr(view, _MARK, _PUBLIC)
    return view


def access_of(view: object) -> str | None:
    """The scope a view needs, `public`, or None where it says neither."""
    return getattr(view, _MARK, None)


def caller() -> Caller:
    """Who asks. Only in views that need a scope."""
    return cast(Caller, g.caller)


def register(app: Flask) -> None:
    """Let the application ask for a token before every request."""
    app.before_request(_check)


def token_holder() -> Caller | None:
    """Whose token the request carries; None where it carries none that is valid."""
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not secret.strip():
        return None
    here = services()
    with here.database.reading() as session:
        found = accounts.holder(session, secret.strip())
    if found is None:
        return None
    _remember(found[1])
    return _caller(*found)


def _check() -> Response | None:
    if request.endpoint is None or request.endpoint in _PUBLIC_ENDPOINTS:
        return None  # no such address, or a file that ships with us
    access = access_of(current_app.view_functions[request.endpoint])
    if access == _PUBLIC:
        return None
    here = services()
    asking = token_holder()
    if asking is None:
        # Only who has no token is slowed down: behind a proxy everybody has its address.
        if (wait := here.strangers.wait(request.remote_addr or "")) > 0:
            return _slow_down(wait)
        answer = problem(401, "unauthenticated", "There is no valid token. Send `Authorization: Bearer TOKEN`.")
        answer.headers["WWW-Authenticate"] = 'Bearer realm="steno"'
        return answer
    # A recording comes in as many requests as its client likes: uploads have limits of their own.
    uploading = request.endpoint.startswith("uploads.") and request.method in {"PATCH", "HEAD", "POST"}
    if not uploading and (wait := here.requests.wait(asking.token_id)) > 0:
        return _slow_down(wait)
    if access is None or access not in asking.scopes:
        raise Forbidden(f"The token has not the scope {access}", "Use one that has it.")
    g.caller = asking
    return None


def _slow_down(wait: float) -> Response:
    seconds = int(wait) + 1
    answer = problem(429, "too-many-requests", f"Too many requests. Ask again in {seconds} s.")
    answer.headers["Retry-After"] = str(seconds)
    return answer


def _caller(user: User, token: ApiToken) -> Caller:
    return Caller(user.id, user.name, user.admin, token.id, frozenset(token.scopes))


def _remember(token: ApiToken) -> None:
    """Note that the token is in use, once a minute: a write for every request would cost more than it tells."""
    if accounts.used_lately(token):
        return
    token_id = token.id
    services().database.write(lambda session: accounts.use(session, token_id))
