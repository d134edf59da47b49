"""What is kept of a person: storage, recent activity, a copy to take along, and how all of it goes."""

import json
from dataclasses import dataclass

from flask import Flask, Response, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from steno.database.tables import AuditEvent
from steno.errors import StenoError
from steno.ledger import erasure, own, people
from steno.ledger.uploads import quota_of
from web import sessions
from web.auth import caller, page
from web.portal.errors import told
from web.portal.happenings import happening
from web.portal.languages import gettext as _
from web.services import services

_HERE = "/account/data"
_SHOWN = 30
_TOLD = (
    *(
        "session.begun",
        "session.ended",
        "session.ended_all",
        "sign_out.by_provider",
        "sign_in.failed",
        "sign_in.refused",
        "password.set",
        "link.issued",
    ),
    *("token.issued", "token.revoked", "user.added", "user.amended", "user.linked", "user.unlinked", "user.promoted"),
    *("user.demoted", "user.quota", "share.made", "share.revoked", "letter.asked", "job.submitted", "job.deleted"),
)


def register(app: Flask) -> None:
    """Serve the page."""
    app.add_url_rule(_HERE, "account_data", show)
    app.add_url_rule(f"{_HERE}/steno-account.json", "account_export", export)
    app.add_url_rule("/account/delete", "account_delete", delete, methods=["POST"])


@dataclass(frozen=True)
class Happening:
    """A line of recent activity."""

    what: str
    at: float
    address: str


@page
def show() -> AnyResponse:
    """The page."""
    return _page()


@page
def export() -> Response:
    """All rows about the person, without secrets."""
    with services().database.reading() as session:
        kept = own.copy(session, caller().user_id)
    answer = Response(json.dumps(kept, ensure_ascii=False, indent=2) + "\n", content_type="application/json")
    answer.headers["Content-Disposition"] = 'attachment; filename="steno-account.json"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


@page
def delete() -> AnyResponse:
    """Delete the account with all jobs, for who typed its name."""
    here, who = services(), caller()
    if request.form.get("confirm", "").strip() != who.name:
        return _page(422, fault=_("Type the name exactly as it is shown, to delete the account."))
    try:
        erasure.delete_person(here.database, here.blobs, who.user_id, by=who.user_id, ways=here.ways_in)
    except StenoError as error:
        return _page(409, fault=told(error.code, str(error)))
    sessions.forget()
    return redirect("/sign-in", 303)


def _page(status: int = 200, **shown: object) -> Response:
    here, who = services(), caller()
    with here.database.reading() as session:
        user = people.get(session, who.user_id)
        used, jobs = people.stored(session, user.id), own.count_jobs(session, user.id)
        events = [_happening(one) for one in own.events(session, user.id, kinds=_TOLD, limit=_SHOWN)]
    quota = quota_of(user.quota, here.settings)
    page_ = render_template("account/data.html", user=user, used=used, quota=quota, jobs=jobs, events=events, **shown)
    return make_response(page_, status)


def _happening(event: AuditEvent) -> Happening:
    return Happening(happening(event.kind), event.at, str(event.detail.get("address") or ""))
