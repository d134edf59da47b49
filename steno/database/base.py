"""What all tables share: random ids, types of columns."""

from typing import Any
from uuid import uuid4

from sqlalchemy import JSON, BigInteger, Double
from sqlalchemy.orm import DeclarativeBase


def new_id() -> str:
    """A random id."""
    return uuid4().hex


class Base(DeclarativeBase):
    """Common types."""

    __mapper_args__ = {"eager_defaults": True}  # noqa: RUF012  # as SQLAlchemy declares them
    type_annotation_map = {  # noqa: RUF012
        float: Double(),
        int: BigInteger(),
        dict[str, Any]: JSON(),
        list[str]: JSON(),
    }
