"""Writing down who opens a job's transcript, minutes or recording, from where; before they get it."""

from flask import g, request

from steno.database.tables import Job
from steno.ledger import openings
from steno.ledger.openings import Reader
from web.services import services


def note(job: Job, what: str, *, share_id: str | None = None) -> None:
    """The caller, or who follows a link, opens `what` of a job."""
    here = services()
    user_id = None if share_id is not None else g.caller.user_id
    address = (request.remote_addr or "")[:64]
    # With the address: who else has the session or the link must not read in the shadow of who reads anyway.
    key = (user_id or "", share_id or "", job.id, what, address)
    if request.method == "HEAD" or here.opened.has(key):
        return
    reader = Reader(user_id, share_id, address)
    here.database.write(lambda session: openings.opened(session, job.id, what, reader))
    here.opened.add(key)
