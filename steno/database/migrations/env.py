"""Alembic's entry: runs the migrations on the connection that `Database.upgrade` opened."""

from alembic import context

from steno.database.passages import is_declared
from steno.database.tables import Base

connection = context.config.attributes.get("connection")
if connection is None:
    raise RuntimeError("migrations run by Database.upgrade(), e.g. `steno up`")
context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True, include_name=is_declared)
with context.begin_transaction():
    context.run_migrations()
