"""Administration of people: who is there and what they use; invited, kept out, given a role or a quota, deleted."""

from flask import Flask, Response, make_response, redirect, render_template, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from steno.config import GIB
from steno.database.tables import User
from steno.errors import StenoError
from steno.ledger import erasure, letters, own, people
from steno.ledger import sessions as ledger
from steno.states import Queue
from web.auth import admin_page, caller
from web.portal.errors import told
from web.portal.forms import done
from web.portal.languages import gettext as _
from web.services import address, services

_HERE = "/admin/users"
_ONE = f"{_HERE}/<id:user_id>"
_LARGEST_QUOTA = 1_000_000.0  # GiB


def register(app: Flask) -> None:
    """Serve the pages."""
    app.add_url_rule(_HERE, "admin_users", show)
    app.add_url_rule(_HERE, "admin_user_add", add, methods=["POST"])
    app.add_url_rule(_ONE, "admin_user", show_one)
    for name, view in (("link", link), ("role", role), ("access", access), ("quota", quota), ("delete", delete)):
        app.add_url_rule(f"{_ONE}/{name}", f"admin_user_{name}", view, methods=["POST"])


@admin_page
def show() -> AnyResponse:
    """The list."""
    return _list()


@admin_page
def add() -> AnyResponse:
    """Add somebody, and show the link that lets them in."""
    who, name, admin = caller(), request.form.get("name", ""), "admin" in request.form

    by_mail = "mail" in request.form and services().mails_links

    def write(session: Session) -> tuple[str, str | None]:
        user, secret = letters.add_user(session, name, admin=admin, by_mail=by_mail, by=who.user_id)
        return user.id, secret

    try:
        user_id, secret = services().database.write(write)
    except StenoError as error:
        return _list(422, fault=told(error.code, str(error)), name=name)
    if secret is None:
        services().nudge(Queue.NOTIFY)
    return _one(user_id, 201, secret=secret, mailed=secret is None)


@admin_page
def show_one(user_id: str) -> AnyResponse:
    """One person."""
    return _one(user_id)


@admin_page
def link(user_id: str) -> AnyResponse:
    """A new link, with which they choose a password; earlier ones are worth nothing then."""
    who = caller().user_id
    secret = services().database.write(lambda session: ledger.invite(session, people.get(session, user_id), by=who))
    return _one(user_id, 201, secret=secret)


@admin_page
def role(user_id: str) -> AnyResponse:
    """Make an administrator of them, or no longer."""
    here, who, admin = services(), caller().user_id, request.form.get("admin") == "yes"
    try:
        here.database.write(lambda session: people.set_admin(session, user_id, admin=admin, by=who, ways=here.ways_in))
    except people.LastAdministrator as error:
        return _one(user_id, 409, fault=told(error.code, str(error)))
    says = (
        _("They are an administrator now, when they have signed in anew.")
        if admin
        else _("They are no administrator now.")
    )
    return done(says, f"{_HERE}/{user_id}")


@admin_page
def access(user_id: str) -> AnyResponse:
    """Keep them out, or let them in again."""
    here, who, disabled = services(), caller().user_id, request.form.get("disabled") == "yes"
    if user_id == who:
        return _one(user_id, 409, fault=_("Another administrator has to do that."))

    def change(session: Session) -> None:
        people.set_disabled(session, user_id, disabled=disabled, by=who, ways=here.ways_in)

    try:
        here.database.write(change)
    except people.LastAdministrator as error:
        return _one(user_id, 409, fault=told(error.code, str(error)))
    says = (
        _("They are signed out everywhere and stay out; their tokens, too.")
        if disabled
        else _("They may sign in again.")
    )
    return done(says, f"{_HERE}/{user_id}")


@admin_page
def quota(user_id: str) -> AnyResponse:
    """Give them a quota of their own in GiB; empty: the operator's; 0: no limit."""
    who, text = caller().user_id, request.form.get("quota", "").strip().replace(",", ".")
    try:
        amount = float(text) if text else None
    except ValueError:
        amount = -1.0
    if amount is not None and not 0 <= amount <= _LARGEST_QUOTA:
        return _one(user_id, 422, fault=_("Give the quota as a number of GiB, such as 50."))
    count = round(amount * GIB) if amount is not None else None
    services().database.write(lambda session: people.set_quota(session, user_id, count, by=who))
    return done(_("Saved."), f"{_HERE}/{user_id}")


@admin_page
def delete(user_id: str) -> AnyResponse:
    """Delete them with all jobs, where their name is typed."""
    here, who = services(), caller()
    if user_id == who.user_id:
        return redirect("/account/data", 303)
    with here.database.reading() as session:
        name = people.get(session, user_id).name
    if request.form.get("confirm", "").strip() != name:
        return _one(user_id, 422, fault=_("Type the name exactly as it is shown, to delete the account."))
    try:
        erasure.delete_person(here.database, here.blobs, user_id, by=who.user_id, ways=here.ways_in)
    except people.LastAdministrator as error:
        return _one(user_id, 409, fault=told(error.code, str(error)))
    return done(_("%(name)s is deleted with everything that was theirs.") % {"name": name}, _HERE)


def _list(status: int = 200, **shown: object) -> Response:
    wanted = request.args.get("q", "")[:200]
    with services().database.reading() as session:
        found = people.members(session, wanted)
    return make_response(
        render_template("admin/users.html", members=found, most=people.MOST, wanted=wanted, **shown), status
    )


def _one(user_id: str, status: int = 200, *, secret: str | None = None, **shown: object) -> Response:
    here = services()
    with here.database.reading() as session:
        user: User = people.get(session, user_id)
        used, jobs = people.stored(session, user_id), own.count_jobs(session, user_id)
    page = render_template(
        "admin/user.html",
        user=user,
        used=used,
        jobs=jobs,
        link=address(f"/welcome/{secret}") if secret else None,
        quota=f"{user.quota / GIB:g}" if user.quota is not None else "",
        operators=here.settings.quota,
        own=user_id == caller().user_id,
        **shown,
    )
    answer = make_response(page, status)
    answer.headers["Cache-Control"] = "no-store"
    return answer
