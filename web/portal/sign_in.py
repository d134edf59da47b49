"""Signing in and out, and links that let somebody choose a password."""

from flask import Flask, Response, make_response, redirect, render_template, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from steno.database.tables import User
from steno.errors import StenoError
from steno.ledger import sessions as ledger
from web import sessions
from web.auth import page, public
from web.portal.errors import told
from web.portal.forms import safe_next
from web.portal.languages import gettext as _
from web.portal.languages import remember
from web.portal.passwords import tried
from web.problems import Forbidden
from web.services import services


def register(app: Flask) -> None:
    """Serve the pages."""
    app.add_url_rule("/sign-in", "sign_in", show_sign_in)
    app.add_url_rule("/sign-in", "sign_in_try", sign_in, methods=["POST"])
    app.add_url_rule("/sign-out", "sign_out", sign_out, methods=["POST"])
    app.add_url_rule("/signed-out", "signed_out", signed_out)
    app.add_url_rule("/welcome/<secret>", "welcome", show_welcome)
    app.add_url_rule("/welcome/<secret>", "welcome_in", welcome, methods=["POST"])


@public
def show_sign_in() -> AnyResponse:
    """The page that asks for name and password."""
    if sessions.current() is not None:
        return redirect(safe_next(request.args.get("next")), 303)
    return _page("sign_in.html")


@public
def sign_in() -> AnyResponse:
    """Begin a session, where name and password are right."""
    sessions.check_csrf()
    if not services().settings.local_accounts:
        raise Forbidden("Nobody signs in by password here", "Use the other way in.")
    name = request.form.get("name", "")
    found = tried(name, request.form.get("password", ""))
    if found.user is None:
        fault = found.refusal(_("The name or the password is wrong."))
        return found.marked(_page("sign_in.html", found.status(401), fault=fault, name=name))
    enter(found.user.id)
    return redirect(safe_next(request.form.get("next")), 303)


@page
def sign_out() -> AnyResponse:
    """End the session."""
    found = sessions.current()
    if found is not None:
        user_id, session_id = found.user_id, found.id
        services().database.write(lambda session: ledger.end(session, user_id, session_id))
    sessions.forget()
    return redirect("/signed-out" if found is not None and found.user.subject else "/sign-in", 303)


@public
def signed_out() -> AnyResponse:
    """The way out of the identity provider, too. A link: browsers let no form lead to another site here."""
    from web.portal.single_sign_on import sign_out_url

    leave = sign_out_url()
    return _page("signed_out.html", leave=leave) if leave else redirect("/sign-in", 303)


@public
def show_welcome(secret: str) -> AnyResponse:
    """The page on which somebody chooses a password."""
    with services().database.reading() as session:
        user = ledger.invited(session, secret)
    return _page("welcome.html", name=user.name)


@public
def welcome(secret: str) -> AnyResponse:
    """Take the password, and begin a session."""
    sessions.check_csrf()
    password = request.form.get("password", "")

    def redeem(session: Session) -> User:
        return ledger.redeem(session, secret, password)

    try:
        user = services().database.write(redeem)
    except ledger.UnknownLink:
        raise
    except StenoError as error:
        with services().database.reading() as session:
            user = ledger.invited(session, secret)
        return _page("welcome.html", 422, fault=told(error.code, str(error)), name=user.name)
    enter(user.id)
    return redirect("/", 303)


def enter(user_id: str) -> None:
    """Begin a session in the browser that asks, with a secret of its own; one that it had ends."""
    browser, address = request.headers.get("User-Agent", ""), request.remote_addr or ""
    before, idle = sessions.current(), services().settings.session_idle

    def begin(session: Session) -> tuple[str, str | None]:
        user = session.get_one(User, user_id)
        instead = before.id if before is not None else None
        secret = ledger.begin(session, user, browser=browser, address=address, instead_of=instead, idle=idle)
        return secret, user.language

    secret, spoken = services().database.write(begin)
    sessions.start(secret)
    if spoken:
        remember(spoken)


def _page(template: str, status: int = 200, **shown: object) -> Response:
    shown |= {"next": request.values.get("next", ""), "local_accounts": services().settings.local_accounts}
    answer = make_response(render_template(template, **shown), status)
    answer.headers["Cache-Control"] = "no-store"
    return answer
