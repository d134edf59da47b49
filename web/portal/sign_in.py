"""Signing in and out, and links that let somebody choose a password."""

from flask import Flask, Response, make_response, redirect, render_template, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from steno.database.tables import User
from steno.errors import StenoError
from steno.ledger import sessions as ledger
from web import sessions
from web.auth import page, public
from web.portal.forms import safe_next
from web.portal.languages import gettext as _
from web.services import services


def register(app: Flask) -> None:
    """Serve the pages."""
    app.add_url_rule("/sign-in", "sign_in", show_sign_in)
    app.add_url_rule("/sign-in", "sign_in_try", sign_in, methods=["POST"])
    app.add_url_rule("/sign-out", "sign_out", sign_out, methods=["POST"])
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
    name, password = request.form.get("name", ""), request.form.get("password", "")
    with services().database.reading() as session:
        user = ledger.sign_in(session, name, password)
    if user is None:
        wrong = _("The name or the password is wrong.")
        return _page("sign_in.html", 401, fault=wrong, name=name)
    _begin(user.id)
    return redirect(safe_next(request.form.get("next")), 303)


@page
def sign_out() -> AnyResponse:
    """End the session."""
    found = sessions.current()
    if found is not None:
        user_id, session_id = found.user_id, found.id
        services().database.write(lambda session: ledger.end(session, user_id, session_id))
    sessions.forget()
    return redirect("/sign-in", 303)


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
        return _page("welcome.html", 422, fault=str(error), name=user.name)
    _begin(user.id)
    return redirect("/", 303)


def _begin(user_id: str) -> None:
    browser, address = request.headers.get("User-Agent", ""), request.remote_addr or ""

    def begin(session: Session) -> str:
        return ledger.begin(session, session.get_one(User, user_id), browser=browser, address=address)

    sessions.start(services().database.write(begin))


def _page(template: str, status: int = 200, **shown: object) -> Response:
    answer = make_response(render_template(template, next=request.values.get("next", ""), **shown), status)
    answer.headers["Cache-Control"] = "no-store"
    return answer
