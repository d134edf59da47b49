"""What stands around people's words in an export, in the reader's language: headings, names of facts, unnamed speakers.

The formats that programs read have none of this: there, names are identifiers.
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

from pydantic import Field

from steno import sayings
from steno.transcript import Transcript

Language = Literal["en", "de", "fi", "sv"]
LANGUAGE = Field(
    default=None,
    description="Language of headings and the like in formats for people; by default the document's, else English.",
)
_UNNAMED = re.compile(r"Speaker [0-9]+")
_MARKS = {"de": "„“", "fi": "””", "sv": "””"}
_DAYS = {"de": "{0:%d.%m.%Y}", "fi": "{0.day}.{0.month}.{0.year}"}


@dataclass(frozen=True)
class Phrases:
    """The words of one language; those of English where it is another than Steno knows."""

    language: str = "en"

    def __call__(self, english: str, **values: str) -> str:
        """A text with its values, which stay as they are. What is called `phrase(...)` is collected for translation."""
        return sayings.framed(english, self.language, values)

    @property
    def marks(self) -> str:
        """What stands before and behind a quotation."""
        return _MARKS.get(self.language, "“”")

    def retold(self, text: str) -> str:
        """A notice, doubt or reason, which are kept in English."""
        return sayings.retold(text, self.language)

    def called(self, name: str) -> str:
        """A name as it is shown: who has none yet is kept as `Speaker 2`. Names that somebody gave stay."""
        return self.retold(name) if _UNNAMED.fullmatch(name) else name

    def day(self, day: date) -> str:
        """As people write it; by ISO 8601 in English and Swedish."""
        return _DAYS.get(self.language, "{0}").format(day)

    def named(self, transcript: Transcript) -> Transcript:
        """The transcript with its speakers' names as they are shown."""
        speakers = tuple(one.model_copy(update={"name": self.called(one.name)}) for one in transcript.speakers)
        return transcript.model_copy(update={"speakers": speakers})


ENGLISH = Phrases()


def phrases(own: str, chosen: Language | None) -> Phrases:
    """Those of the language that was chosen, else of the document's `own`, e.g. `fi` or `fi-FI`."""
    return Phrases(chosen or own.strip().lower().replace("_", "-").partition("-")[0])


def phrases_of(transcript: Transcript, chosen: Language | None) -> Phrases:
    """Those of the language that was chosen, else of the transcript's text, which a translation has in English."""
    return phrases(transcript.as_written().language, chosen)
