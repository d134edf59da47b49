"""The account's first page: names, mail address, notifications, language, appearance."""

from flask import Flask, Response, make_response, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from steno.database.tables import User
from steno.errors import StenoError
from steno.ledger import people, sessions, throttling
from web.api.account import checked
from web.auth import caller, page
from web.portal.forms import done
from web.portal.languages import LANGUAGES, forget, remember
from web.portal.languages import gettext as _
from web.portal.sign_in import right_password
from web.services import services

_LONGEST = {"display_name": 200, "email": 254}


def register(app: Flask) -> None:
    """Serve the page."""
    app.add_url_rule("/account", "account", show)
    app.add_url_rule("/account", "account_save", save, methods=["POST"])


@page
def show() -> AnyResponse:
    """The page."""
    return _page(_user())


@page
def save() -> AnyResponse:
    """Keep what was changed; language and names count at once."""
    fields = {name: request.form.get(name, "")[:longest] for name, longest in _LONGEST.items()}
    chosen = request.form.get("language", "")
    language = chosen if chosen in LANGUAGES else None
    try:
        changes = checked({**fields, "language": language, "notify": "notify" in request.form})
    except StenoError:
        fault = _("This is not a mail address. Write one address, such as name@example.org.")
        return _page(_user(), 422, fault=fault, **fields)
    who, user = caller().user_id, _user()
    if changes["email"] != user.email and user.password_hash and services().mails_links:
        refused = _password_fault(user)
        if refused is not None:
            return _page(user, 422, fault=refused, needs_password=True, **fields)
    services().database.write(lambda session: people.amend(session, who, changes))
    if language is not None:
        remember(language)
    else:
        forget()
    return done(_("Saved."), "/account")


def _password_fault(user: User) -> str | None:
    """What keeps the mail address as it is: links that let somebody in go there, so the password is asked for."""
    password, address = request.form.get("password", ""), request.remote_addr or ""
    if not password:
        return _("Type your password, too, to change the mail address: links that let you in go there.")
    database = services().database
    if database.write(lambda session: throttling.attempt(session, user.name, address)) > 0:
        return _("Too many tries. Wait a while, then try again.")
    if right_password(user.name, password) is None:
        database.write(lambda session: sessions.failed(session, user.name, address=address))
        return _("The password is wrong.")
    database.write(lambda session: throttling.succeeded(session, user.name, address))
    return None


def _user() -> User:
    with services().database.reading() as session:
        return people.get(session, caller().user_id)


def _page(user: User, status: int = 200, **shown: object) -> Response:
    mail = services().settings.smtp_url is not None
    given = {"display_name": user.display_name or "", "email": user.email or "", "fault": "", **shown}
    return make_response(render_template("account/profile.html", user=user, mail=mail, **given), status)
