"""Action items by rules: who says that they, or somebody, will do what by when, and who takes it on."""

from collections.abc import Sequence
from datetime import date

from steno.vocabulary import overlap
from worker.summarization.offline.dating import add_date
from worker.summarization.offline.drafts import ASKED, Draft, Drafter, Naming, State
from worker.summarization.offline.patterns import Patterns
from worker.summarization.offline.sentences import Sentence
from worker.summarization.people import People

_KEEP = 2  # points: what a person would call an action item, measured on the golden meetings (docs/evaluation.md)
_ANSWER_WITHIN = 4  # sentences after a request in which somebody may take it on
_AT_ONCE = 2  # sentences in which whatever one says one will do is the answer
_SPOKEN_OF = 4  # sentences in which 'she' stands for the person named last
_SAME_TASK = 0.5  # share of stems that two ways of saying one task have in common
_RECAP = 40  # items among which one may be said again


def find_actions(
    spoken: Sequence[Sentence], patterns: Patterns, people: People, language: str, recorded: date
) -> list[Draft]:
    """The action items in order of time."""
    reader = _Reader(patterns, people, language, recorded)
    for sentence in spoken:
        reader.read(sentence)
    for draft in reader.drafts:
        draft.owner = draft.owner or (draft.addressee if draft.kind == "request" else None)
    return [draft for draft in reader.drafts if not draft.dropped and draft.points >= _KEEP]


