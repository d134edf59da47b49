"""Tags: words a person puts on jobs, to find them again."""

import unicodedata
from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import Session

from steno.database.tables import Job, JobTag
from steno.errors import InvalidOption
from steno.ledger.moves import record

LONGEST, MOST = 60, 20


def normalised(tags: Sequence[str]) -> list[str]:
    """The tags as they are kept: one line each, NFC, nothing invisible, none twice. Raises InvalidOption."""
    found: dict[str, str] = {}
    for tag in tags:
        visible = "".join(sign for sign in tag if sign.isspace() or unicodedata.category(sign)[0] != "C")
        line = unicodedata.normalize("NFC", " ".join(visible.split()))
        if len(line) > LONGEST:
            raise InvalidOption(f"A tag has at most {LONGEST} characters", "Shorten it.")
        if line:
            found.setdefault(line.casefold(), line)
    if len(found) > MOST:
        raise InvalidOption(f"A job has at most {MOST} tags", "Take some away.")
    return sorted(found.values(), key=str.casefold)


def put(session: Session, job: Job, tags: Sequence[str]) -> None:
    """Let the job have these tags, and no others. Raises InvalidOption."""
    session.execute(delete(JobTag).where(JobTag.job_id == job.id))
    wanted = normalised(tags)
    session.add_all(JobTag(job_id=job.id, tag=tag) for tag in wanted)
    job.version += 1
    record(session, "job.tagged", job=job, tags=len(wanted))


def of(session: Session, job_ids: Sequence[str]) -> Mapping[str, list[str]]:
    """The tags of these jobs, by id."""
    found: dict[str, list[str]] = {job_id: [] for job_id in job_ids}
    for job_id, tag in session.execute(select(JobTag.job_id, JobTag.tag).where(JobTag.job_id.in_(list(job_ids)))):
        found[job_id].append(tag)
    return {job_id: sorted(tags, key=str.casefold) for job_id, tags in found.items()}


def tagged(tag: str) -> ColumnElement[bool]:
    """A condition on jobs: they have this tag."""
    return Job.id.in_(select(JobTag.job_id).where(JobTag.tag.in_(normalised([tag]))))


def counted(session: Session, user_id: str) -> list[tuple[str, int]]:
    """A person's tags with the number of jobs that have them, the most used first."""
    wanted = (
        select(JobTag.tag, func.count())
        .join(Job, Job.id == JobTag.job_id)
        .where(Job.user_id == user_id)
        .group_by(JobTag.tag)
    )
    return sorted(((tag, number) for tag, number in session.execute(wanted)), key=lambda one: (-one[1], one[0]))
