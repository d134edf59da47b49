"""Speech that addresses the software instead of the people: found by words, and kept from the language model."""

import re
import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict

from steno.exports.clean import clean
from steno.transcript import Segment

_ENOUGH = 3  # points
_NEARBY = 2  # segments of the same speaker before and after, as an attack is rarely one sentence


class _Sign(BaseModel):
    """Words that speak for it: patterns, and the points that any of them gives, once."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    points: int
    why: str
    patterns: tuple[str, ...]


def addressing(segments: Sequence[Segment]) -> frozenset[int]:
    """Ids of the segments that seem to tell the software what to write, with what the same speaker says around them.

    Segments in order of time. Words of every known language are looked for, whatever the transcript's: an attack need
    not keep to it. tests/redteam holds what it is measured against; docs/minutes.md says how it does.
    """
    texts = [clean(segment.text) for segment in segments]
    scores = [_points(text) for text in texts]
    found: set[int] = set()
    for at, score in enumerate(scores):
        together = [score]
        run = _run(segments, at)
        if score:  # a sentence that says a little, and the next one a little more
            together += [_points(f"{texts[at]} {texts[other]}") for other in run if abs(other - at) == 1]
        if max(together) >= _ENOUGH:
            found.update(run)
    return frozenset(segments[at].id for at in found)


def _run(segments: Sequence[Segment], at: int) -> list[int]:
    """Places of the segment and of its neighbours, as far as the same speaker goes on."""
    run = [at]
    for step in (-1, 1):
        for distance in range(1, _NEARBY + 1):
            other = at + step * distance
            if not 0 <= other < len(segments) or segments[other].speaker != segments[at].speaker:
                break
            run.append(other)
    return run


def _points(text: str) -> int:
    return sum(points for points, pattern in _signs() if pattern.search(text))


@cache
def _signs() -> tuple[tuple[int, re.Pattern[str]], ...]:
    table = tomllib.loads((files(__name__) / "signs.toml").read_text(encoding="utf-8"))
    signs = [_Sign.model_validate(sign) for sign in table.values()]
    return tuple((sign.points, re.compile("|".join(f"(?:{one})" for one in sign.patterns), re.I)) for sign in signs)