class _Reader:
    """Follows a conversation sentence by sentence."""

    def __init__(self, patterns: Patterns, people: People, language: str, recorded: date) -> None:
        self._patterns, self._people = patterns, people
        self._drafter = Drafter(patterns, people, language, recorded)
        self._before: Sentence | None = None
        self._named: Naming | None = None
        self.drafts: list[Draft] = []

    def read(self, sentence: Sentence) -> None:
        """Take one sentence into account."""
        waiting = self._waiting(sentence)
        drafts = self._drafter.drafts(sentence, self._spoken_of(sentence))
        withdrawn = self._withdrawn(waiting, sentence)
        if not drafts and not withdrawn and not self._answered(waiting, sentence):
            add_date(sentence, self._before, self.drafts, self._drafter)
        for draft in drafts:
            self._follow(draft, sentence, waiting)
        named = self._people.last_named(sentence.text)
        self._named = Naming(named, sentence) if named is not None else self._named
        self._before = sentence

    def _follow(self, draft: Draft, sentence: Sentence, waiting: list[Draft]) -> None:
        if draft.kind in {"commitment", "offer"}:
            self._commit(draft, waiting)
        elif draft.kind == "named":
            self._assign(draft, waiting)
        else:
            self._answered(waiting, sentence)
            self._ask(draft, waiting)

    def _waiting(self, sentence: Sentence) -> list[Draft]:
        """What is being talked about, latest first."""
        recent = reversed(self.drafts[-2 * _ANSWER_WITHIN :])
        return [draft for draft in recent if sentence.at - draft.last.at <= _ANSWER_WITHIN]

    def _spoken_of(self, sentence: Sentence) -> Naming | None:
        named = self._named
        return named if named is not None and sentence.at - named.sentence.at <= _SPOKEN_OF else None

    def _person(self, name: str | None) -> str | None:
        return self._people.speaker(name) or name

    def _withdrawn(self, waiting: list[Draft], sentence: Sentence) -> bool:
        """Whether the sentence takes the latest item back, or declines it."""
        late = not waiting or waiting[0].dropped or sentence.at - waiting[0].last.at > _AT_ONCE
        if late or not self._patterns.match("withdraw", sentence.text) or self._asked_anew(waiting[0]):
            return False
        waiting[0].state = State.REFUSED
        return True

    def _commit(self, draft: Draft, waiting: list[Draft]) -> None:
        """Somebody says 'I will': of something talked about before, or of something new."""
        for earlier in waiting:
            if self._takes_up(draft, earlier):
                self._take(earlier, draft)
                return
        if draft.leans and not self._explained(draft):
            return
        self._add(draft)

    def _takes_up(self, draft: Draft, earlier: Draft) -> bool:
        """Whether 'I will' is said of an earlier item."""
        speaker, distance = draft.last.speaker, draft.last.at - earlier.last.at
        alike = self._alike(earlier, draft)
        if earlier.kind not in ASKED:
            mine = self._person(earlier.owner) == speaker and not earlier.dropped
            dates = draft.delivers and (earlier.due is None or earlier.due.day is None)
            return mine and (
                dates or alike or (draft.leans and distance <= _AT_ONCE + 1 and not self._asked_anew(earlier))
            )
        if earlier.state is State.TAKEN:
            return earlier.owner == speaker and (alike or (draft.leans and len(draft.stems) <= 1))
        if alike or draft.bare:
            return True
        meant = self._people.speaker(earlier.addressee)
        if earlier.dropped or meant not in {None, speaker}:
            return False
        return draft.leans or (earlier.last.speaker != speaker and distance == 1)

    def _asked_anew(self, earlier: Draft) -> bool:
        """Whether the sentence before asks about something else, so that 'it' is what it asks about."""
        before = self._before
        asked = before is not None and before.text.endswith("?") and before not in earlier.sentences
        return asked and before is not None and bool(self._drafter.stems_beside_due(before.text))

    def _take(self, earlier: Draft, draft: Draft) -> None:
        """The speaker of `draft` takes on, or says again, what was talked about."""
        if earlier.kind in ASKED and earlier.state is not State.TAKEN:
            earlier.points += 2
        earlier.points = max(earlier.points, draft.points)
        earlier.owner, earlier.state = draft.owner, State.TAKEN
        self._join(earlier, draft)

    def _join(self, earlier: Draft, draft: Draft) -> None:
        for sentence in draft.sentences:
            earlier.proven_by(sentence)
        if draft.due is not None and (earlier.due is None or draft.due.day is not None):
            earlier.due = draft.due
        does = earlier.kind in {"need", "anybody"} and draft.kind not in ASKED and not draft.leans
        if len(draft.stems) > len(earlier.stems) or (does and len(draft.stems) > 1):
            earlier.task, earlier.stems = draft.task, draft.stems

    def _explained(self, draft: Draft) -> bool:
        """Whether the sentence before says what 'that' is: a question, or what somebody said to be wanted."""
        before = self._before
        if before is None or before.segment is draft.last.segment:
            return not draft.bare
        asks = draft.kind == "request"
        other = asks or before.speaker != draft.last.speaker
        told = other and bool(self._drafter.stems_beside_due(before.text))
        if told and (asks or before.text.endswith("?") or not draft.bare):
            draft.sentences.insert(0, before)
            known = self.drafts and before in self.drafts[-1].sentences
            if draft.bare or (len(draft.stems) <= 1 and not known and len(before.text.split()) > 2):
                said = self._drafter.tidy(before.text)
                draft.task = said if draft.bare else f"{draft.task} – {said}"
                draft.stems = self._drafter.stems_beside_due(draft.task)
            return True
        return not draft.bare

    def _assign(self, draft: Draft, waiting: list[Draft]) -> None:
        """Somebody says who will do it: what was asked for, what that person offered, or something new."""
        owner = self._person(draft.owner)
        for earlier in waiting:
            near = draft.last.at - earlier.last.at <= _AT_ONCE
            alike = self._alike(earlier, draft) or draft.leans or (earlier.leans and near)
            theirs = self._person(earlier.owner) == owner
            if earlier.kind in ASKED and earlier.state is State.OPEN and alike:
                self._take(earlier, draft)
                return
            if theirs and not earlier.dropped and (alike or (earlier.kind == "offer" and earlier.state is State.OPEN)):
                self._take(earlier, draft)
                return
        if not draft.bare or self._explained(draft):
            self._add(draft)

    def _ask(self, draft: Draft, waiting: list[Draft]) -> None:
        """Something is asked for or called needed, perhaps what was called needed before."""
        for earlier in waiting:
            near = draft.last.at - earlier.last.at <= _AT_ONCE + 1
            if draft.kind == "need" and draft.leans and draft.due is not None and near and not earlier.dropped:
                self._join(earlier, draft)
                earlier.points += 1
                return
            if draft.kind == "request" and draft.leans and near and earlier.owner not in {None, draft.last.speaker}:
                earlier.proven_by(draft.last)  # 'Could you copy Luis on that?'
                return
            same = (draft.leans and near) or self._alike(earlier, draft)
            if same and earlier.kind in ASKED and earlier.owner is None and not earlier.dropped:
                self._join(earlier, draft)
                earlier.points = max(earlier.points, draft.points, _KEEP if draft.addressee else 0)
                earlier.addressee = draft.addressee or earlier.addressee
                earlier.kind = "request" if draft.kind == "request" else earlier.kind
                return
        if not draft.bare or self._explained(draft):
            self._add(draft)

    def _answered(self, waiting: list[Draft], sentence: Sentence) -> bool:
        """Whether the sentence answers something asked for or offered: takes it on, or refuses."""
        listed = self._patterns.match("listed", sentence.text) is not None
        refuses = self._patterns.match("refuse", sentence.text) is not None
        accepts = self._patterns.match("accept", sentence.text) is not None
        welcomes = self._patterns.match("welcome", sentence.text) is not None
        for earlier in waiting:
            if earlier.state is not State.OPEN or not (earlier.kind in ASKED or earlier.kind == "offer"):
                continue
            if listed and earlier.kind in ASKED:
                earlier.points += 2
                earlier.state = State.TAKEN  # by nobody in particular
                earlier.proven_by(sentence)
                return True
            if sentence.speaker in {earlier.last.speaker, earlier.sentences[0].speaker}:
                continue
            if refuses:
                put = earlier.kind != "need" and (earlier.kind != "anybody" or earlier.last.text.endswith("?"))
                earlier.state = State.REFUSED if put else State.OPEN
                return True
            if accepts or (welcomes and earlier.kind == "offer"):
                return self._accepted(earlier, sentence)
        return False

    def _accepted(self, earlier: Draft, sentence: Sentence) -> bool:
        asked = earlier.last.text.endswith("?") and sentence.at - earlier.last.at <= _AT_ONCE
        if earlier.kind == "need" or (earlier.kind == "anybody" and not asked):
            return False  # 'Yes' agrees that it is needed, and takes nothing on
        if earlier.kind == "offer":
            earlier.points += 1
        else:
            meant = self._people.speaker(earlier.addressee)
            if meant is not None and meant != sentence.speaker:
                return False
            earlier.owner = sentence.speaker
            earlier.points += 2
        earlier.state = State.TAKEN
        earlier.due = self._drafter.due(sentence.text) or earlier.due
        earlier.proven_by(sentence)
        return True

    def _add(self, draft: Draft) -> None:
        """A new item, or one said again: at the end of a meeting people sum up."""
        owner = self._person(draft.owner)
        for earlier in reversed(self.drafts[-_RECAP:]):
            same = owner is not None and self._person(earlier.owner) == owner and not earlier.dropped
            if same and min(len(earlier.stems), len(draft.stems)) >= 2 and self._alike(earlier, draft, both=True):
                self._join(earlier, draft)
                earlier.points = max(earlier.points, draft.points)
                return
        self.drafts.append(draft)

    def _alike(self, one: Draft, other: Draft, *, both: bool = False) -> bool:
        if not one.stems or not other.stems:
            return False
        shares = (overlap(one.stems, other.stems), overlap(other.stems, one.stems))
        return (min(shares) if both else max(shares)) >= _SAME_TASK
