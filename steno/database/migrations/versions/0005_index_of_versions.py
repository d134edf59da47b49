"""An index of a person's jobs with their versions: whether anything has changed is told by it alone"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_jobs_versions", "jobs", ["user_id", "id", "version"])


def downgrade() -> None:
    op.drop_index("ix_jobs_versions", "jobs")
