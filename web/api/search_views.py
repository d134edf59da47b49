"""What the API shows of searches and tags."""

from pydantic import BaseModel, Field

from steno.ledger.search import Match


class PartView(BaseModel):
    """A piece of a text."""

    text: str
    hit: bool = Field(description="Whether it is what was searched for.")


class MatchView(BaseModel):
    """Where in a job something was found."""

    text: str = Field(description="What stands there.")
    start: float | None = Field(description="Seconds in the recording; null where it is the job's name.")
    parts: list[PartView] = Field(description="The same text, with what was found told apart.")


class TagView(BaseModel):
    """A tag and how many of your jobs have it."""

    tag: str
    jobs: int


class TagList(BaseModel):
    """Your tags, the most used first."""

    tags: list[TagView]


def match_view(match: Match) -> MatchView:
    """Where something was found, for who searched."""
    parts = [PartView(text=part.text, hit=part.hit) for part in match.parts]
    return MatchView(text="".join(part.text for part in match.parts), start=match.start, parts=parts)
