"""The start page, on which recordings are handed in, and the list of jobs."""

from urllib.parse import urlsplit

from flask import Flask, render_template
from sqlalchemy.orm import Session

from steno.config import Settings
from steno.database.tables import User
from steno.ledger import overview, retention, shares, uploads
from steno.ledger.portal_settings import Retention
from steno.model_names import KNOWN_MODELS, STARTER
from web.auth import Caller, caller, page
from web.openai_api.languages import CODES
from web.portal.layout import NAVIGATION, Place, _
from web.portal.minutes_templates import titles
from web.services import services

_PERIODS = ((1, _("a day")), (7, _("a week")), (30, _("a month")), (365, _("a year")))


def register(app: Flask) -> None:
    """Serve the pages."""
    app.add_url_rule("/", "home", show)
    app.add_url_rule("/jobs", "jobs", show_jobs)
    places = (Place("/", _("New")), Place("/jobs", _("Jobs")))
    NAVIGATION[:0] = [one for one in places if one not in NAVIGATION]


@page
def show() -> str:
    """The start page."""
    here, who = services(), caller()
    with here.database.reading() as session:
        facts = _facts(session, here.settings, who)
        rules, shared = retention.rules(session, here.settings), shares.rule(session, here.settings).allowed
    host = urlsplit(here.settings.llm_url or "").hostname
    return render_template(
        "home.html",
        facts=facts,
        rules=rules,
        shared=shared,
        periods=_periods(rules),
        templates=titles(here.settings),
        model_host=host,
    )


@page
def show_jobs() -> str:
    """The list of jobs."""
    return render_template("jobs.html", facts={"user": caller().user_id})


def _facts(session: Session, settings: Settings, who: Caller) -> dict[str, object]:
    """What the page's scripts must know before they ask the API anything."""
    user = session.get_one(User, who.user_id)
    used = overview.usage(session, who.user_id)
    quota = uploads.quota_of(user.quota, settings)
    address = user.email or (user.name if "@" in user.name else None)
    return {
        "user": user.id,
        "largest": settings.max_upload,
        "room": max(0, quota - used.recordings - used.uploads) if quota else None,
        "expiry": settings.upload_expiry,
        "mail": address if settings.smtp_url is not None else None,
        "notify": user.notify,
        "minutes": settings.llm_url is not None if settings.minutes is None else settings.minutes,
        "template": settings.template,
        "diarize": settings.diarize,
        "languages": CODES,
        "models": [*KNOWN_MODELS, STARTER],
    }


def _periods(rules: Retention) -> list[tuple[int, str]]:
    """Days after which a job may be asked to go, with their names."""
    most = rules.maximum_days or _PERIODS[-1][0]
    return [(days, title) for days, title in _PERIODS if days <= most]
