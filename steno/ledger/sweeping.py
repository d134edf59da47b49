"""Files in the blob store that no row names: a program that dies between its transaction and a deletion leaves them."""

import logging
import time
from collections.abc import Sequence

from sqlalchemy import func, select, union_all
from sqlalchemy.orm import Session

from steno.blobs import BlobStore
from steno.database import Database
from steno.database.clock import DAY
from steno.database.tables import Base, Job, User

AGE = DAY  # seconds: a blob is written before the row that names it
_BATCH = 500  # keys of one question to the database
_LOG = logging.getLogger("steno.housekeeping")


def sweep(database: Database, blobs: BlobStore, *, age: float = AGE) -> int:
    """Delete the files that were last written longer than `age` seconds ago and that nothing names; how many.

    Files older than the database's oldest person stay, whoever they belong to: a service that was started with a wrong
    or an empty database must not take its recordings for rubbish.
    """
    with database.reading() as session:
        begun = session.scalar(select(func.min(User.created)))
    if begun is None:
        return 0
    swept = 0
    for keys in blobs.written_between(begun, time.time() - age):
        for first in range(0, len(keys), _BATCH):
            batch = keys[first : first + _BATCH]
            with database.reading() as session:
                named = _named(session, batch)
            for key in batch:
                if key not in named:
                    blobs.delete(key)
                    swept += 1
    if swept:
        _LOG.warning("blobs.swept files=%d", swept)
    return swept


def _named(session: Session, keys: Sequence[str]) -> set[str]:
    """Those of the keys that a row names. In one statement: an upload's key moves to its job in one transaction."""
    columns = [column for table in Base.metadata.sorted_tables for column in table.columns if column.name == "blob"]
    # A recording that was deleted alone is still named by its job.
    named = [select(column).where(column.in_(keys)) for column in columns if column.table is not Job.__table__]
    named.append(select(Job.blob).where(Job.blob.in_(keys), Job.recording_deleted.is_(None)))
    return set(session.scalars(union_all(*named)))
