"""Full-text search: passages of transcripts and titles, and an index of their words"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSVECTOR

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# The index has no copy of the words: it reads them from the table, and triggers tell it of every change.
_SQLITE = (
    "CREATE VIRTUAL TABLE passages_index USING fts5(words, content='passages', content_rowid='id', "
    "tokenize='unicode61 remove_diacritics 0', detail=full)",
    "CREATE TRIGGER passages_added AFTER INSERT ON passages BEGIN "
    "INSERT INTO passages_index (rowid, words) VALUES (new.id, new.words); END",
    "CREATE TRIGGER passages_deleted AFTER DELETE ON passages BEGIN "
    "INSERT INTO passages_index (passages_index, rowid, words) VALUES ('delete', old.id, old.words); END",
    "CREATE TRIGGER passages_changed AFTER UPDATE ON passages BEGIN "
    "INSERT INTO passages_index (passages_index, rowid, words) VALUES ('delete', old.id, old.words); "
    "INSERT INTO passages_index (rowid, words) VALUES (new.id, new.words); END",
)


def upgrade() -> None:
    words = sa.Text().with_variant(TSVECTOR(), "postgresql")
    op.create_table(
        "passages",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("job_id", sa.String(length=32), nullable=False),
        sa.Column("start", sa.Double(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("words", words, nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_passages_job_id", "passages", ["job_id"])
    if op.get_bind().dialect.name == "postgresql":
        op.create_index("passages_index", "passages", ["words"], postgresql_using="gin")
    elif _has_fts5():
        for statement in _SQLITE:
            op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        op.execute("DROP TABLE IF EXISTS passages_index")
    op.drop_table("passages")


def _has_fts5() -> bool:
    """Nearly every SQLite has it; one that has not is searched without an index."""
    options = op.get_bind().execute(sa.text("PRAGMA compile_options")).scalars()
    return "ENABLE_FTS5" in set(options)
