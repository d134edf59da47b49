"""Who asks: a bearer token with its scopes, or a browser that is signed in; and nothing without either.

Every route says which scope it needs (`needs`), that it is a page for who is signed in (`page`, `admin_page`), or that
anybody may ask (`public`); a route that says nothing is closed. What a browser's session changes needs proof that a
page of ours sent it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar, cast
from urllib.parse import quote

from flask import Flask, Response, current_app, g, redirect, request

from steno.database.tables import ApiToken, User
from steno.ledger import accounts
from web import sessions
from web.problems import Forbidden, TooManyRequests, problem
from web.services import services

View = TypeVar("View", bound=Callable[..., object])
_MARK = "steno_access"
_PUBLIC, _PAGE, _ADMIN_PAGE = "public", "page", "admin page"
# Flask's own route for files that ship with us.
_PUBLIC_ENDPOINTS = frozenset({"static"})


@dataclass(frozen=True)
class Caller:
    """Who asks, and what they may. `key` is of the token or the browser's session."""

    user_id: str
    name: str
    admin: bool
    key: str
    scopes: frozenset[str]
    session_id: str | None = None  # where it is a browser
    called: str = ""  # what people call them, there


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


def page(view: View) -> View:
    """Mark a view: a page for who is signed in; others are shown the way in."""
    setattr(view, _MARK, _PAGE)
    return view


def admin_page(view: View) -> View:
    """Mark a view: a page for administrators."""
    setattr(view, _MARK, _ADMIN_PAGE)
    return view


def access_of(view: object) -> str | None:
    """The scope a view needs, `public`, `page`, `admin page`, or None where it says nothing."""
    return getattr(view, _MARK, None)


def caller() -> Caller:
    """Who asks. Only in views that need a scope."""
    return cast(Caller, g.caller)


def require(scope: str) -> None:
    """For views that need a second scope. Raises Forbidden."""
    if scope not in caller().scopes:
        raise Forbidden(f"The token has not the scope {scope}", "Use one that has it.")


def signed_in() -> Caller | None:
    """Who is signed in with the browser that asks; None where nobody is."""
    found = sessions.current()
    if found is None:
        return None
    user = found.user
    scopes = frozenset(accounts.scopes_of(user))
    return Caller(user.id, user.name, user.admin, found.id, scopes, found.id, user.called)


def register(app: Flask) -> None:
    """Let the application ask who it is before every request."""
    app.before_request(_check)


def bearer() -> str:
    """The token that the request carries, whosever it is; empty where it carries none."""
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else ""


def stranger() -> Response:
    """What somebody without a valid token is told. Raises TooManyRequests."""
    # Only who has no token is slowed down: behind a proxy everybody has its address.
    if (wait := services().strangers.wait(request.remote_addr or "")) > 0:
        raise TooManyRequests(wait)
    answer = problem(401, "unauthenticated", "There is no valid token. Send `Authorization: Bearer TOKEN`.")
    answer.headers["WWW-Authenticate"] = 'Bearer realm="steno"'
    return answer


def token_holder() -> Caller | None:
    """Whose token the request carries; None where it carries none that is valid. Raises SignInAgain."""
    secret = bearer()
    if not secret:
        return None
    here = services()
    with here.database.reading() as session:
        found = accounts.holder(session, secret, here.vouching)
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
    # Other credentials (Basic) are for a proxy before us that asks for a name of its own: browsers send them along.
    asking = token_holder() if bearer() else signed_in()
    if asking is None:
        return _stranger(access)
    # A recording comes in as many requests as its client likes: uploads have limits of their own.
    uploading = request.endpoint.startswith("uploads.") and request.method in {"PATCH", "HEAD", "POST"}
    if not uploading and (wait := here.requests.wait(asking.key)) > 0:
        raise TooManyRequests(wait)
    if asking.session_id is not None:
        sessions.check_csrf()
    if access in {_PAGE, _ADMIN_PAGE}:
        if asking.session_id is None or (access == _ADMIN_PAGE and not asking.admin):
            raise Forbidden("This page is for administrators", "Ask one of them.")
    elif access is None or access not in asking.scopes:
        raise Forbidden(f"The token has not the scope {access}", "Use one that has it.")
    g.caller = asking
    return None


def _stranger(access: str | None) -> Response:
    if access in {_PAGE, _ADMIN_PAGE} and not bearer():
        wanted = request.full_path.rstrip("?") if request.method == "GET" else "/"
        return cast(Response, redirect(f"/sign-in?next={quote(wanted, safe='')}", 303))
    return stranger()


def _caller(user: User, token: ApiToken) -> Caller:
    # Who is no administrator any more has tokens that were an administrator's.
    return Caller(user.id, user.name, user.admin, token.id, frozenset(token.scopes) & set(accounts.scopes_of(user)))


def _remember(token: ApiToken) -> None:
    """Note that the token is in use, once a minute: a write for every request would cost more than it tells."""
    if accounts.used_lately(token):
        return
    token_id = token.id
    services().database.write(lambda session: accounts.use(session, token_id))
