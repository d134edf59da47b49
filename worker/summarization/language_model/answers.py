"""What the language model is to answer, and reading an answer that is nearly so."""

import json
import re
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from worker.summarization.language_model.faults import Unreadable

_THOUGHT = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)", re.S | re.I)


class _Answer(BaseModel):
    # Unknown keys of a loosely told model are let go; the schema that goes out forbids them.
    model_config = ConfigDict(frozen=True, extra="ignore", json_schema_extra={"additionalProperties": False})


class Claim(_Answer):
    """A sentence and the numbers of the lines that say so."""

    text: str
    lines: tuple[int, ...]


class ClaimedAction(_Answer):
    """An action item."""

    task: str
    owner: str | None = Field(description="Name of who is to do it; null where nobody is named.")
    due: str | None = Field(description="When, in the very words of the transcript; null where nothing is said.")
    due_date: str | None = Field(description="That day as YYYY-MM-DD; null where it is none.")
    lines: tuple[int, ...]


class Subject(_Answer):
    """What was talked about from one line to another."""

    title: str
    first_line: int
    last_line: int


class Extraction(_Answer):
    """What one window holds."""

    points: tuple[Claim, ...] = Field(description="The main points, for a summary.")
    subjects: tuple[Subject, ...]
    decisions: tuple[Claim, ...]
    open_questions: tuple[Claim, ...]
    action_items: tuple[ClaimedAction, ...]
    to_software: tuple[int, ...] = Field(description="Lines that speak to the writer of the minutes; usually none.")


class Composition(_Answer):
    """The minutes' head, written from the points of all windows."""

    title: str
    summary: tuple[Claim, ...]
    subjects: tuple[Subject, ...]


class Reply(_Answer):
    """The answer to a question; no sentences where the lines do not answer it."""

    sentences: tuple[Claim, ...]


Shape = TypeVar("Shape", Extraction, Composition, Reply)


def schema(shape: type[_Answer]) -> dict[str, Any]:
    """The JSON Schema that goes out: every property required, none added, as strict decoding wants it."""
    described = shape.model_json_schema()
    for name in described.get("$defs", {}):
        described["$defs"][name].pop("title", None)
    return {key: value for key, value in described.items() if key not in {"title", "description"}}


def read(text: str, shape: type[Shape]) -> Shape:
    """The object in an answer. Fences, thoughts and words around it are let go, broken JSON is mended.

    Raises Unreadable where no object of that shape is in it. What is mended is checked like everything else.
    """
    found = _load(_THOUGHT.sub("", text))
    if isinstance(found, list):  # several objects in a row: the one that fits best
        objects = [one for one in found if isinstance(one, dict)]
        found = max(objects, key=lambda one: len(shape.model_fields.keys() & one.keys()), default=None)
    if not isinstance(found, dict) or not shape.model_fields.keys() & found.keys():
        raise Unreadable("the answer is not the JSON object asked for")
    try:
        return shape.model_validate(_completed(found, shape))
    except ValidationError as error:
        first = error.errors()[0]
        raise Unreadable(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from error


def is_whole(text: str) -> bool:
    """Whether the answer holds JSON that needs no mending: what was broken off may lack something."""
    try:
        _strict(_THOUGHT.sub("", text))
    except ValueError:
        return False
    return True


def _strict(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return json.loads(text[max(0, text.find("{")) : text.rfind("}") + 1])


def _load(text: str) -> object:
    try:
        return _strict(text)
    except ValueError:
        from json_repair import repair_json

        start = text.find("{")
        return repair_json(text[start:], return_objects=True) if start >= 0 else None


def _completed(found: dict[str, Any], shape: type[_Answer]) -> dict[str, Any]:
    """Lists that are missing are empty; entries that are no use are let go, those that are nearly right put right."""
    fixed: dict[str, Any] = {}
    for name in shape.model_fields:
        value = found.get(name)
        if name == "to_software":
            fixed[name] = [number for number in map(_number, _as_list(value)) if number is not None]
        elif name == "title":
            fixed[name] = value if isinstance(value, str) else ""
        else:
            entries = value if isinstance(value, list) else []
            fixed[name] = [_entry(one) for one in entries if isinstance(one, dict) and _useful(one)]
    return fixed


def _useful(entry: dict[str, Any]) -> bool:
    return any(isinstance(entry.get(key), str) and entry[key].strip() for key in ("text", "task", "title"))


def _entry(entry: dict[str, Any]) -> dict[str, Any]:
    fixed: dict[str, Any] = dict.fromkeys(("owner", "due", "due_date")) | entry
    for key in ("owner", "due", "due_date"):
        said = fixed[key]
        fixed[key] = said.strip() if isinstance(said, str) and said.strip().casefold() not in _NOTHING else None
    fixed["lines"] = [number for number in map(_number, _as_list(entry.get("lines"))) if number is not None]
    for key in ("first_line", "last_line"):
        fixed[key] = _number(entry.get(key, -1))
        fixed[key] = -1 if fixed[key] is None else fixed[key]
    return fixed


_NOTHING = {"", "null", "none", "n/a", "-", "unknown", "unspecified", "nobody", "not specified"}


def _as_list(value: object) -> list[object]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _number(value: object) -> int | None:
    """`12`, `"12"`, `"[12]"`, `12.0` as 12."""
    match = re.search(r"\d{1,9}", str(value))
    return int(match[0]) if match and not isinstance(value, bool) else None
