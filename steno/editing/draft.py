"""A transcript that is being changed: its segments in order, its speakers and their turns."""

from collections.abc import Iterator

from steno.errors import InvalidOption
from steno.exports.clean import clean
from steno.transcript import Segment, Speaker, Transcript

_LONGEST = 8_000_000  # characters of all segments; 30 000 words have 200 000
_MOST_WORDS = 500_000  # two days of talk without a pause; as values they take 280 MB


class Draft:
    """What the edits so far have made of a transcript. What no edit touches stays the very same object."""

    def __init__(self, transcript: Transcript) -> None:
        self._before = transcript
        self._segments = {one.id: one for one in transcript.segments}
        self._order = [one.id for one in transcript.segments]
        self._next = transcript.new_segment
        self._length = sum(len(one.text) for one in transcript.segments)
        self._words = sum(len(one.words) for one in transcript.segments)
        self.names = {one.id: one.name for one in transcript.speakers}
        self.turns = transcript.turns
        self.language = "en" if transcript.task == "translate" else transcript.language

    def __iter__(self) -> Iterator[Segment]:
        """The segments in order, as they are when the iteration begins."""
        return iter([self._segments[one] for one in self._order])

    def segment(self, number: int) -> Segment:
        """The segment of an id. Raises InvalidOption."""
        found = self._segments.get(number)
        if found is None:
            raise InvalidOption(f"There is no segment {number}", "Look at the latest revision.")
        return found

    def following(self, number: int) -> Segment | None:
        """The segment behind that one; None where it is the last. Raises InvalidOption."""
        place = self._order.index(self.segment(number).id) + 1
        return self._segments[self._order[place]] if place < len(self._order) else None

    def put(self, segment: Segment) -> None:
        """Let a segment be as given. Raises InvalidOption where the transcript becomes longer than anybody talks."""
        before = self._segments[segment.id]
        self.check_growth(len(segment.text) - len(before.text), len(segment.words) - len(before.words))
        self._length += len(segment.text) - len(before.text)
        self._words += len(segment.words) - len(before.words)
        self._segments[segment.id] = segment

    def check_growth(self, characters: int, words: int) -> None:
        """Raises InvalidOption where so many more make the transcript longer than anybody talks."""
        longer = characters > 0 and self._length + characters > _LONGEST
        if longer or (words > 0 and self._words + words > _MOST_WORDS):
            raise InvalidOption("The transcript would become too long", "Replace by something shorter.")

    def insert(self, segment: Segment, *, behind: int) -> None:
        """Put a new segment behind another one; its id is given here."""
        self._segments[self._next] = segment.model_copy(update={"id": self._next})
        self._order.insert(self._order.index(behind) + 1, self._next)
        self._next += 1
        self._length += len(segment.text)
        self._words += len(segment.words)

    def remove(self, number: int) -> None:
        """Leave a segment out. Raises InvalidOption."""
        self._length -= len(self.segment(number).text)
        self._words -= len(self._segments[number].words)
        del self._segments[number]
        self._order.remove(number)

    def name(self, speaker: str, name: str) -> None:
        """Name a speaker. Raises InvalidOption where nothing is left of the name."""
        name = clean(name)
        if not name:
            raise InvalidOption(f"The speaker {speaker} would have no name", "Give one.")
        self.names[speaker] = name

    def finished(self) -> Transcript:
        """The transcript as it is now; the very one of before where nothing has changed."""
        segments = tuple(self)
        speakers = tuple(Speaker(id=key, name=name) for key, name in self.names.items())
        before = self._before
        same = len(segments) == len(before.segments) and all(map(_is, segments, before.segments))
        if same and speakers == before.speakers and self.turns is before.turns:
            return before
        changed = {"speakers": speakers, "segments": segments, "turns": self.turns, "next_segment": self._next}
        return before.model_copy(update=changed)


def _is(one: Segment, other: Segment) -> bool:
    return one is other
