"""Indexes of stages: the pace of the latest, the turns of the last day"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_stage_runs_pace", "stage_runs", ["stage", "state", "finished"])
    op.create_index("ix_stage_runs_turns", "stage_runs", ["queue", "started"])


def downgrade() -> None:
    op.drop_index("ix_stage_runs_turns", "stage_runs")
    op.drop_index("ix_stage_runs_pace", "stage_runs")
