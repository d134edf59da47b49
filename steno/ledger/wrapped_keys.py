"""Keys of uploads and jobs, wrapped by a master key: whether it is there, and wrapping all of them anew."""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from steno.database import Database
from steno.database.tables import Job, Upload
from steno.errors import KeyUnusable
from steno.vault import Vault


def check(database: Database, vault: Vault) -> None:
    """Whether everything that is stored can be opened, before a key is made where one was lost. Raises KeyUnusable."""
    vault.keys.check()
    with database.reading() as session:
        for table in (Upload, Job):
            strange = select(table.key).where(table.key.is_not(None))
            for known in vault.keys.ids():
                strange = strange.where(table.key.not_like(f"v1.{known}.%"))
            if session.scalar(strange.limit(1)) is not None:
                raise KeyUnusable(
                    "Recordings are stored that were encrypted with another key than this one, or the key is missing",
                    "Restore that key, or put it, after a comma, behind the new one in STENO_ENCRYPTION_KEY.",
                )


def rewrap(session: Session, vault: Vault) -> int:
    """Wrap every key with the first master key that is not yet; how many. Raises KeyUnusable."""
    first, changed = vault.keys.first_id, 0
    for table in (Upload, Job):
        others = select(table.id, table.key, table.blob).where(table.key.not_like(f"v1.{first}.%"))
        for row_id, key, blob in session.execute(others.with_for_update()).all():
            anew = vault.rewrapped(key or "", blob)
            session.execute(update(table).where(table.id == row_id).values(key=anew))
            changed += 1
    return changed
