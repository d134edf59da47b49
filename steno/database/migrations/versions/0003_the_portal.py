"""The portal: sign-in, sessions, links that let people in, tags, shares, questions, settings, keys"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


# Added one by one, not by copying the table: a copy in SQLite would take along what refers to it.
def _added() -> dict[str, tuple[sa.Column[Any], ...]]:
    return {
        "users": (
            sa.Column("display_name", sa.String(length=200), nullable=True),
            sa.Column("email", sa.String(length=320), nullable=True),
            sa.Column("language", sa.String(length=8), nullable=True),
            sa.Column("notify", sa.Boolean(), nullable=False, server_default=sa.true()),
            sa.Column("quota", sa.BigInteger(), nullable=True),
            sa.Column("subject", sa.String(length=500), nullable=True),
            sa.Column("last_seen", sa.Double(), nullable=True),
        ),
        "uploads": (sa.Column("key", sa.Text(), nullable=True),),
        "documents": (sa.Column("changed", sa.Double(), nullable=True),),
        "jobs": (
            sa.Column("warned", sa.Double(), nullable=True),
            sa.Column("keep_recording", sa.Boolean(), nullable=False, server_default=sa.true()),
            sa.Column("recording_deleted", sa.Double(), nullable=True),
            sa.Column("key", sa.Text(), nullable=True),
        ),
    }


def upgrade() -> None:
    for table, columns in _added().items():
        for column in columns:
            op.add_column(table, column)
    op.create_index("ix_users_subject", "users", ["subject"], unique=True)
    op.create_index("ix_audit_events_at", "audit_events", ["at"])
    op.create_table(
        "web_sessions",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.String(length=32), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("browser", sa.String(length=300), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("created", sa.Double(), nullable=False),
        sa.Column("last_used", sa.Double(), nullable=False),
        sa.Column("expires", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("sha256"),
    )
    op.create_index("ix_web_sessions_user_id", "web_sessions", ["user_id"])
    op.create_table(
        "sign_in_links",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.String(length=32), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("created", sa.Double(), nullable=False),
        sa.Column("expires", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("sha256"),
    )
    op.create_index("ix_sign_in_links_user_id", "sign_in_links", ["user_id"])
    op.create_table(
        "sign_in_tries",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("level", sa.Double(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("until", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "personal_letters",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("not_before", sa.Double(), nullable=False),
        sa.Column("owner", sa.String(length=200), nullable=True),
        sa.Column("lease_until", sa.Double(), nullable=True),
        sa.Column("created", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_personal_letters_user_id", "personal_letters", ["user_id"])
    op.create_index("ix_personal_letters_state", "personal_letters", ["state"])
    op.create_table(
        "sign_in_flows",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("verifier", sa.String(length=128), nullable=False),
        sa.Column("wanted", sa.Text(), nullable=False),
        sa.Column("user_id", sa.String(length=32), nullable=True),
        sa.Column("expires", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("sha256"),
    )
    op.create_index("ix_sign_in_flows_user_id", "sign_in_flows", ["user_id"])
    op.create_table(
        "job_tags",
        sa.Column("job_id", sa.String(length=32), nullable=False),
        sa.Column("tag", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("job_id", "tag"),
    )
    op.create_index("ix_job_tags_tag", "job_tags", ["tag"])
    op.create_table(
        "shares",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("job_id", sa.String(length=32), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("with_audio", sa.Boolean(), nullable=False),
        sa.Column("with_minutes", sa.Boolean(), nullable=False),
        sa.Column("created", sa.Double(), nullable=False),
        sa.Column("expires", sa.Double(), nullable=False),
        sa.Column("opened", sa.BigInteger(), nullable=False),
        sa.Column("last_opened", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("sha256"),
    )
    op.create_index("ix_shares_job_id", "shares", ["job_id"])
    op.create_table(
        "questions",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("job_id", sa.String(length=32), nullable=False),
        sa.Column("blob", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("lease_owner", sa.String(length=100), nullable=True),
        sa.Column("lease_until", sa.Double(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("created", sa.Double(), nullable=False),
        sa.Column("finished", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_questions_job_id", "questions", ["job_id"])
    op.create_index("ix_questions_due", "questions", ["state", "created"])
    op.create_table(
        "portal_settings",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("changed", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    _operations()


def _operations() -> None:
    op.create_index("ix_audit_events_kind", "audit_events", ["kind", "id"])
    op.create_table(
        "workers",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("host", sa.String(length=200), nullable=False),
        sa.Column("pid", sa.BigInteger(), nullable=False),
        sa.Column("queues", sa.JSON(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("started", sa.Double(), nullable=False),
        sa.Column("last_seen", sa.Double(), nullable=False),
        sa.Column("stopped", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "checks",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("user_id", sa.String(length=32), nullable=False),
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("owner", sa.String(length=200), nullable=True),
        sa.Column("lease_until", sa.Double(), nullable=True),
        sa.Column("said", sa.Text(), nullable=True),
        sa.Column("took", sa.Double(), nullable=True),
        sa.Column("created", sa.Double(), nullable=False),
        sa.Column("finished", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_checks_kind", "checks", ["kind", "created"])
    op.create_table(
        "job_endings",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("day", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.String(length=32), nullable=False),
        sa.Column("job_id", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("error_code", sa.String(length=60), nullable=True),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("waited", sa.Double(), nullable=True),
        sa.Column("worked", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    counted = ["day", "user_id", "state", "seconds", "worked", "waited", "error_code"]
    op.create_index("ix_job_endings_use", "job_endings", counted)
    op.create_index("ix_job_endings_job_id", "job_endings", ["job_id"])
    # What ended before this version is counted, too, as far as its rows are there.
    op.execute(_ENDED_BEFORE.replace("WHOLE", "floor" if op.get_bind().dialect.name == "postgresql" else ""))


_ENDED_BEFORE = """
INSERT INTO job_endings (at, day, user_id, job_id, state, error_code, seconds, waited, worked)
SELECT j.finished, CAST(WHOLE(j.finished / 86400) AS BIGINT), j.user_id, j.id, j.state, j.error_code,
    CASE WHEN s.state = 'done' THEN coalesce(j.duration, 0.0) ELSE 0.0 END,
    CASE WHEN s.state = 'done' THEN s.started - j.created END,
    CASE WHEN s.state = 'done' THEN s.finished - s.started END
FROM jobs j JOIN stage_runs s ON s.job_id = j.id AND s.stage = 'transcribe'
WHERE j.finished IS NOT NULL
"""


def downgrade() -> None:
    op.drop_index("ix_audit_events_kind", "audit_events")
    people = ("personal_letters", "sign_in_flows", "sign_in_tries", "sign_in_links", "web_sessions")
    operations = ("job_endings", "checks", "workers")
    for table in (*operations, "portal_settings", "questions", "shares", "job_tags", *people):
        op.drop_table(table)
    op.drop_index("ix_audit_events_at", "audit_events")
    op.drop_index("ix_users_subject", "users")
    for table, columns in _added().items():
        for column in reversed(columns):
            op.drop_column(table, column.name)
