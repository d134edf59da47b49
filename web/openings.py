"""Writing down who opens a job's transcript, minutes or recording, from where; before they get it."""

from dataclasses import dataclass

from flask import g, request

from steno.database.tables import Job
from steno.ledger import openings
from steno.ledger.openings import Reader
from web.services import Services, services


@dataclass(frozen=True)
class Opening:
    """Somebody who opens a part of a job; kept by answers that are still being made when the request is forgotten."""

    here: Services
    job_id: str
    what: str
    reader: Reader

    def note(self) -> None:
        """Write it down, where that was not done a moment ago."""
        # With the address: who else has the session or the link must not read in the shadow of who reads anyway.
        key = (self.reader.user_id or "", self.reader.share_id or "", self.job_id, self.what, self.reader.address)
        if self.here.opened.has(key):
            return
        self.here.database.write(lambda session: openings.opened(session, self.job_id, self.what, self.reader))
        self.here.opened.add(key)


def opening(job_id: str, what: str, *, share_id: str | None = None) -> Opening:
    """That the caller, or who follows a link, opens `what` of a job."""
    user_id = None if share_id is not None else g.caller.user_id
    return Opening(services(), job_id, what, Reader(user_id, share_id, (request.remote_addr or "")[:64]))


def note(job: Job, what: str, *, share_id: str | None = None) -> None:
    """The caller, or who follows a link, opens `what` of a job."""
    if request.method != "HEAD":
        opening(job.id, what, share_id=share_id).note()
