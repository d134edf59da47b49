"""When the identity provider last vouched for somebody; who is connected already begins now"""

import time

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("users", sa.Column("vouched", sa.Double(), nullable=True))
    users = sa.table("users", sa.column("subject", sa.String()), sa.column("vouched", sa.Double()))
    op.execute(users.update().where(users.c.subject.is_not(None)).values(vouched=time.time()))


def downgrade() -> None:
    op.drop_column("users", "vouched")
