"""The announcement on every page: writing it, taking it away, and giving it to the layout of pages."""

from datetime import UTC, datetime
from hashlib import sha256

from flask import Flask, Response, g, make_response, render_template, request
from pydantic import BaseModel, ValidationError

from steno.exports.clean import clean
from steno.ledger import portal_settings
from steno.ledger.portal_settings import Announcement
from web.auth import admin_page, caller, signed_in
from web.portal import forms
from web.portal.languages import gettext as _
from web.services import services

_HERE = "/admin/announcement"
_SEEN = "steno_read"


class AnnouncementForm(BaseModel):
    """What the form sends. Moments are ISO 8601 with a zone, which the page's script adds; without it they are UTC."""

    text: str = ""
    level: str = "info"
    show_from: datetime | None = None
    until: datetime | None = None


def register(app: Flask) -> None:
    """Serve the page, and let every page show the announcement: `announcement()`."""
    app.add_url_rule(_HERE, "admin_announcement", show)
    app.add_url_rule(_HERE, "admin_announcement_save", save, methods=["POST"])
    app.jinja_env.globals.update(announcement=current, announcement_id=digest)


def current() -> Announcement | None:
    """What is announced now to who is signed in and has not put it away; None where nothing is."""
    if signed_in() is None:
        return None
    if "announcement" not in g:
        with services().database.reading() as session:
            g.announcement = portal_settings.read(session, Announcement)
    found: Announcement = g.announcement
    return found if found.shown() and request.cookies.get(_SEEN) != digest(found) else None


def digest(announcement: Announcement) -> str:
    """Names a text: who has put this one away sees the next one all the same."""
    return sha256(announcement.text.encode("utf-8", "replace")).hexdigest()[:16]


@admin_page
def show() -> str:
    """The page."""
    with services().database.reading() as session:
        return render_template("admin/announcement.html", now=portal_settings.read(session, Announcement))


@admin_page
def save() -> Response:
    """Announce what the form says; nothing, where it says nothing."""
    who = caller()
    try:
        form = forms.read(AnnouncementForm)
        announced = Announcement.model_validate(
            {
                "text": clean(form.text) if "clear" not in request.form else "",
                "level": form.level,
                "show_from": _seconds(form.show_from),
                "until": _seconds(form.until),
            }
        )
    except ValidationError:
        with services().database.reading() as session:
            now = portal_settings.read(session, Announcement)
        says = _("Write at most 500 characters, and let it end after it begins.")
        return make_response(render_template("admin/announcement.html", now=now, given=request.form, fault=says), 422)
    services().database.write(lambda session: portal_settings.write(session, announced, by=who.user_id))
    says = _("It is announced.") if announced.text else _("Nothing is announced any more.")
    return forms.done(says, _HERE)


def _seconds(moment: datetime | None) -> float | None:
    if moment is None:
        return None
    return (moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)).timestamp()
