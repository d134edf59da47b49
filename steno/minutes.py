"""The minutes: summary, topics, decisions, open questions and action items, each with the words that prove it."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from steno.sayings.marking import said
from steno.transcript import Seconds, Span

MINUTES_VERSION: Literal["1.0"] = "1.0"

Method = Literal["language model", "extractive"]
METHOD_LABELS: dict[Method, str] = {
    "language model": said("by a language model, checked against the transcript"),
    "extractive": said("extractive, no language model"),
}


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Evidence(Span):
    """A segment of the transcript that proves a statement, in its own words."""

    segment: int = Field(ge=0, description="Id of the segment.")
    speaker: str | None = Field(default=None, description="Name of the speaker, where known.")
    quote: str = Field(description="The segment's text, verbatim.")


class Proven(_Value):
    """Something claimed of the recording. `doubts` say in words what the evidence does not bear."""

    evidence: tuple[Evidence, ...] = Field(min_length=1)
    doubts: tuple[str, ...] = ()
    edited: bool = Field(default=False, description="Whether a person wrote or changed it.")

    @property
    def verified(self) -> bool:
        """Whether the cited words bear all of it."""
        return not self.doubts

    @property
    def start(self) -> float:
        """Where it is said first, seconds."""
        return min(one.start for one in self.evidence)


class Statement(Proven):
    """A sentence of the summary, a decision or an open question."""

    text: str


class Topic(Span):
    """What was talked about from `start` to `end`."""

    title: str


class Due(_Value):
    """When something is to be done."""

    spoken: str = Field(description="As it was said, e.g. 'by Friday'; empty where a person set the day.")
    day: date | None = Field(default=None, description="The day meant, counted from the day of the recording.")


class ActionItem(Proven):
    """Who does what by when."""

    task: str
    owner: str | None = Field(default=None, description="A speaker's name, or a person named; null where nobody is.")
    owner_speaker: str | None = Field(default=None, description="Id of the speaker who is the owner, where one is.")
    due: Due | None = None
    done: bool = Field(default=False, description="Whether a person ticked it off.")


class Account(_Value):
    """What was done to make the minutes, in numbers: nothing is left out in silence."""

    windows: int = Field(default=0, ge=0, description="Parts in which the transcript was read.")
    by_rules: int = Field(default=0, ge=0, description="Of these, read without the language model, as it failed.")
    requests: int = Field(default=0, ge=0, description="Requests sent to the endpoint, repeated ones included.")
    cached: int = Field(default=0, ge=0, description="Answers taken from an earlier run.")
    dropped: dict[str, int] = Field(default_factory=dict, description="Statements left out, by the reason.")


class MinutesProvenance(_Value):
    """What made these minutes."""

    steno_version: str
    method: Method
    model: str | None = Field(default=None, description="The language model, as the endpoint calls it.")
    template: str
    template_version: str
    transcript_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    recording_name: str
    recording_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    recorded: date = Field(description="The day from which spoken dates were counted.")
    created: datetime
    account: Account = Account()
    notices: tuple[str, ...] = Field(default=(), description="What a reader must know.")


class Minutes(_Value):
    """What was said, in short. Times are seconds from the start of the recording."""

    schema_version: Literal["1.0"] = MINUTES_VERSION
    language: str = Field(description="Language of the minutes, ISO 639.")
    title: str
    summary: tuple[Statement, ...] = ()
    topics: tuple[Topic, ...] = ()
    decisions: tuple[Statement, ...] = ()
    open_questions: tuple[Statement, ...] = ()
    action_items: tuple[ActionItem, ...] = ()
    duration: Seconds
    provenance: MinutesProvenance

    def proven(self) -> Iterator[Proven]:
        """Everything that carries evidence."""
        yield from self.summary
        yield from self.decisions
        yield from self.open_questions
        yield from self.action_items

    @property
    def by_hand(self) -> int:
        """How many statements a person wrote or changed."""
        return sum(one.edited for one in self.proven())

    @property
    def unverified(self) -> int:
        """How many statements the evidence does not wholly bear."""
        return sum(not one.verified for one in self.proven())
