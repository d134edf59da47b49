"""The database's own clock, in seconds since 1970: leases must not depend on the clocks of many machines."""

from typing import Any

from sqlalchemy import Double, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

DAY = 86_400.0  # seconds


class now(FunctionElement[float]):  # noqa: N801  # reads as the SQL function it is
    """The time as the database knows it, the same throughout a statement."""

    type = Double()
    inherit_cache = True


def time_now(session: Session) -> float:
    """The same, read: seconds since 1970."""
    return float(session.scalar(select(now())) or 0.0)


@compiles(now, "sqlite")
def _sqlite(element: now, compiler: SQLCompiler, **kw: Any) -> str:
    del element, compiler, kw
    return "((julianday('now') - 2440587.5) * 86400.0)"


@compiles(now, "postgresql")
def _postgresql(element: now, compiler: SQLCompiler, **kw: Any) -> str:
    del element, compiler, kw
    # When the statement came, not `clock_timestamp()`: what changes from row to row PostgreSQL looks up in no index.
    return "extract(epoch from statement_timestamp())::double precision"
