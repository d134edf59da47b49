"""Golden meetings: a transcript and what a careful secretary put into its minutes, in one readable text file.

docs/evaluation.md describes the format. Times are made up from the number of words, as nothing was recorded.
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from steno import __version__
from steno.errors import InvalidOption
from steno.transcript import Provenance, Segment, Speaker, Transcript

_LINE = re.compile(r"([^:{}|]{1,40}): (.*?)((?: *\{[ADQ]\d+\})*) *")
_SECONDS_A_WORD = 0.42
_PAUSE = 0.5


@dataclass(frozen=True)
class Expected:
    """One statement of the reference; `segments` are all that prove it."""

    text: str
    segments: frozenset[int]


@dataclass(frozen=True)
class ExpectedAction(Expected):
    """An action item of the reference: a None owner means nobody, a None day means no single day."""

    owner: str | None
    due: str | None
    day: date | None


@dataclass(frozen=True)
class GoldenMeeting:
    """A transcript and its reference minutes."""

    name: str
    transcript: Transcript
    actions: tuple[ExpectedAction, ...]
    decisions: tuple[Expected, ...]
    questions: tuple[Expected, ...]


def read_golden(path: Path) -> GoldenMeeting:
    """Read a golden meeting. Raises InvalidOption that names the line it does not understand."""
    try:
        text = path.read_text(encoding="utf-8")
        head, _, rest = text.partition("\n\n")
        keys = dict(line.split(": ", 1) for line in head.splitlines())
        body, marker, reference = rest.partition("\n---\n")
        if not marker:
            raise ValueError("the line --- is missing")
        tagged: defaultdict[str, set[int]] = defaultdict(set)
        segments = tuple(_segments(body, tagged))
        actions: list[ExpectedAction] = []
        decisions: list[Expected] = []
        questions: list[Expected] = []
        for line in filter(str.strip, reference.splitlines()):
            tag, *fields = (field.strip() for field in line.split("|"))
            if tag not in tagged:
                raise ValueError(f"no line carries the tag {tag}")
            proof = frozenset(tagged.pop(tag))
            if tag.startswith("A"):
                owner, due, day, task = fields
                actions.append(ExpectedAction(task, proof, _given(owner), _given(due), _day(day)))
            else:
                (decisions if tag.startswith("D") else questions).append(Expected(fields[0], proof))
        if tagged:
            raise ValueError(f"the reference lacks {', '.join(sorted(tagged))}")
        transcript = _transcript(path, text, segments, keys["language"], date.fromisoformat(keys["recorded"]))
    except (KeyError, ValueError) as error:
        raise InvalidOption(f"{path} is no golden meeting: {error}", "docs/evaluation.md shows one.") from error
    except OSError as error:
        raise InvalidOption(f"{path} cannot be read: {error.strerror}", "Check the path.") from error
    return GoldenMeeting(path.stem, transcript, tuple(actions), tuple(decisions), tuple(questions))


def _segments(body: str, tagged: defaultdict[str, set[int]]) -> Iterator[Segment]:
    now, number = 0.0, 0
    for line in filter(str.strip, body.splitlines()):
        match = _LINE.fullmatch(line)
        if match is None:
            raise ValueError(f"not understood: {line[:80]}")
        speaker, text, tags = match.groups()
        for tag in re.findall(r"[ADQ]\d+", tags):
            tagged[tag].add(number)
        end = now + _SECONDS_A_WORD * len(text.split())
        yield Segment(id=number, start=round(now, 3), end=round(end, 3), text=text, speaker=speaker)
        now, number = end + _PAUSE, number + 1


def _transcript(path: Path, text: str, segments: tuple[Segment, ...], language: str, recorded: date) -> Transcript:
    speakers = dict.fromkeys(segment.speaker for segment in segments if segment.speaker is not None)
    return Transcript(
        language=language,
        duration=segments[-1].end if segments else 0.0,
        speakers=tuple(Speaker(id=name, name=name) for name in speakers),
        segments=segments,
        provenance=Provenance(
            steno_version=__version__,
            model="none: written by hand",
            recording_name=path.name,
            recording_sha256=hashlib.sha256(text.encode()).hexdigest(),
            recorded=recorded,
            created=datetime(recorded.year, recorded.month, recorded.day, tzinfo=UTC),
        ),
    )


def _given(field: str) -> str | None:
    return None if field == "-" else field


def _day(field: str) -> date | None:
    return None if field == "-" else date.fromisoformat(field)
