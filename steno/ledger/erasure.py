"""A person goes with everything that was theirs: jobs with recordings and results, uploads, tokens, sessions."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from steno.blobs import BlobStore
from steno.database import Database
from steno.database.tables import Job, User
from steno.ledger import housekeeping, people
from steno.ledger.ways_in import WaysIn


def delete_person(database: Database, blobs: BlobStore, user_id: str, *, by: str, ways: WaysIn) -> None:
    """Delete a person and all that was kept of them; a receipt without name or content stays.

    They are kept out first, so that nothing comes in meanwhile. Raises UnknownUser, LastAdministrator.
    """

    def shut(session: Session) -> list[str]:
        user = people.get(session, user_id)
        people.keep_one(session, user, ways)
        session.execute(select(User.id).where(User.id == user_id).with_for_update())
        user.disabled = True
        return list(session.scalars(select(Job.id).where(Job.user_id == user_id)))

    housekeeping.delete_jobs(database, blobs, database.write(shut))
    for key in database.write(lambda session: people.delete(session, user_id, by=by, ways=ways)):
        blobs.delete(key)
