"""What administrators set in the portal, each kind a model of its own: kept as JSON, read with defaults, audited.

A new kind of setting is one class here. What the environment sets (steno.config) is not repeated.
"""

import time
from typing import Annotated, ClassVar, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from steno.config import LONGEST_SHARE
from steno.database.clock import now
from steno.database.tables import PortalSetting
from steno.exports.clean import clean
from steno.ledger.moves import record

LONGEST_DAYS = 36_500
Days = Annotated[int, Field(ge=1, le=LONGEST_DAYS)]


class PortalValue(BaseModel):
    """Values of one kind. `setting` is the row they are kept in."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    setting: ClassVar[str]


class Announcement(PortalValue):
    """A sentence on every page. Moments are seconds since 1970; none: at once, until it is taken away."""

    setting = "announcement"
    text: Annotated[str, Field(max_length=500)] = ""
    level: Literal["info", "warning"] = "info"
    show_from: float | None = None
    until: float | None = None

    @model_validator(mode="after")
    def _in_order(self) -> "Announcement":
        if self.show_from is not None and self.until is not None and self.until <= self.show_from:
            raise ValueError("the announcement would end before it begins")
        return self

    def shown(self, at: float | None = None) -> bool:
        """Whether it is to be seen at this moment, now by default."""
        moment = time.time() if at is None else at
        begun = self.show_from is None or self.show_from <= moment
        return bool(self.text.strip()) and begun and (self.until is None or moment < self.until)


class Retention(PortalValue):
    """How long things are kept. No `default_days`: until somebody deletes them; no `maximum_days`: anybody may say so.

    `warning_days` before a job goes its owner gets a mail; 0: none. `keep_recording_default`: whether the recording
    stays when the transcript is there, where a person does not say.
    """

    setting = "retention"
    default_days: Days | None = None
    maximum_days: Days | None = None
    keep_recording_default: bool = True
    warning_days: Annotated[int, Field(ge=0, le=60)] = 3

    @model_validator(mode="after")
    def _in_order(self) -> "Retention":
        if self.maximum_days is not None and self.default_days is not None and self.default_days > self.maximum_days:
            raise ValueError("what is kept by default would be kept longer than the longest time allowed")
        return self

    @property
    def usual_days(self) -> int | None:
        """Days that a job is kept whose owner says nothing: a maximum binds also where there is no default."""
        return self.default_days if self.default_days is not None else self.maximum_days


class Sharing(PortalValue):
    """Whether people may share by link, and after how many days every link has ended; None: as its owner chose."""

    setting = "sharing"
    allowed: bool = True
    longest_days: Annotated[int, Field(ge=1, le=LONGEST_SHARE)] | None = None


Value = TypeVar("Value", bound=PortalValue)


def read(session: Session, kind: type[Value]) -> Value:
    """The values as they are set, with defaults for what is not, or cannot be read any more."""
    row = session.get(PortalSetting, kind.setting)
    try:
        return kind.model_validate(row.value if row is not None else {})
    except ValidationError:
        return kind()


def is_set(session: Session, kind: type[PortalValue]) -> bool:
    """Whether somebody has set such values here."""
    return session.get(PortalSetting, kind.setting) is not None


def write(session: Session, value: PortalValue, *, by: str | None) -> bool:
    """Keep values, and write down what `by` (the id of a user) changed; False where nothing changed.

    What is written goes before the environment, also where it is as the defaults are.
    """
    was, is_now = read(session, type(value)).model_dump(mode="json"), value.model_dump(mode="json")
    changed = {name: is_now[name] for name in is_now if is_now[name] != was.get(name)}
    row = session.get(PortalSetting, value.setting, with_for_update=True)
    if not changed and row is not None:
        return False
    if row is None:
        row = _new(session, value.setting)
    row.value, row.changed = is_now, now()
    session.flush()
    record(
        session, "setting.changed", user_id=by, setting=value.setting, now={n: _short(v) for n, v in changed.items()}
    )
    return True


def _new(session: Session, name: str) -> PortalSetting:
    try:
        with session.begin_nested():
            session.add(made := PortalSetting(name=name, value={}))
        return made
    except IntegrityError:  # somebody else wrote it at this moment: who writes last has the say
        return session.get_one(PortalSetting, name, with_for_update=True, populate_existing=True)


def _short(value: object) -> object:
    return clean(value)[:200] if isinstance(value, str) else value
