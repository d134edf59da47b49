"""How long jobs and recordings are kept: the rules of the administrators, else of the operator, applied to requests."""

from dataclasses import replace
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from steno.config import Settings
from steno.database.clock import DAY, time_now
from steno.database.tables import Job, PortalSetting
from steno.errors import InvalidOption
from steno.ledger import portal_settings
from steno.ledger.jobs import Request, same_moment
from steno.ledger.portal_settings import Retention
from steno.sayings.marking import said

# A date that a calendar gives is not refused for the hours of the day.
_SLACK = DAY


def rules(session: Session, settings: Settings) -> Retention:
    """Those that administrators have set in the portal, else those of the environment."""
    if session.get(PortalSetting, Retention.setting) is not None:
        return portal_settings.read(session, Retention)
    most = settings.retention_max_days or None
    usual = settings.retention_days or None
    return Retention(
        default_days=min(usual, most) if usual and most else usual,
        maximum_days=most,
        keep_recording_default=settings.keep_recording,
        warning_days=settings.deletion_warning_days,
    )


def ruled(session: Session, settings: Settings, request: Request) -> Request:
    """A request with what the rules say where it says nothing. Raises InvalidOption where it asks for too much."""
    rule, time = rules(session, settings), time_now(session)
    check(rule, request.delete_after, since=time)
    until = request.delete_after
    if until is None and rule.usual_days is not None:
        until = time + rule.usual_days * DAY
    keep = rule.keep_recording_default if request.keep_recording is None else request.keep_recording
    return replace(request, delete_after=until, keep_recording=keep)


def check_change(session: Session, settings: Settings, job: Job, delete_after: float | None) -> None:
    """Whether a job may be kept until then, None: for ever; what it has already it may keep. Raises InvalidOption."""
    if same_moment(job.delete_after, delete_after):
        return
    rule = rules(session, settings)
    if delete_after is None and rule.maximum_days is not None:
        raise InvalidOption(
            f"Jobs are kept for {_days(rule.maximum_days)} at most", "Give a time; it cannot be taken away."
        )
    check(rule, delete_after, since=job.created)


def check(rule: Retention, delete_after: float | None, *, since: float) -> None:
    """Whether what came `since` may be kept until then. Raises InvalidOption."""
    if rule.maximum_days is None or delete_after is None:
        return
    latest = since + rule.maximum_days * DAY
    if delete_after > latest + _SLACK:
        day = datetime.fromtimestamp(latest, UTC).date().isoformat()
        raise InvalidOption(
            f"Jobs are kept for {_days(rule.maximum_days)} at most", f"Give a time up to {day}, or leave it out."
        )


def _days(count: int) -> str:
    return "one day" if count == 1 else said(f"{count} days")
