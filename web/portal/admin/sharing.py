"""Whether people may share by link, and for how long at most."""

from flask import Flask, Response, make_response, render_template, request
from pydantic import BaseModel, ValidationError

from steno.config import LONGEST_SHARE
from steno.ledger import portal_settings, shares
from steno.ledger.portal_settings import Sharing
from web.auth import admin_page, caller
from web.portal import forms
from web.portal.languages import gettext as _
from web.services import services

_HERE = "/admin/sharing"


class SharingForm(BaseModel):
    """What the form sends. No `longest_days`: owners choose."""

    allowed: bool
    longest_days: int | None = None


def register(app: Flask) -> None:
    """Serve the page, and the change."""
    app.add_url_rule(_HERE, "admin_sharing", show)
    app.add_url_rule(_HERE, "admin_sharing_save", save, methods=["POST"])


@admin_page
def show() -> Response:
    """The rule as administrators have set it, and what of it the operator does not leave to them."""
    return _page()


@admin_page
def save() -> Response:
    """Keep the rule of the form; it counts at once, for links that are there as well."""
    who = caller().user_id
    try:
        rule = Sharing.model_validate(forms.read(SharingForm).model_dump())
    except ValidationError:
        says = _("Give a whole number of days from 1 to %(most)s, or none.") % {"most": LONGEST_SHARE}
        return _page(422, given=request.form, fault=says)
    services().database.write(lambda session: portal_settings.write(session, rule, by=who))
    return forms.done(_("Saved.") if rule.allowed else _("Nobody can share by link any more."), _HERE)


def _page(status: int = 200, **shown: object) -> Response:
    here = services()

    with here.database.reading() as session:
        rule, links = portal_settings.read(session, Sharing), shares.working(session, here.settings)
    shown |= {"settings": here.settings, "most": LONGEST_SHARE, "rule": rule, "links": links}
    return make_response(render_template("admin/sharing.html", **shown), status)
