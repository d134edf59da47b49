"""Mails and webhook calls of a job: what was sent when, and once more."""

from flask import Response
from sqlalchemy.orm import Session

from steno.errors import StenoError
from steno.ledger import jobs, outbox
from steno.states import Queue
from web.api.views import DeliveryList, DeliveryView, delivery_view
from web.auth import caller
from web.contract import Answer, Routes, json_answer
from web.services import services

routes = Routes("deliveries")


class UnknownDelivery(StenoError):
    """The job has no such delivery."""

    code = "unknown-delivery"


@routes.operation(
    "GET", "/jobs/<id:job_id>/deliveries", scope="jobs:read", answers={200: Answer("Oldest first.", DeliveryList)}
)
def list_deliveries(job_id: str) -> Response:
    """Mails and webhook calls of a job."""
    with services().database.reading() as session:
        job = jobs.get(session, caller().user_id, job_id)
        return json_answer(DeliveryList(deliveries=[delivery_view(one) for one in outbox.deliveries_of(session, job)]))


@routes.operation(
    "POST",
    "/jobs/<id:job_id>/deliveries/<id:delivery_id>/replay",
    scope="jobs:write",
    answers={202: Answer("It is due again.", DeliveryView)},
    problems=[409],
)
def replay_delivery(job_id: str, delivery_id: str) -> Response:
    """Send it once more, under the same id."""
    here, who = services(), caller()

    def replay(session: Session) -> DeliveryView:
        job = jobs.get(session, who.user_id, job_id)
        one = next((one for one in outbox.deliveries_of(session, job) if one.id == delivery_id), None)
        if one is None:
            raise UnknownDelivery("There is no such delivery", "List those of the job.")
        if one.state not in {"sent", "failed"}:
            raise jobs.Conflict("It is still to be sent", "Wait for it.")
        outbox.replay(session, one.id)
        session.refresh(one)
        return delivery_view(one)

    view = here.database.write(replay)
    here.nudge(Queue.NOTIFY)
    return json_answer(view, 202)
