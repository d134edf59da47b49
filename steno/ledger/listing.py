"""A person's jobs as a list: newest first, of one state or tag, or those in which something was said."""

from collections.abc import Sequence

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from steno.database.tables import Job
from steno.ledger import search, tags
from steno.searching import Term
from steno.states import JobState


def page(
    session: Session,
    user_id: str,
    *,
    limit: int,
    after: tuple[float, str] | None = None,
    state: JobState | None = None,
    tag: str | None = None,
    terms: Sequence[Term] | None = None,
) -> Sequence[Job]:
    """Some of a person's jobs, newest first; `after` is (created, id) of the last one seen."""
    wanted = select(Job).where(Job.user_id == user_id)
    if state is not None:
        wanted = wanted.where(Job.state == state)
    if tag is not None:
        wanted = wanted.where(tags.tagged(tag))
    if terms is not None:
        wanted = wanted.where(*search.found_in(session, terms))
    if after is not None:
        wanted = wanted.where(or_(Job.created < after[0], and_(Job.created == after[0], Job.id < after[1])))
    return session.scalars(wanted.order_by(Job.created.desc(), Job.id.desc()).limit(limit)).all()
