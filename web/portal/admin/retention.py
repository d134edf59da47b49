"""Rules of retention: what they are, what a change would do to the jobs that are there, and changing them."""

from flask import Flask, Response, make_response, render_template, request
from pydantic import BaseModel, ValidationError
from sqlalchemy.orm import Session

from steno.ledger import keeping, portal_settings, retention
from steno.ledger.portal_settings import Retention
from web.auth import admin_page, caller
from web.portal import forms
from web.portal.languages import gettext as _
from web.portal.languages import ngettext
from web.services import services

_HERE = "/admin/retention"


class RulesForm(BaseModel):
    """What the form sends. Left empty: no such rule."""

    default_days: int | None = None
    maximum_days: int | None = None
    keep_recording: bool = True
    warning_days: int = 0


def register(app: Flask) -> None:
    """Serve the page, what a change would do, and the change."""
    app.add_url_rule(_HERE, "admin_retention", show)
    app.add_url_rule(f"{_HERE}/preview", "admin_retention_preview", preview, methods=["POST"])
    app.add_url_rule(_HERE, "admin_retention_save", save, methods=["POST"])


@admin_page
def show() -> str:
    """The rules as they are."""
    rules, own = _now()
    return render_template("admin/retention.html", rules=rules, own=own)


@admin_page
def preview() -> Response:
    """What the rules of the form would do."""
    try:
        rules = _rules()
    except ValidationError as error:
        return _wrong(error)
    with services().database.reading() as session:
        effect = keeping.effect(session, rules)
    return make_response(render_template("admin/retention.html", rules=rules, own=True, effect=effect))


@admin_page
def save() -> Response:
    """Keep the rules of the form."""
    try:
        rules = _rules()
    except ValidationError as error:
        return _wrong(error)
    who, also_old = caller(), request.form.get("also_old") == "yes"

    def write(session: Session) -> int:
        return keeping.set_rules(session, rules, by=who.user_id, also_old=also_old)

    changed = services().database.write(write)
    says = _("The rules are saved.")
    if also_old:
        told = ngettext("%(num)d job has a new date.", "%(num)d jobs have new dates.", changed) % {"num": changed}
        says = f"{says} {told}"
    return forms.done(says, _HERE)


def _rules() -> Retention:
    form = forms.read(RulesForm)
    return Retention(
        default_days=form.default_days,
        maximum_days=form.maximum_days,
        keep_recording_default=form.keep_recording,
        warning_days=form.warning_days,
    )


def _wrong(error: ValidationError) -> Response:
    first = error.errors(include_url=False)[0]
    names = {
        "default_days": _("Days that a job is kept"),
        "maximum_days": _("Longest time anybody may choose"),
        "warning_days": _("Days of warning"),
    }
    name = names.get(str(first["loc"][0])) if first["loc"] else None
    says = (
        _("%(field)s: give a whole number of days that makes sense.") % {"field": name}
        if name is not None
        else _("Jobs cannot be kept longer by default than the longest time anybody may choose.")
    )
    return make_response(render_template("admin/retention.html", rules=request.form, own=True, fault=says), 422)


def _now() -> tuple[Retention, bool]:
    """The rules that hold, and whether they were set here, not by the environment."""
    here = services()
    with here.database.reading() as session:
        return retention.rules(session, here.settings), portal_settings.is_set(session, Retention)
