"""Links for people without an account: made, listed, taken back."""

from flask import Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from steno.config import LONGEST_SHARE
from steno.database.tables import Share
from steno.exports.clean import clean
from steno.ledger import jobs, shares
from steno.ledger.portal_settings import Sharing
from web.api.views import Moment, moment
from web.auth import caller
from web.contract import Answer, Routes, json_answer
from web.services import address, services

routes = Routes("shares")
_USUAL = 30  # days


class ShareRequest(BaseModel):
    """A new link."""

    model_config = ConfigDict(extra="forbid")

    days: float | None = Field(
        default=None,
        gt=0,
        le=LONGEST_SHARE,
        description="Days until it ends; null: 30, or fewer where the server allows fewer.",
    )
    label: str = Field(default="", max_length=200, description="For whom it is; only you see it.")
    with_audio: bool = Field(default=True, description="False: the recording cannot be heard.")
    with_minutes: bool = Field(default=True, description="False: the minutes cannot be read.")


class ShareView(BaseModel):
    """A link, without its secret."""

    id: str
    label: str
    with_audio: bool
    with_minutes: bool
    created: Moment | None
    expires: Moment | None
    opens: int = Field(description="How often the page was opened.")
    last_opened: Moment | None


class NewShareView(ShareView):
    """A new link. `url` has its secret: nobody can see it again."""

    url: str


class ShareList(BaseModel):
    """Newest first, those whose time is over as well."""

    shares: list[ShareView]


@routes.operation(
    "GET", "/jobs/<id:job_id>/shares", scope="jobs:read", answers={200: Answer("Newest first.", ShareList)}
)
def list_shares(job_id: str) -> Response:
    """The links that lead to a job."""
    here = services()
    with here.database.reading() as session:
        job, held = jobs.get(session, caller().user_id, job_id), shares.rule(session, here.settings)
        return json_answer(ShareList(shares=[_view(one, held) for one in shares.shares_of(session, job)]))


@routes.operation(
    "POST",
    "/jobs/<id:job_id>/shares",
    scope="jobs:write",
    answers={201: Answer("The link; its address is shown once.", NewShareView)},
    problems=[403, 409],
)
def share_job(job_id: str, body: ShareRequest) -> Response:
    """Make a link by which anybody may read the transcript, without an account, until it ends.

    Where the server's rules forbid links the answer is 403 (`sharing-off`), and links that are there lead nowhere.
    """
    here, who = services(), caller()

    def share(session: Session) -> NewShareView:
        job, held = jobs.get(session, who.user_id, job_id), shares.rule(session, here.settings)
        made, secret = shares.share(
            session,
            job,
            held,
            days=body.days if body.days is not None else min(_USUAL, held.longest_days or _USUAL),
            label=clean(body.label),
            with_audio=body.with_audio,
            with_minutes=body.with_minutes,
        )
        return NewShareView(**_view(made, held).model_dump(), url=address(f"/shared/{secret}"))

    answer = json_answer(here.database.write(share), 201)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@routes.operation(
    "DELETE",
    "/jobs/<id:job_id>/shares/<id:share_id>",
    scope="jobs:write",
    answers={204: Answer("It leads nowhere now.")},
)
def revoke_share(job_id: str, share_id: str) -> Response:
    """Take a link back."""
    who = caller()
    services().database.write(lambda session: shares.revoke(session, jobs.get(session, who.user_id, job_id), share_id))
    return Response(status=204)


def _view(one: Share, held: Sharing) -> ShareView:
    return ShareView(
        id=one.id,
        label=one.label,
        with_audio=one.with_audio,
        with_minutes=one.with_minutes,
        created=moment(one.created),
        expires=moment(shares.ends(one, held)),
        opens=one.opened,
        last_opened=moment(one.last_opened),
    )
