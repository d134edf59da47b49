"""Reading the windows: every one is answered for, by the language model, by a stronger one, or by the rules."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

from steno.errors import AnswerFailed, EndpointUnusable, StenoError
from worker.summarization.content import Content, cited
from worker.summarization.evidence import Checker
from worker.summarization.language_model.answers import Extraction
from worker.summarization.language_model.conversation import Budget, Conversation
from worker.summarization.language_model.faults import ContextExceeded
from worker.summarization.language_model.prompts import Prompts, Subject
from worker.summarization.language_model.windows import Window
from worker.summarization.offline.rules import Rules

_MOST_HALVINGS = 3
_FAILING = 0.34  # share of an answer's statements that fail their check: the answer is not to be trusted
_MOST_WITHHELD = 0.2  # of the lines: who takes more for speech to the software has not understood the question
_WORTH_HALVING = 12  # lines
_ASTRAY = AnswerFailed("Its answers failed the checks", "Another model may do better.")
_USELESS = 0.8
_SILENT = 60  # lines in which there must be something to say


@dataclass
class Read:
    """What a window holds. `failure` says why the rules read it."""

    window: Window
    content: Content
    subjects: list[Subject] = field(default_factory=list)
    failure: StenoError | None = None
    strong: bool = False
    withheld: frozenset[int] = frozenset()

    @property
    def seen(self) -> frozenset[int]:
        """Ids of the segments that it was made from."""
        return self.window.segments - self.withheld


@dataclass(frozen=True)
class Reader:
    """Reads windows by `cheap`; those whose answer fails the checks by `strong`, where there is one.

    `spare` bounds what is asked anew since an answer fails its checks. `leaning` are segments that may, with less
    likelihood than is kept back from the start, speak to the software.
    """

    cheap: Conversation
    strong: Conversation | None
    prompts: Prompts
    checker: Checker
    rules: Rules
    spare: Budget
    leaning: frozenset[int] = frozenset()

    async def read(self, windows: Sequence[Window], on_progress: Callable[[int, int], None]) -> list[Read]:
        """All windows, in order, at once as far as the endpoint's concurrency goes. Raises nothing of an endpoint."""
        done = 0

        async def one(window: Window) -> list[Read]:
            nonlocal done
            parts = await self._parts(window, 0)
            done += 1
            on_progress(done, len(windows))
            return parts

        found = await asyncio.gather(*(one(window) for window in windows))
        return [part for parts in found for part in parts]

    async def _parts(self, window: Window, halvings: int) -> list[Read]:
        """The window as one, or halved as often as it takes."""
        try:
            read = await self._by_model(window)
        except ContextExceeded as reason:
            halves = window.halves() if halvings < _MOST_HALVINGS else None
            if halves is None:
                fault = AnswerFailed(f"A part does not fit the language model ({reason})", "Raise STENO_LLM_CONTEXT.")
                return [self._by_rules(window, fault)]
            return [part for half in halves for part in await self._parts(half, halvings + 1)]
        except (AnswerFailed, EndpointUnusable) as failure:
            return [self._by_rules(window, failure)]
        return await self._in_halves(read, first=True) if self._fails(read) else [read]

    async def _in_halves(self, read: Read, *, first: bool) -> list[Read]:
        """A reading that fails its checks, in halves, and these in halves: whatever leads the model astray ends alone.

        What fails when it is small is read by rules. Where halving does not help, the model is weak, not led astray.
        """
        halves = read.window.halves() if len(read.window.lines) >= _WORTH_HALVING and self.spare.has(2) else None
        parts = [part for half in halves or () for part in await self._again(half)]
        if parts and (not first or sum(map(self._faults, parts)) * 2 < self._faults(read)):
            return parts
        if first and not self._fails(read, _USELESS):
            return [read]
        instead = self._by_rules(read.window, _ASTRAY)
        for reason, count in read.content.dropped.items():
            instead.content.drop(reason, count)
        return [instead]

    async def _again(self, half: Window) -> list[Read]:
        if not self.spare.has(1):
            return [self._by_rules(half, _ASTRAY)]
        self.spare.take()
        try:
            read = await self._by_model(half)
        except (AnswerFailed, EndpointUnusable, ContextExceeded):
            return [self._by_rules(half, _ASTRAY)]
        return await self._in_halves(read, first=False) if self._fails(read) else [read]

    async def _by_model(self, window: Window) -> Read:
        """The cheap model's reading, or the strong one's where that is better."""
        try:
            first = await self._without_leaning(await self._ask(self.cheap, window))
        except AnswerFailed:
            if self.strong is None:
                raise
            first = None
        if self.strong is None or (first is not None and not self._fails(first)):
            assert first is not None
            return first
        try:
            second = await self._ask(self.strong, window)
        except (AnswerFailed, EndpointUnusable, ContextExceeded):
            if first is None:
                raise
            return first
        second.strong = True
        return second if first is None or self._faults(second) <= self._faults(first) else first

    async def _without_leaning(self, first: Read) -> Read:
        """A reading that fails its checks once more, without what may have led the model astray, if that is better."""
        window = first.window
        if not self._fails(first) or not self.leaning & window.segments:
            return first
        honest = Window(tuple(line for line in window.lines if line.segment not in self.leaning))
        try:
            second = await self._ask(self.cheap, honest)
        except (AnswerFailed, EndpointUnusable, ContextExceeded):
            return first
        second.window, second.withheld = window, second.withheld | (self.leaning & window.segments)
        return second if self._faults(second) * 2 < self._faults(first) else first

    async def _ask(self, conversation: Conversation, window: Window) -> Read:
        """A reading. Lines that the model takes for speech to the software are left out, and it is asked anew."""
        answer = await conversation.ask(self.prompts.extraction(window), Extraction)
        withheld = frozenset(answer.to_software) & window.segments
        shown = window.segments
        if 0 < len(withheld) <= _MOST_WITHHELD * len(shown):
            shown -= withheld
            honest = Window(tuple(line for line in window.lines if line.segment in shown))
            answer = await conversation.ask(self.prompts.extraction(honest), Extraction)
        else:
            withheld = frozenset()
        return Read(window, checked(answer, shown, self.checker), list(_subjects(answer, shown)), withheld=withheld)

    def _by_rules(self, window: Window, failure: StenoError) -> Read:
        content = self.rules.within(window.segments)
        if failure is _ASTRAY:
            content.points.clear()  # what leads one question astray must not get into the next
        return Read(window, content, failure=failure)

    def _fails(self, read: Read, share: float = _FAILING) -> bool:
        statements = sum(1 for _ in read.content.proven()) + sum(read.content.dropped.values())
        if not statements:
            return len(read.window.lines) >= _SILENT
        return self._faults(read) > share * statements

    def _faults(self, read: Read) -> int:
        """How many statements fail their check, with the action items that were missed."""
        if read.failure is not None:  # what is counted there is of the reading before
            return 0
        doubted = sum(not one.verified for one in read.content.proven())
        return doubted + sum(read.content.dropped.values()) + len(missed(read.content, self.rules, read.seen))


def checked(answer: Extraction, shown: frozenset[int], checker: Checker) -> Content:
    """What of an answer about the segments `shown` the evidence check lets stand."""
    content = Content()
    for into, claims in (
        (content.points, answer.points),
        (content.decisions, answer.decisions),
        (content.open_questions, answer.open_questions),
    ):
        for claim in claims:
            content.keep(into, partial(checker.statement, claim.text, claim.lines, shown))
    for item in answer.action_items:
        parts = (item.task, item.owner, item.due, item.due_date, item.lines)
        content.keep(content.action_items, partial(checker.action, *parts, shown))
    return content


def missed(content: Content, rules: Rules, segments: frozenset[int]) -> list[int]:
    """Places in `rules.sure` of items that are proven within the segments, and that no action item cites."""
    named = {number for item in content.action_items for number in cited(item)}
    return [at for at, item in enumerate(rules.sure) if cited(item) <= segments and not cited(item) & named]


def _subjects(answer: Extraction, shown: frozenset[int]) -> Iterator[Subject]:
    for subject in answer.subjects:
        if subject.first_line in shown and subject.last_line in shown and subject.title.strip():
            yield Subject(subject.title.strip(), subject.first_line, subject.last_line)
