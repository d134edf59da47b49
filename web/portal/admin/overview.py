"""How it is now: what a job needs, what waits, what runs, which workers live. The page looks again by itself."""

import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass

from flask import Flask, Response, make_response, render_template
from sqlalchemy.exc import SQLAlchemyError

from steno.ledger import overseeing, usage, workers
from steno.states import Queue
from web.auth import admin_page
from web.portal.admin import words
from web.portal.figures import size
from web.portal.languages import gettext as _
from web.portal.languages import ngettext
from web.services import Services, services

_WEEK = 7


@dataclass(frozen=True)
class Sign:
    """Something a job needs: whether it is there, and what is to be said of it."""

    name: str
    good: bool
    says: str


def register(app: Flask) -> None:
    """Serve the page, and the part of it that changes."""
    words.register(app)
    app.add_url_rule("/admin", "admin", show)
    app.add_url_rule("/admin/now", "admin_now", show_now)


@admin_page
def show() -> str:
    """The page."""
    here = services()
    with here.database.reading() as session:
        days = usage.by_day(session, since=usage.today(session) - _WEEK + 1)
    return render_template("admin/overview.html", week=_sum(days), **_now(here))


@admin_page
def show_now() -> Response:
    """What changes, as the page has it."""
    answer = make_response(render_template("admin/now.html", **_now(services())))
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _now(here: Services) -> dict[str, object]:
    with here.database.reading() as session:
        lines, running = overseeing.lines(session), overseeing.running(session)
        known = workers.known(session)
    alive = workers.alive_by_queue(known)
    return {
        "signs": [_database(here), _broker(here), _disk(here), _workers(alive)],
        "lines": lines,
        "alive": alive,
        "running": running,
        "workers": [one for one in known if not one.stopped],
        "time": time.time(),
    }


def _database(here: Services) -> Sign:
    kind = "PostgreSQL" if here.database.engine.dialect.name == "postgresql" else "SQLite"
    try:
        here.database.answers()
    except SQLAlchemyError:
        return Sign(_("Database"), False, _("It does not answer."))
    return Sign(_("Database"), True, _("%(kind)s answers.") % {"kind": kind})


def _broker(here: Services) -> Sign:
    state = here.look_at_broker()
    if not state.answers:
        return Sign(_("Queue (Redis)"), False, _("It does not answer. Jobs wait until it is back."))
    if not state.keeps:
        return Sign(_("Queue (Redis)"), False, _("It may forget what waits: set maxmemory-policy to noeviction."))
    return Sign(_("Queue (Redis)"), True, _("It answers."))


def _disk(here: Services) -> Sign:
    try:
        free, total = here.blobs.free(), shutil.disk_usage(here.settings.data_dir).total
    except OSError:
        return Sign(_("Disk"), False, _("The place of the recordings cannot be read."))
    says = _("%(free)s of %(total)s are free.") % {"free": size(free), "total": size(total)}
    if free <= here.settings.keep_free:
        says += " " + _("Uploads are refused until there is more.")
    return Sign(_("Disk"), free > here.settings.keep_free, says)


def _workers(alive: dict[Queue, int]) -> Sign:
    missing = [words.queue_name(queue) for queue, count in alive.items() if not count]
    if missing:
        return Sign(_("Workers"), False, _("Nobody is there for: %(queues)s.") % {"queues": ", ".join(missing)})
    least = min(alive.values())
    says = ngettext("At least %(num)d for every queue.", "At least %(num)d for every queue.", least) % {"num": least}
    return Sign(_("Workers"), True, says)


def _sum(days: Sequence[usage.DayOfUse]) -> dict[str, float]:
    return {
        "hours": sum(day.seconds for day in days) / 3600,
        "completed": sum(day.completed for day in days),
        "failed": sum(day.failed for day in days),
    }
