"""What the rules claim was said: a text, and the sentences that prove it."""

from dataclasses import dataclass

from worker.summarization.offline.sentences import Sentence


@dataclass(frozen=True)
class Claim:
    """A decision, an open question or a sentence of the summary; `sentences` are in order of time, at least one."""

    text: str
    sentences: tuple[Sentence, ...]
