"""How much the service is used: hours and jobs over time, by whom, how fast, how long people wait."""

from collections.abc import Sequence

from flask import Flask, render_template, request

from steno.ledger import usage
from steno.ledger.usage import DayOfUse
from web.auth import admin_page
from web.portal.admin.charts import Chart, Column, chart, day_name
from web.portal.figures import count
from web.portal.languages import gettext as _
from web.services import services

# Days looked at, and days of one bar.
PERIODS = {30: 1, 90: 7, 365: 7}


def register(app: Flask) -> None:
    """Serve the page."""
    app.add_url_rule("/admin/usage", "admin_usage", show)
    app.jinja_env.filters["day_name"] = day_name


@admin_page
def show() -> str:
    """The page."""
    wanted = request.args.get("days", "30")
    days = int(wanted) if wanted in {str(one) for one in PERIODS} else 30
    every = PERIODS[days]
    with services().database.reading() as session:
        # Whole weeks: the first bar must not look like a bad week.
        since = usage.today(session) - _whole(days, every) + 1
        found = usage.by_day(session, since=since, every=every)
        people = usage.by_person(session, since=since)
        waiting = usage.waiting(session, since=since)
    seconds, worked = sum(day.seconds for day in found), sum(day.worked for day in found)
    return render_template(
        "admin/usage.html",
        days=days,
        every=every,
        periods=list(PERIODS),
        found=found,
        people=people,
        waiting=waiting,
        hours=seconds / 3600,
        completed=sum(day.completed for day in found),
        failed=sum(day.failed for day in found),
        speed=seconds / worked if worked else None,
        charts=[_hours(found, every), _jobs(found, every)],
    )


def _whole(days: int, every: int) -> int:
    return -(-days // every) * every


def _when(day: DayOfUse, every: int) -> str:
    return day_name(day.day) if every == 1 else _("Week of %(day)s") % {"day": day_name(day.day)}


def _hours(found: Sequence[DayOfUse], every: int) -> Chart:
    columns = [
        Column(
            one.day,
            _("%(when)s: %(hours)s h") % {"when": _when(one, every), "hours": count(one.seconds / 3600, 1)},
            (("plain", one.seconds / 3600),),
        )
        for one in found
    ]
    most = max(found, key=lambda one: one.seconds)
    summary = _("%(hours)s hours in all; the most, %(most)s, at %(when)s.") % {
        "hours": count(sum(one.seconds for one in found) / 3600, 1),
        "most": count(most.seconds / 3600, 1),
        "when": _when(most, every),
    }
    return chart("hours", _("Hours of recordings transcribed"), summary, columns)


def _jobs(found: Sequence[DayOfUse], every: int) -> Chart:
    columns = [
        Column(
            one.day,
            _("%(when)s: %(completed)s completed, %(failed)s failed")
            % {"when": _when(one, every), "completed": count(one.completed), "failed": count(one.failed)},
            (("plain", float(one.completed)), ("bad", float(one.failed))),
        )
        for one in found
    ]
    summary = _("%(completed)s jobs completed, %(failed)s failed.") % {
        "completed": count(sum(one.completed for one in found)),
        "failed": count(sum(one.failed for one in found)),
    }
    return chart("jobs", _("Jobs that ended"), summary, columns)
