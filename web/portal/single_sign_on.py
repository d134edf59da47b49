"""Sign-in by the identity provider: there, back, and connecting the account one has."""

import json
from dataclasses import replace

from flask import Flask, Response, current_app, make_response, redirect, render_template, request
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from steno.claims import EMAIL, VERIFIED, Rule, read_rule, text_of
from steno.errors import InvalidOption, StenoError
from steno.exports.clean import clean
from steno.ledger import single_sign_on as ledger
from steno.ledger.accounts import NameTaken
from steno.ledger.single_sign_on import Identity, NotAdmitted, Way
from steno.mail_address import check_mail_address
from web import sessions
from web.auth import caller, page, public
from web.oidc.provider import Provider, ProviderFailed
from web.portal.errors import told
from web.portal.forms import done, safe_next
from web.portal.languages import gettext as _
from web.portal.sign_in import enter
from web.problems import TooManyRequests
from web.services import address, services

_EXTENSION, _COOKIE = "steno_oidc", "flow"
_BACK = "/sign-in/oidc/callback"


def register(app: Flask) -> None:
    """Serve the way there and back, where a provider is set."""
    settings = app.extensions["steno"].settings
    app.jinja_env.globals["provider_name"] = settings.oidc_name if settings.oidc_issuer else None
    if settings.oidc_issuer is None:
        return
    app.extensions[_EXTENSION] = Provider(settings)
    app.add_url_rule("/sign-in/oidc", "oidc", go)
    app.add_url_rule(_BACK, "oidc_back", come_back)
    app.add_url_rule("/sign-in/oidc/logout", "oidc_parted", parted, methods=["POST"])
    app.add_url_rule("/account/connect", "oidc_connect", connect)
    app.add_url_rule("/account/disconnect", "oidc_disconnect", disconnect, methods=["POST"])


@public
def go() -> AnyResponse:
    """Send a browser to the provider. A link, not a form: browsers let no form lead to another site here."""
    return _go(safe_next(request.args.get("next")), None)


@page
def connect() -> AnyResponse:
    """The same, to connect the account somebody is signed in with; from our page alone.

    Else a foreign page could connect it with an identity of its own choice.
    """
    sessions.check_link(request.args.get("proof", ""))
    return _go("/account/security", caller().user_id)


@page
def disconnect() -> AnyResponse:
    """Sign in by password alone again."""
    here, who = services(), caller().user_id
    here.database.write(lambda session: ledger.disconnect(session, who, here.ways_in))
    return done(_("Disconnected."), "/account/security")


@public
def come_back() -> AnyResponse:
    """Let in whom the provider sends back with what they left with."""
    here = services()
    secret = request.cookies.get(sessions.cookie_name(_COOKIE), "")
    way = here.database.write(lambda session: ledger.come_back(session, secret))
    who: Identity | None = None
    try:
        if way is None:
            raise ProviderFailed("The sign-in took too long, or was begun in another browser", "Begin anew.")
        claims = _believed(
            _provider().finish(
                request.args, redirect_uri=address(_BACK), state=way.state, nonce=way.nonce, verifier=way.verifier
            )
        )
        who = _identity(claims)
        if not read_rule(here.settings.oidc_allow).met_by(claims):
            raise NotAdmitted("Your account there does not let you in here", "Ask an administrator.")
        answer = _connected(way, who) if way.user_id is not None else _entered(way, who)
    except StenoError as error:
        if way is not None:  # else anybody could fill the audit log
            _note_refusal(error.code, who)
        page_ = render_template("sign_in_failed.html", fault=told(error.code, str(error)))
        answer = make_response(page_, 403 if isinstance(error, NotAdmitted) else 400)
    sessions.put_cookie(answer, _COOKIE, "", None)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@public
def parted() -> AnyResponse:
    """The provider, not a browser, says that somebody signed out there: its signature stands for a page's proof."""
    here = services()
    try:
        issuer, subject = _provider().parted(request.form.get("logout_token", ""))
    except ProviderFailed:
        if (wait := here.strangers.wait(request.remote_addr or "")) > 0:
            raise TooManyRequests(wait) from None
        answer = Response(json.dumps({"error": "invalid_request"}), 400, content_type="application/json")
    else:
        here.database.write(lambda session: ledger.parted(session, issuer, subject))
        answer = Response(status=200)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def sign_out_url() -> str | None:
    """Where one signs out of the provider, too; None where there is none or it offers no such thing."""
    return _provider().sign_out_url(address("/sign-in")) if _EXTENSION in current_app.extensions else None


def _go(wanted: str, user_id: str | None) -> AnyResponse:
    here = services()
    if here.strangers.wait(request.remote_addr or "") > 0:
        return _failed(_("Too many requests. Wait a moment and try again."), 429)
    try:
        began = _provider().begin(address(_BACK))
    except StenoError as error:
        return _failed(told(error.code, str(error)), 502)
    way = Way(began.state, began.nonce, began.verifier, wanted, user_id)
    secret = here.database.write(lambda session: ledger.leave(session, way))
    answer = make_response(redirect(began.url, 303))
    sessions.put_cookie(answer, _COOKIE, secret, ledger.LONGEST)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _entered(way: Way, who: Identity) -> Response:
    here = services()
    by_email, ways = here.settings.oidc_link_by_email, here.ways_in

    def admit(session: Session) -> str:
        return ledger.admit(session, who, link_by_email=by_email, ways=ways).id

    try:
        user_id = here.database.write(admit)
    except (NameTaken, IntegrityError):  # a second browser was opened for the first sign-in: now the account is there
        user_id = here.database.write(admit)
    enter(user_id)
    return make_response(redirect(way.wanted, 303))


def _connected(way: Way, who: Identity) -> Response:
    found = sessions.current()
    if found is None or found.user_id != way.user_id:
        raise NotAdmitted("Somebody else is signed in here now", "Sign in, and connect the account again.")
    user_id = found.user_id
    services().database.write(lambda session: ledger.connect(session, user_id, who))
    return done(_("Your account is connected."), way.wanted)


def _note_refusal(reason: str, who: Identity | None) -> None:
    address = request.remote_addr or ""
    services().database.write(lambda session: ledger.refused(session, reason, address=address, who=who))


def _believed(claims: dict[str, object]) -> dict[str, object]:
    """What the provider says, with its mail address as verified where the operator knows that it is."""
    trusted = services().settings.oidc_trust_email and text_of(claims | {VERIFIED: True}, EMAIL) is not None
    return claims | {VERIFIED: True} if trusted else claims


def _identity(claims: dict[str, object]) -> Identity:
    """Who the provider says it is."""
    settings = services().settings
    issuer, subject = str(claims["iss"]), str(claims["sub"])
    email = _mail_address(text_of(claims, EMAIL))
    name = text_of(claims, settings.oidc_name_claim) or email or subject
    display = text_of(claims, "name")
    found = Identity(issuer, subject, clean(name)[:320], clean(display)[:200] if display else None, email)
    rule: Rule = read_rule(settings.oidc_admin)
    return replace(found, admin=rule.met_by(claims)) if rule.conditions else found


def _mail_address(text: str | None) -> str | None:
    try:
        check_mail_address(text or "")
    except InvalidOption:
        return None
    return text


def _failed(fault: str, status: int) -> Response:
    return make_response(render_template("sign_in_failed.html", fault=fault), status)


def _provider() -> Provider:
    found: Provider = current_app.extensions[_EXTENSION]
    return found
