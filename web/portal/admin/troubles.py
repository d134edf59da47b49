"""Jobs and failures: why jobs fail, which steps failed or are stuck, what could not be sent; and another try."""

from collections.abc import Callable

from flask import Flask, Response, render_template, request
from sqlalchemy.orm import Session

from steno.errors import StenoError
from steno.ledger import troubles, usage
from steno.sayings.sentences import SENTENCES
from steno.states import QUEUE_OF, Queue, Stage
from web.auth import admin_page, caller
from web.portal.errors import told
from web.portal.forms import done
from web.portal.languages import gettext as _
from web.services import services

_HERE = "/admin/jobs"
_DAYS = 30


def register(app: Flask) -> None:
    """Serve the page and what can be done on it."""
    app.jinja_env.filters["reason"] = reason
    app.add_url_rule(_HERE, "admin_jobs", show)
    app.add_url_rule(f"{_HERE}/<id:job_id>/again", "admin_job_again", again, methods=["POST"])
    app.add_url_rule(f"{_HERE}/<id:job_id>/cancel", "admin_job_cancel", cancel, methods=["POST"])
    app.add_url_rule("/admin/deliveries/<id:delivery_id>/again", "admin_delivery_again", send_again, methods=["POST"])


@admin_page
def show() -> str:
    """The page."""
    with services().database.reading() as session:
        reasons = usage.by_reason(session, since=usage.today(session) - _DAYS + 1)
        return render_template(
            "admin/jobs.html",
            reasons=[(one, troubles.example(session, one.code)) for one in reasons],
            failed=troubles.failed(session),
            stuck=troubles.stuck(session),
            undelivered=troubles.undelivered(session),
        )


@admin_page
def again(job_id: str) -> Response:
    """Run a step again."""
    who, wanted = caller(), request.form.get("stage", "")
    stage = Stage(wanted) if wanted in set(Stage) else Stage.PREPARE
    return _do(
        lambda session: troubles.run_again(session, job_id, stage, by=who.user_id),
        _("It runs again."),
        QUEUE_OF[stage],
    )


@admin_page
def cancel(job_id: str) -> Response:
    """Stop a job."""
    who = caller()
    return _do(lambda session: troubles.cancel(session, job_id, by=who.user_id), _("The job is cancelled."))


@admin_page
def send_again(delivery_id: str) -> Response:
    """Send a mail or call a webhook once more."""
    who = caller()
    return _do(
        lambda session: troubles.send_again(session, delivery_id, by=who.user_id),
        _("It is sent again."),
        Queue.NOTIFY,
    )


def reason(code: str) -> str:
    """Why something failed, as a sentence."""
    return told(code, SENTENCES.get(code, code))


def _do(work: Callable[[Session], None], says: str, queue: Queue | None = None) -> Response:
    here = services()
    try:
        here.database.write(work)
    except StenoError as error:  # somebody was faster: the page shows how it is now
        return done(told(error.code, str(error)), _HERE)
    if queue is not None:
        here.nudge(queue)
    return done(says, _HERE)
