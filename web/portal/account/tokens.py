"""API tokens: for programs that ask on one's behalf. A secret is shown once."""

from flask import Flask, Response, make_response, render_template, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from steno.database.tables import User
from steno.exports.clean import clean
from steno.ledger import accounts
from web.auth import caller, page
from web.portal.forms import done
from web.portal.languages import gettext as _
from web.services import address, services

_HERE = "/account/tokens"
_DAYS = {"30": 30.0, "90": 90.0, "365": 365.0, "never": None}
_MOST = 100  # tokens of one person


def register(app: Flask) -> None:
    """Serve the page."""
    app.add_url_rule(_HERE, "account_tokens", show)
    app.add_url_rule(_HERE, "account_token_issue", issue, methods=["POST"])
    app.add_url_rule(f"{_HERE}/<id:token_id>/revoke", "account_token_revoke", revoke, methods=["POST"])


@page
def show() -> AnyResponse:
    """The page."""
    return _page()


@page
def issue() -> AnyResponse:
    """Make a token, and show its secret this once."""
    who, name = caller(), clean(request.form.get("name", ""))[:200]
    scopes = sorted(who.scopes & set(request.form.getlist("scopes")))
    days = request.form.get("days", "")
    if not name or not scopes or days not in _DAYS:
        return _page(422, fault=_("Give the token a name, and choose what it may do."), name=name)

    def make(session: Session) -> str | None:
        user = session.get_one(User, who.user_id)
        if len(accounts.tokens_of(session, user.id)) >= _MOST:
            return None
        return accounts.issue_token(session, user, name, scopes=scopes, days=_DAYS[days])[1]

    secret = services().database.write(make)
    if secret is None:
        return _page(409, fault=_("You have very many tokens. Revoke those you no longer need."), name=name)
    return _page(201, secret=secret, made=name)


@page
def revoke(token_id: str) -> AnyResponse:
    """Take a token back."""
    who = caller()
    services().database.write(lambda session: accounts.revoke(session, who.user_id, token_id))
    return done(_("The token is worth nothing now."), _HERE)


def _page(status: int = 200, **shown: object) -> Response:
    here, who = services(), caller()
    with here.database.reading() as session:
        found = accounts.tokens_of(session, who.user_id)
        until, awake = here.vouching.of_person(session, who.user_id) if here.ways_in.provider else (None, True)
    shown |= {"until": until, "awake": awake, "days": here.settings.oidc_token_days}
    page_ = render_template("account/tokens.html", tokens=found, address=address(), admin=who.admin, **shown)
    answer = make_response(page_, status)
    answer.headers["Cache-Control"] = "no-store"
    return answer
