"""What is searched: passages of transcripts, half a minute each, and titles, with an index of their words."""

from sqlalchemy import BigInteger, ForeignKey, Integer, Text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from steno.database.base import Base

# The full-text index: in PostgreSQL an index of the column `words`; in SQLite a virtual table, beside which SQLite
# keeps tables of its own whose names begin the same. No declaration serves for both: the migration makes them.
INDEX = "passages_index"


class Passage(Base):
    """Some seconds of a transcript, or a job's title, whose `start` is null. Kept in step by `steno.ledger.search`.

    `words` are those of the text as they are searched for: one by one, without accents, in small letters.
    """

    __tablename__ = "passages"
    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer(), "sqlite"), primary_key=True)
    job_id: Mapped[str] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), index=True)
    start: Mapped[float | None]
    text: Mapped[str] = mapped_column(Text)
    words: Mapped[str] = mapped_column(Text().with_variant(TSVECTOR(), "postgresql"))


def is_declared(name: str | None, kind: str, parents: object) -> bool:
    """Whether what is in the database must be among the declared tables (Alembic's `include_name`)."""
    del parents
    return not (kind in {"table", "index"} and (name or "").startswith(INDEX))
