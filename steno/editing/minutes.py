"""Minutes as a person corrects them: texts, owners, days, what is done, what is left out, what was missing."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from steno.errors import InvalidOption
from steno.exports.clean import clean
from steno.minutes import ActionItem, Due, Evidence, Minutes, Statement
from steno.transcript import Transcript

Kind = Literal["summary", "decisions", "open_questions", "action_items"]
_MOST = 1000  # statements of a kind
_Text = Annotated[str, Field(min_length=1, max_length=5000, description="What is stated, or the task.")]
_OWNER = Field(default=None, max_length=200, description="Who is to do it; null where nobody is. Of action items.")
_DUE = Field(default=None, description="The day it is due; null where there is none. Of action items.")


class _Request(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Kind
    owner: str | None = _OWNER
    due: date | None = _DUE

    @model_validator(mode="after")
    def _of_its_kind(self) -> Self:
        if self.kind != "action_items" and self.model_fields_set & {"owner", "due", "done"}:
            raise ValueError("only action items have an owner, a day and an end")
        return self


class StatementEdit(_Request):
    """What is changed of a statement; what is left out stays."""

    index: int = Field(ge=0, le=_MOST, description="Its place among those of its kind, from 0, before all edits.")
    text: _Text | None = None
    done: bool | None = Field(default=None, description="Whether it is done. Of action items.")
    checked: Literal[True] | None = Field(default=None, description="A person has checked it: it has no doubts.")
    remove: Literal[True] | None = Field(default=None, description="Leave it out.")


class Addition(_Request):
    """A statement that was missing; it stands last."""

    text: _Text
    segments: tuple[Annotated[int, Field(ge=0, le=2**31)], ...] = Field(
        min_length=1, max_length=100, description="Ids of the segments that prove it."
    )


class MinutesEdits(BaseModel):
    """What is changed, all of it or nothing. Additions come after the edits."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    edits: tuple[StatementEdit, ...] = Field(default=(), max_length=_MOST)
    add: tuple[Addition, ...] = Field(default=(), max_length=100)

    @property
    def sweeping(self) -> bool:
        """Whether something is lost that no other edit brings back: only the revision before has it."""
        return any(one.remove for one in self.edits)


def edited_minutes(minutes: Minutes, edits: MinutesEdits, transcript: Transcript) -> Minutes:
    """The minutes with the edits; the very same where they change nothing.

    Whatever a person wrote is marked as edited, and has no doubts any more. `transcript` has the segments that
    additions cite, and the speakers that owners may be. Raises InvalidOption for a statement or segment there is not.
    """
    changes: dict[str, object] = {}
    kinds: tuple[Kind, ...] = ("summary", "decisions", "open_questions", "action_items")
    for kind in kinds:
        mine = [one for one in edits.edits if one.kind == kind]
        new = [_added(one, transcript) for one in edits.add if one.kind == kind]
        before: Sequence[Statement | ActionItem] = getattr(minutes, kind)
        after = tuple(_after(before, mine, transcript)) + tuple(new)
        if len(after) > _MOST:
            raise InvalidOption("These are too many statements", f"At most {_MOST} of a kind.")
        if after != before:
            changes[kind] = after
    return minutes.model_copy(update=changes) if changes else minutes


def _after(
    before: Sequence[Statement | ActionItem], edits: Sequence[StatementEdit], transcript: Transcript
) -> list[Statement | ActionItem]:
    after: list[Statement | ActionItem | None] = list(before)
    for edit in edits:
        if edit.index >= len(before):
            raise InvalidOption(f"There is no {edit.kind} {edit.index}", "Look at the latest revision.")
        one = after[edit.index]
        if one is not None:
            after[edit.index] = None if edit.remove else _changed(one, edit, transcript)
    return [one for one in after if one is not None]


def _changed(one: Statement | ActionItem, edit: StatementEdit, transcript: Transcript) -> Statement | ActionItem:
    new: dict[str, object] = {}
    text = "task" if isinstance(one, ActionItem) else "text"
    if edit.text is not None:
        new[text] = _written(edit.text)
    if isinstance(one, ActionItem):
        if "owner" in edit.model_fields_set:
            new |= _owner(edit.owner, transcript)
        if "due" in edit.model_fields_set:
            new["due"] = _due(edit.due, one.due)
    new = {name: value for name, value in new.items() if getattr(one, name) != value}
    if new or (edit.checked and one.doubts):
        new |= {"edited": True, "doubts": ()}
    if edit.done is not None and isinstance(one, ActionItem) and one.done != edit.done:
        new["done"] = edit.done  # to tick off is not to write
    return one.model_copy(update=new) if new else one


def _added(wanted: Addition, transcript: Transcript) -> Statement | ActionItem:
    known = {one.id: one for one in transcript.segments}
    missing = [number for number in wanted.segments if number not in known]
    if missing:
        raise InvalidOption(f"There is no segment {missing[0]}", "Look at the latest revision of the transcript.")
    evidence = tuple(
        Evidence(
            segment=one.id,
            start=one.start,
            end=one.end,
            speaker=transcript.speaker_name(one.speaker),
            quote=one.text,
        )
        for one in (known[number] for number in dict.fromkeys(wanted.segments))
    )
    if wanted.kind != "action_items":
        return Statement(text=_written(wanted.text), evidence=evidence, edited=True)
    item = ActionItem(task=_written(wanted.text), due=_due(wanted.due, None), evidence=evidence, edited=True)
    return item.model_copy(update=_owner(wanted.owner, transcript))


def _written(text: str) -> str:
    text = clean(text)
    if not text:
        raise InvalidOption("A statement would have no text", "Remove it instead.")
    return text


def _owner(name: str | None, transcript: Transcript) -> dict[str, object]:
    """The owner, as one of the speakers where it is one's name."""
    name = clean(name or "") or None
    known = (one.id for one in transcript.speakers if name is not None and one.name.casefold() == name.casefold())
    return {"owner": name, "owner_speaker": next(known, None)}


def _due(day: date | None, before: Due | None) -> Due | None:
    if day is None:
        return None
    return before if before is not None and before.day == day else Due(spoken="", day=day)
