"""Speech that addresses the software instead of the people: found by words, and kept from the language model."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict

from steno.exports.clean import clean
from steno.transcript import Segment

_ENOUGH = 3  # points, within one segment
_ENOUGH_TOGETHER = 4  # with the segment before or after it
_NEARBY = 2  # segments of the same speaker before and after, as an attack is rarely one sentence
_HESITATION = re.compile(r",? \b(?:um+|uh+|erm|öö+|tota|äh+m*|ehm?|euh)\b,?")
# Ignoring case made the search three times slower. "AI" stays, as "ai" is a word of French and of Finnish.
_WORD = re.compile(r"\b(?!(?:AIs?|KI|IA|GPT|LLM)\b)\w+")


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
    signs = [_seen(segment.text) for segment in segments]
    found: set[int] = set()
    for at, seen in enumerate(signs):
        run = _run(segments, at)
        # A sentence that says a little, and the next one a little more.
        beside = [seen | signs[other] for other in run if seen and abs(other - at) == 1]
        if _points(seen) >= _ENOUGH or any(_points(both) >= _ENOUGH_TOGETHER for both in beside):
            found.update(run)
    return frozenset(segments[at].id for at in found)


def leaning(segments: Sequence[Segment]) -> frozenset[int]:
    """Ids of the segments with any sign at all, with what the same speaker says around them: to be left out where a
    language model's answer fails its checks.
    """
    signed = (at for at, segment in enumerate(segments) if _seen(segment.text))
    return frozenset(segments[other].id for at in signed for other in _run(segments, at))


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


def _seen(text: str) -> frozenset[str]:
    """Names of the signs in a text. Hesitation is left out, as it parts words that belong together."""
    lower = _WORD.sub(lambda word: word[0].lower(), clean(text).replace("’", "'"))
    plain = _HESITATION.sub("", lower)
    return frozenset(name for name, (_, pattern) in _signs().items() if pattern.search(plain))


def _points(seen: frozenset[str]) -> int:
    return sum(_signs()[name][0] for name in seen)


@cache
def _signs() -> Mapping[str, tuple[int, re.Pattern[str]]]:
    table = tomllib.loads((files(__name__) / "signs.toml").read_text(encoding="utf-8"))
    words: dict[str, str] = {}
    for name, pattern in table.pop("words").items():
        words[name] = _filled(pattern, words)
    signs = {name: _Sign.model_validate(sign) for name, sign in table.items()}
    return {name: (sign.points, _compiled(sign.patterns, words)) for name, sign in signs.items()}


def _compiled(patterns: Sequence[str], words: Mapping[str, str]) -> re.Pattern[str]:
    joined = "|".join(f"(?:{pattern})" for pattern in patterns)
    return re.compile(_filled(joined, words))


def _filled(pattern: str, words: Mapping[str, str]) -> str:
    return re.sub(r"%(\w+)%", lambda name: f"(?:{words[name[1]]})", pattern)
