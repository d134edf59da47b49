"""The account's first page: names, mail address, notifications, language, appearance."""

from flask import Flask, Response, make_response, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from steno.database.tables import User
from steno.errors import StenoError
from steno.ledger import people
from web.api.account import checked
from web.auth import caller, page
from web.portal.forms import done
from web.portal.languages import LANGUAGES, forget, remember
from web.portal.languages import gettext as _
from web.portal.passwords import tried
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
        refused = _refusal(user, fields)
        if refused is not None:
            return refused
    services().database.write(lambda session: people.amend(session, who, changes))
    if language is not None:
        remember(language)
    else:
        forget()
    return done(_("Saved."), "/account")


def _refusal(user: User, fields: dict[str, str]) -> Response | None:
    """What keeps the mail address as it is: links that let somebody in go there, so the password is asked for."""
    password = request.form.get("password", "")
    if not password:
        says = _("Type your password, too, to change the mail address: links that let you in go there.")
        return _page(user, 422, fault=says, needs_password=True, **fields)
    found = tried(user.name, password)
    if found.user is not None:
        return None
    fault = found.refusal(_("The password is wrong."))
    return found.marked(_page(user, found.status(422), fault=fault, needs_password=True, **fields))


def _user() -> User:
    with services().database.reading() as session:
        return people.get(session, caller().user_id)


def _page(user: User, status: int = 200, **shown: object) -> Response:
    mail = services().settings.smtp_url is not None
    given = {"display_name": user.display_name or "", "email": user.email or "", "fault": "", **shown}
    return make_response(render_template("account/profile.html", user=user, mail=mail, **given), status)
