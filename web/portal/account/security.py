"""How one signs in: password, and the browsers one is signed in with."""

from dataclasses import dataclass

from flask import Flask, Response, make_response, redirect, render_template, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from steno.database.tables import User, WebSession
from steno.errors import StenoError
from steno.ledger import accounts, people
from steno.ledger import sessions as ledger
from web import sessions
from web.auth import caller, page
from web.portal.browsers import browser_and_system
from web.portal.errors import told
from web.portal.forms import done
from web.portal.languages import gettext as _
from web.portal.passwords import tried
from web.portal.sign_in import enter
from web.services import services

_HERE = "/account/security"


def register(app: Flask) -> None:
    """Serve the page."""
    app.add_url_rule(_HERE, "account_security", show)
    app.add_url_rule("/account/password", "account_password", change_password, methods=["POST"])
    app.add_url_rule("/account/sessions/<id:session_id>/end", "account_end_session", end_session, methods=["POST"])
    app.add_url_rule("/account/sessions/end", "account_end_sessions", end_sessions, methods=["POST"])
    app.add_url_rule("/account/sessions/end-all", "account_end_all", end_all, methods=["POST"])


@dataclass(frozen=True)
class Browser:
    """A browser somebody is signed in with, as they know it."""

    id: str
    name: str
    address: str
    created: float
    last_used: float
    this: bool


@page
def show() -> AnyResponse:
    """The page."""
    return _page()


@page
def change_password() -> AnyResponse:
    """Take a new password from who knows the old one; every session ends, this one goes on with a new secret."""
    here, who, new = services(), caller(), request.form.get("new", "")
    tokens = "tokens" in request.form
    found = tried(who.name, request.form.get("old", ""))
    if found.user is None:
        return found.marked(_page(found.status(422), fault=found.refusal(_("The old password is wrong."))))

    def change(session: Session) -> None:
        ledger.set_password(session, session.get_one(User, who.user_id), new)
        if tokens:
            accounts.revoke_all(session, who.user_id)

    try:
        here.database.write(change)
    except StenoError as error:
        return _page(422, fault=told(error.code, str(error)))
    enter(who.user_id)
    if tokens:
        return done(
            _("The password is changed. You are signed out everywhere else; your API tokens are revoked."), _HERE
        )
    return done(_("The password is changed. You are signed out everywhere else."), _HERE)


@page
def end_session(session_id: str) -> AnyResponse:
    """Sign one browser out."""
    who = caller()
    services().database.write(lambda session: ledger.end(session, who.user_id, session_id))
    if session_id == who.session_id:
        sessions.forget()
        return redirect("/sign-in", 303)
    return done(_("That browser is signed out."), _HERE)


@page
def end_sessions() -> AnyResponse:
    """Sign out everywhere else."""
    who = caller()
    services().database.write(lambda session: ledger.end_all(session, who.user_id, but=who.session_id))
    return done(_("You are signed out everywhere else."), _HERE)


@page
def end_all() -> AnyResponse:
    """Sign out everywhere, here too."""
    who = caller()
    services().database.write(lambda session: ledger.end_all(session, who.user_id))
    sessions.forget()
    return redirect("/sign-in", 303)


def _page(status: int = 200, **shown: object) -> Response:
    here, who = services(), caller()
    with here.database.reading() as session:
        user = people.get(session, who.user_id)
        tokens = bool(accounts.tokens_of(session, who.user_id))
        browsers = [_browser(one, who.session_id) for one in ledger.sessions_of(session, who.user_id)]
    password = here.settings.local_accounts and user.password_hash is not None
    browsers.sort(key=lambda one: (not one.this, -one.last_used))
    shown |= {"user": user, "browsers": browsers, "password": password, "tokens": tokens}
    page_ = render_template("account/security.html", **shown)
    return make_response(page_, status)


def _browser(found: WebSession, this: str | None) -> Browser:
    browser, system = browser_and_system(found.browser)
    if browser and system:
        name = _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    else:
        name = browser or system or _("An unknown browser")
    return Browser(found.id, name, found.address, found.created, found.last_used, found.id == this)
