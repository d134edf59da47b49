"""Who is silent for longer than a lease gets a last call, before what they were sending is sent by another.

Where the database was away for so long, they may have sent it, and write it down as soon as they reach it again.
"""

from sqlalchemy import ColumnElement, update
from sqlalchemy.orm import Session

from steno.database.clock import now
from steno.database.tables import Delivery, PersonalLetter

SECONDS = 15.0  # who waits for the database looks for it every second, at most ten seconds long
Outgoing = type[Delivery] | type[PersonalLetter]


def waiting(table: Outgoing) -> ColumnElement[bool]:
    """What somebody has to look at: it is due, or whoever is sending it is silent."""
    return ((table.state == "due") | _silent(table)) & (table.not_before <= now())


def call(session: Session, table: Outgoing) -> ColumnElement[bool]:
    """Call those who are silent; what may be taken now."""
    session.execute(update(table).where(_silent(table), ~_called(table)).values(not_before=now() + SECONDS))
    return waiting(table) & ((table.state == "due") | _called(table))


def _silent(table: Outgoing) -> ColumnElement[bool]:
    return (table.state == "sending") & (table.lease_until < now())


def _called(table: Outgoing) -> ColumnElement[bool]:
    # Whoever takes something takes it after its `not_before`: only a last call sets that behind the end of the lease.
    return table.not_before > table.lease_until
