"""The account page: who one is, and the browsers one is signed in with."""

from flask import Flask, render_template
from werkzeug.wrappers import Response as AnyResponse

from steno.ledger import sessions as ledger
from web.auth import caller, page
from web.portal.forms import done
from web.portal.languages import gettext as _
from web.services import services


def register(app: Flask) -> None:
    """Serve the page."""
    app.add_url_rule("/account", "account", show)
    app.add_url_rule("/account/sessions/end", "account_end_sessions", end_sessions, methods=["POST"])


@page
def show() -> str:
    """The page."""
    who = caller()
    with services().database.reading() as session:
        found = ledger.sessions_of(session, who.user_id)
    return render_template("account.html", sessions=found, this=who.session_id)


@page
def end_sessions() -> AnyResponse:
    """Sign out everywhere else."""
    who = caller()
    services().database.write(lambda session: ledger.end_all(session, who.user_id, but=who.session_id))
    return done(_("You are signed out everywhere else."), "/account")
