"""A person's jobs as a list: newest first, of one state or tag, or those in which something was said."""

from collections.abc import Sequence
from hashlib import sha256

from sqlalchemy import String, and_, cast, func, or_, select
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


def imprint(session: Session, user_id: str) -> str:
    """A text that stays the same until one of a person's jobs is added, changed or deleted.

    It is made of all ids and versions as they are, in one statement that an index answers. Times would not do: a change
    may be committed after a later one was seen.
    """
    everything = func.aggregate_strings(Job.id + cast(Job.version, String), ",")
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    # There it is made short before it goes on its way, perhaps from another machine.
    told = select(func.md5(everything) if is_postgresql else everything)
    found = session.scalar(told.where(Job.user_id == user_id))
    return sha256((found or "").encode()).hexdigest()
