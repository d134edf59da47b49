"""How many rows a change met: whoever sets a row only where it is still theirs learns by it whether it was."""

from sqlalchemy import CursorResult, Delete, Update
from sqlalchemy.orm import Session


def changed(session: Session, statement: Update | Delete) -> int:
    """Change rows, or delete them; how many there were."""
    result = session.execute(statement)
    assert isinstance(result, CursorResult)
    return result.rowcount
