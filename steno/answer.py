"""An answer to a question about recordings: sentences, each with the words that prove it, or the best passages."""

from pydantic import BaseModel, ConfigDict, Field

from steno.transcript import Span


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Passage(Span):
    """Neighbouring segments of one recording, verbatim."""

    recording: str = Field(description="Name of the recording.")
    segments: tuple[int, ...] = Field(min_length=1, description="Ids of the segments.")
    speakers: tuple[str, ...] = Field(default=(), description="Names, in the order in which they speak.")
    text: str


class AnsweredSentence(_Value):
    """A sentence of the answer. `doubts` say what the cited words do not bear."""

    text: str
    citations: tuple[Passage, ...] = Field(min_length=1, description="One segment each.")
    doubts: tuple[str, ...] = ()


class Answer(_Value):
    """What was found: `sentences` where a language model answered, and always the passages most like the question."""

    question: str
    sentences: tuple[AnsweredSentence, ...] = ()
    passages: tuple[Passage, ...] = ()
    model: str | None = Field(default=None, description="The language model, where one answered.")
    dropped: dict[str, int] = Field(default_factory=dict, description="Sentences left out, by the reason.")
    notices: tuple[str, ...] = ()


class Exchange(_Value):
    """A question, and its answer where there is one; as it is kept."""

    question: str
    answer: Answer | None = None
