"""Action items by rules: who says that they, or somebody, will do what by when, and who takes it on."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from steno.minutes import Due
from steno.vocabulary import content_stems, overlap
from worker.summarization.dates import due_phrases, find_due
from worker.summarization.offline.patterns import Found, Patterns
from worker.summarization.offline.sentences import Sentence
from worker.summarization.people import People, addressee

_ANSWER_WITHIN = 4  # sentences after a request in which somebody may take it on
_SAME_TASK = 0.5  # share of stems that two ways of saying one task have in common
_KEEP = 2  # points: what a person would call an action item, measured on the golden meetings (docs/evaluation.md)
_LONGEST_BACK = 8  # words of a commitment that may only point back


@dataclass
class Draft:
    """An action item that is still being talked about; `points` say how much it looks like one."""

    task: str
    sentences: list[Sentence]
    kind: str
    points: int
    owner: str | None = None
    addressee: str | None = None
    due: Due | None = None
    taken: bool = False
    dropped: bool = False
    stems: list[str] = field(default_factory=list)


def find_actions(
    spoken: Sequence[Sentence], patterns: Patterns, people: People, language: str, recorded: date
) -> list[Draft]:
    """The action items in order of time."""
    reader = _Reader(patterns, people, language, recorded)
    for sentence in spoken:
        reader.read(sentence)
    return [draft for draft in reader.drafts if not draft.dropped and draft.points >= _KEEP]


class _Reader:
    def __init__(self, patterns: Patterns, people: People, language: str, recorded: date) -> None:
        self._patterns, self._people, self._language, self._recorded = patterns, people, language, recorded
        self.drafts: list[Draft] = []

    def read(self, sentence: Sentence) -> None:
        """Take one sentence into account."""
        text = sentence.text
        waiting = list(self._waiting(sentence))
        if waiting and self._withdraws(waiting, text):
            return
        draft = self._draft(sentence)
        if draft is not None and draft.kind in {"commitment", "offer"}:
            self._commit(draft, sentence, waiting)
        elif draft is not None:
            self._replied(sentence, waiting)
            self._add(draft)
        elif not self._replied(sentence, waiting):
            self._detail(sentence)

    def _waiting(self, sentence: Sentence) -> Iterator[Draft]:
        """Requests and needs of which somebody may still take hold, latest first."""
        for draft in reversed(self.drafts):
            if sentence.at - draft.sentences[-1].at > _ANSWER_WITHIN:
                break
            if not draft.dropped:
                yield draft

    def _draft(self, sentence: Sentence) -> Draft | None:
        text = sentence.text
        patterns = self._patterns
        if patterns.match("never", text):
            return None
        for kind, points in (
            ("marker", 3),
            ("named", 2),
            ("commitment", 2),
            ("request", 1),
            ("anybody", 1),
            ("offer", 1),
            ("need", 1),
        ):
            found = patterns.match(kind, text)
            if found is None:
                continue
            due = find_due(text, self._language, self._recorded)
            task = self._task(found, text)
            if patterns.match("immediate", text) or patterns.match("immediate", found.task):
                return None
            draft = Draft(task, [sentence], kind, points, due=due)
            draft.stems = content_stems(self._without_due(task), self._language)
            if due is not None:
                draft.points += 1
            if kind in {"request", "anybody", "need"}:
                draft.addressee = found.owner or addressee(text, self._people)
                if kind == "request" and draft.addressee is not None:
                    draft.points += 1
            elif kind in {"marker", "named"}:
                draft.owner = found.owner
            else:
                draft.owner = sentence.speaker
            return draft
        return None

    def _task(self, found: Found, text: str) -> str:
        """What is to be done: the words after the pattern, or those before it where they only point back."""
        task = found.task
        if self._patterns.refers_back(self._without_due(task)) or not task:
            before = self._patterns.without_fillers(found.before)
            if len(content_stems(before, self._language)) >= 2:
                return before.rstrip(" ,;")
        return task or self._patterns.without_fillers(text)

    def _commit(self, draft: Draft, sentence: Sentence, waiting: list[Draft]) -> None:
        """Somebody says 'I will': of something asked for before, or of something new."""
        bare = self._without_due(draft.task)
        back = self._patterns.refers_back(bare) or (not draft.stems)
        for earlier in waiting:
            same_speaker = earlier.sentences[-1].speaker == sentence.speaker
            mine = earlier.owner is not None and earlier.taken and earlier.owner == sentence.speaker
            alike = self._alike(earlier, draft)
            if earlier.kind in {"commitment", "offer", "named"} and not (mine or earlier.owner == sentence.speaker):
                continue
            if back or alike or (mine and same_speaker and sentence.at - earlier.sentences[-1].at <= 2 and alike):
                self._take(earlier, sentence, draft)
                return
        if back:
            return
        if draft.kind == "offer":
            answered = any(one.kind in {"request", "anybody", "need"} and not one.taken for one in waiting)
            draft.points += 1 if answered else 0
            if answered:
                nearest = next(one for one in waiting if one.kind in {"request", "anybody", "need"} and not one.taken)
                if not nearest.stems or self._alike(nearest, draft):
                    self._take(nearest, sentence, draft)
                    return
        self._add(draft)

    def _take(self, earlier: Draft, sentence: Sentence, draft: Draft) -> None:
        """`sentence` takes on what was asked for in `earlier`."""
        earlier.owner = sentence.speaker
        earlier.taken = True
        earlier.points += 2
        if sentence not in earlier.sentences:
            earlier.sentences.append(sentence)
        if draft.due is not None and (earlier.due is None or earlier.due.day is None):
            earlier.due = draft.due
        if len(draft.stems) > len(earlier.stems):
            earlier.task, earlier.stems = draft.task, draft.stems

    def _replied(self, sentence: Sentence, waiting: list[Draft]) -> bool:
        """Whether the sentence answers something asked for: takes it on, or refuses."""
        for earlier in waiting:
            if earlier.taken or earlier.sentences[-1].speaker == sentence.speaker:
                continue
            if earlier.kind not in {"request", "anybody", "need", "offer"}:
                continue
            if self._patterns.match("refuse", sentence.text):
                if earlier.kind in {"request", "offer"}:
                    earlier.dropped = True
                return True
            if self._patterns.match("accept", sentence.text):
                self._accepted(earlier, sentence)
                return True
        return False

    def _accepted(self, earlier: Draft, sentence: Sentence) -> None:
        if earlier.kind == "request":
            wanted = self._people.speaker(earlier.addressee)
            if wanted is not None and wanted != sentence.speaker:
                return
            earlier.owner, earlier.taken = sentence.speaker, True
            earlier.points += 2
        else:
            earlier.points += 1
        due = find_due(sentence.text, self._language, self._recorded)
        if due is not None and earlier.due is None:
            earlier.due = due
        earlier.sentences.append(sentence)

    def _withdraws(self, waiting: list[Draft], text: str) -> bool:
        if not self._patterns.match("withdraw", text):
            return False
        waiting[0].dropped = True
        return True

    def _detail(self, sentence: Sentence) -> None:
        """A short sentence right after an item may say its date: 'Let's say by next Monday.'"""
        if not self.drafts:
            return
        last = self.drafts[-1]
        if last.dropped or last.due is not None or sentence.at - last.sentences[-1].at > 2:
            return
        if len(sentence.text.split()) > 9 or sentence.text.endswith("?"):
            return
        found = [one for one in due_phrases(sentence.text, self._language, self._recorded) if one.due.day is not None]
        if found and sentence.speaker in {last.owner, last.sentences[0].speaker}:
            last.due = found[0].due
            last.points += 1
            last.sentences.append(sentence)

    def _add(self, draft: Draft) -> None:
        for earlier in reversed(self.drafts[-12:]):
            if earlier.dropped or earlier.owner != draft.owner or earlier.kind in {"need"}:
                continue
            if min(len(earlier.stems), len(draft.stems)) >= 2 and self._alike(earlier, draft, both=True):
                earlier.sentences.append(draft.sentences[0])
                earlier.due = earlier.due or draft.due
                earlier.points = max(earlier.points, draft.points)
                return
        self.drafts.append(draft)

    def _alike(self, one: Draft, other: Draft, *, both: bool = False) -> bool:
        if not one.stems or not other.stems:
            return False
        shares = (overlap(one.stems, other.stems), overlap(other.stems, one.stems))
        return (min(shares) if both else max(shares)) >= _SAME_TASK

    def _without_due(self, task: str) -> str:
        for phrase in reversed(due_phrases(task, self._language, self._recorded)):
            task = task[: phrase.span[0]] + task[phrase.span[1] :]
        return " ".join(task.split())
