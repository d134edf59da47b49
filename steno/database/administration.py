"""The tables of administration: what was set in the portal, and what happened."""

from typing import Any

from sqlalchemy import BigInteger, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from steno.database.base import Base
from steno.database.clock import now


class PortalSetting(Base):
    """What administrators set in the portal: the announcement, rules of retention."""

    __tablename__ = "portal_settings"
    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[dict[str, Any]]
    changed: Mapped[float] = mapped_column(default=now())


class AuditEvent(Base):
    """What happened, without content: kept when the job is deleted."""

    __tablename__ = "audit_events"
    __table_args__ = (Index("ix_audit_events_kind", "kind", "id"),)
    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer(), "sqlite"), primary_key=True)
    at: Mapped[float] = mapped_column(default=now(), index=True)
    user_id: Mapped[str | None] = mapped_column(String(32), index=True)
    job_id: Mapped[str | None] = mapped_column(String(32), index=True)
    kind: Mapped[str] = mapped_column(String(60))
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
