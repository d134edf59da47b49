"""The database's clock in conditions: PostgreSQL searches its indexes by it."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from steno.ledger import openings, outbox
from tests.ledger import Ledger


# Where one index alone may serve: between several the planner chooses by what it has seen in the tables.
@pytest.mark.parametrize(
    ("work", "index"),
    [
        (outbox.due_now, "ix_deliveries_due"),
        (lambda session: openings.forget(session, 365), "ix_audit_events_at"),
    ],
)
def test_an_index_is_searched_by_the_time(
    postgresql_ledger: Ledger, work: Callable[[Session], object], index: str
) -> None:
    asked: list[tuple[str, Any]] = []

    def listen(connection: Any, cursor: Any, statement: str, parameters: Any, *more: Any) -> None:
        asked.append((statement, parameters))

    engine = postgresql_ledger.database.engine
    event.listen(engine, "before_cursor_execute", listen)
    try:
        postgresql_ledger.do(work)
    finally:
        event.remove(engine, "before_cursor_execute", listen)
    with engine.connect() as connection:
        # The tables are empty: whoever may read all of one does.
        connection.execute(text("SET LOCAL enable_seqscan = off"))
        plans = [
            "\n".join(str(line) for (line,) in connection.exec_driver_sql(f"EXPLAIN {statement}", parameters))
            for statement, parameters in asked
            if statement.startswith(("SELECT", "DELETE"))
        ]

    [plan] = [one for one in plans if index in one]
    assert any("Index Cond" in line and "timestamp()" in line for line in plan.splitlines()), plan
