"""The page of one job: its progress, then its transcript with the recording and the minutes. Scripts do the rest."""

from flask import Flask, render_template

from steno.ledger import jobs, shares
from web.api.documents import offered
from web.api.listing import shown
from web.auth import caller, page
from web.portal.languages import gettext
from web.portal.minutes_templates import titles
from web.services import services


def register(app: Flask) -> None:
    """Serve the page."""
    app.add_url_rule("/jobs/<id:job_id>", "job", show)


@page
def show(job_id: str) -> str:
    """The page. Raises UnknownJob."""
    with services().database.reading() as session:
        view = shown(session, jobs.get(session, caller().user_id, job_id))
        sharing = shares.rule(session, services().settings)
    boot = {
        "base": view.links["self"],
        "job": view.model_dump(mode="json"),
        "formats": offered(),
        "templates": [(name, gettext(title)) for name, title in titles(services().settings).items()],
        "template": services().settings.template,
        "sharing": sharing.model_dump(),
    }
    return render_template("job.html", job=view, boot=boot)
