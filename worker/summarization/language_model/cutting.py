"""How much a model may be shown and may say at once, and a transcript cut accordingly."""

import json
from dataclasses import dataclass

from steno.transcript import Transcript
from worker.summarization.language_model.answers import Extraction, schema
from worker.summarization.language_model.prompts import Prompts
from worker.summarization.language_model.windows import Window, estimate_tokens, lines, windows

# Models overlook more the more they read at once; larger contexts are for models that think before they answer.
_LARGEST_WINDOW = 6000
_LARGEST_ANSWER = 4096
_OVERLAP = 300
_BESIDE = 100  # marks, roles and the like


@dataclass(frozen=True)
class Sizes:
    """Tokens of the longest answer, and of what is shown in one question."""

    answer: int
    shown: int

    @classmethod
    def of(cls, context: int, prompts: Prompts) -> "Sizes":
        """Sizes for a context of so many tokens. The schema is counted, as some endpoints take it into the question."""
        answer = min(_LARGEST_ANSWER, context // 4)
        fixed = estimate_tokens(prompts.extract_system) + estimate_tokens(json.dumps(schema(Extraction))) + _BESIDE
        return cls(answer, min(_LARGEST_WINDOW, context - answer - fixed))

    @property
    def enough(self) -> bool:
        """Whether there is room to read anything."""
        return self.shown >= _OVERLAP


def cut(transcript: Transcript, withheld: frozenset[int], most_tokens: int) -> list[Window]:
    """Windows of all segments but the withheld."""
    names = {speaker.id: speaker.name for speaker in transcript.speakers}
    shown = [segment for segment in transcript.segments if segment.id not in withheld]
    made = lines(shown, names, most_tokens=most_tokens // 2)
    return windows(made, most_tokens=most_tokens, overlap_tokens=min(_OVERLAP, most_tokens // 10))
