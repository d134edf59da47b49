"""Minutes by a language model: cut, read, merged, composed; what it fails at the rules do, and it is said."""

from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from time import monotonic

from steno.config import Settings
from steno.errors import AnswerFailed, EndpointUnusable, StenoError
from steno.exports.clean import short_clock
from steno.minutes import Account
from steno.sayings.marking import said
from worker.summarization.content import Content
from worker.summarization.evidence import Checker
from worker.summarization.language_model.cache import AnswerCache
from worker.summarization.language_model.composing import Composer, topics
from worker.summarization.language_model.conversation import Budget, Conversation
from worker.summarization.language_model.cutting import Sizes, cut
from worker.summarization.language_model.dialect import Memory
from worker.summarization.language_model.endpoint import Address, Endpoint, Limits
from worker.summarization.language_model.faults import ContextExceeded
from worker.summarization.language_model.prompts import Prompts
from worker.summarization.language_model.reading import Read, Reader, missed
from worker.summarization.language_model.windows import Window
from worker.summarization.merging import alike, merged
from worker.summarization.offline.rules import Rules
from worker.summarization.templates import Template

_MISSED = said("found by the rules; the language model did not list it")


@dataclass
class Outcome:
    """What the model made of a transcript. `failure` says why it made nothing, `withheld` what it did not see."""

    content: Content
    account: Account
    model: str | None = None
    notices: list[str] = field(default_factory=list)
    failure: StenoError | None = None
    withheld: frozenset[int] = frozenset()


async def by_language_model(
    checker: Checker,
    rules: Rules,
    template: Template,
    settings: Settings,
    *,
    cache: AnswerCache,
    withheld: frozenset[int],
    leaning: frozenset[int],
    on_progress: Callable[[int, int], None],
) -> Outcome:
    """The content of the minutes of all segments but the `withheld`, and in doubt without the `leaning` ones.

    Raises no error of an endpoint.
    """
    transcript = checker.transcript
    prompts = Prompts(transcript, template, checker.language, checker.recorded)
    sizes = Sizes.of(settings.llm_context, prompts)
    if not sizes.enough:
        cure = said("Raise STENO_LLM_CONTEXT, or shorten the template.")
        return Outcome(Content(), Account(), failure=EndpointUnusable("The model's context has no room to read", cure))
    parts = cut(transcript, withheld, sizes.shown)
    # Halved windows, unreadable answers and the levels of the summary are in it; without it, a model that always fails
    # would be asked for as long as the deadline allows.
    budget = Budget(4 * len(parts) + 10)
    async with AsyncExitStack() as stack:
        cheap, strong = [
            Conversation(await stack.enter_async_context(endpoint), cache, budget, sizes.answer) if endpoint else None
            for endpoint in endpoints(settings)
        ]
        assert cheap is not None
        try:
            model = await cheap.endpoint.model()
        except (AnswerFailed, EndpointUnusable) as failure:
            return Outcome(Content(), Account(windows=len(parts), requests=cheap.endpoint.requests), failure=failure)
        spare = Budget(len(parts) + 12)
        reader = Reader(cheap, strong, prompts, checker, rules, spare, leaning - withheld)
        read = await reader.read(parts, on_progress)
        composer = Composer(cheap, prompts, checker, sizes.shown)
        outcome = await _put_together(read, composer, checker, rules, withheld)
    mended = cheap.mended + (strong.mended if strong is not None else 0)
    if mended:
        outcome.notices.append(
            said(f"{mended} answers of the language model were broken and mended: something may be missing.")
        )
    talks = [talk for talk in (cheap, strong) if talk is not None]
    outcome.account = Account(
        windows=len(read),
        by_rules=sum(one.failure is not None for one in read),
        requests=sum(talk.endpoint.requests for talk in talks),
        cached=sum(talk.cached for talk in talks),
    )
    stronger = sum(one.strong for one in read)
    outcome.model = f"{model}, {settings.llm_strong_model} for {stronger} of {len(read)} parts" if stronger else model
    return outcome


async def _put_together(
    read: Sequence[Read], composer: Composer, checker: Checker, rules: Rules, withheld: frozenset[int]
) -> Outcome:
    failed = [one for one in read if one.failure is not None]
    if read and len(failed) == len(read):
        nothing = Content()
        for one in read:
            nothing.add(Content(dropped=one.content.dropped))
        return Outcome(nothing, Account(), failure=failed[0].failure)
    content, language = Content(), checker.language
    for one in read:
        content.add(one.content)
    withheld = withheld.union(*(one.withheld for one in read))
    if withheld:
        unseen = rules.within(withheld)
        unseen.points.clear()
        content.add(unseen)
    content.points = merged(content.points, language)
    content.decisions = merged(content.decisions, language)
    content.open_questions = merged(content.open_questions, language)
    content.action_items = merged(content.action_items, language)
    seen = frozenset(number for one in read for number in one.seen)
    for at in missed(content, rules, seen):
        item = rules.sure[at]
        if not any(alike(item, other, language) for other in content.action_items):
            content.action_items.append(item.model_copy(update={"doubts": (*item.doubts, _MISSED)}))
    content.action_items.sort(key=lambda item: item.start)
    outcome = Outcome(content, Account(), withheld=withheld)
    if failed:
        outcome.notices.append(_failed(failed, len(read), checker))
    if not checker.same_language:
        outcome.notices.append(
            said("The transcript is in another language: its words could not be compared with these.")
        )
    subjects = [subject for one in read for subject in one.subjects]
    try:
        head = await composer.compose(content.points, subjects)
        if content.points and not head.summary:
            raise AnswerFailed("The language model wrote no summary that the points bear", "Try another model.")
    except (AnswerFailed, EndpointUnusable, ContextExceeded) as failure:
        head = Content(title=rules.content.title, summary=rules.content.summary)
        head.topics = topics(subjects, checker.transcript)
        outcome.notices.append(said(f"The summary is extractive: {failure}"))
    content.title, content.summary = head.title or rules.content.title, head.summary
    content.topics = head.topics or rules.content.topics
    for reason, count in head.dropped.items():
        content.drop(reason, count)
    return outcome


def _failed(failed: Sequence[Read], parts: int, checker: Checker) -> str:
    where = ", ".join(_stretch(one.window, checker) for one in failed[:6]) + (" ..." if len(failed) > 6 else "")
    why = failed[0].failure
    return said(f"{len(failed)} of {parts} parts ({where}) were read by rules, not by the language model: {why}")


def _stretch(window: Window, checker: Checker) -> str:
    inside = [segment for segment in checker.transcript.segments if segment.id in window.segments]
    return f"{short_clock(inside[0].start)}–{short_clock(inside[-1].end)}"


def endpoints(settings: Settings) -> tuple[Endpoint, Endpoint | None]:
    """The language model that is set and, where there is one, the strong one."""
    memory = Memory(settings.data_dir / "minutes" / "endpoints")
    here, bounds = address(settings), limits(settings)
    cheap = Endpoint(here, bounds, memory)
    if settings.llm_strong_model is None:
        return cheap, None
    url = settings.llm_strong_url or here.url
    given = settings.llm_strong_api_key
    # The key of one endpoint is not shown to another.
    key = given.get_secret_value() if given else here.api_key if url == here.url else None
    return cheap, Endpoint(Address(url, key, settings.llm_strong_model), bounds, memory)


def address(settings: Settings) -> Address:
    """Where the language model is that is set."""
    assert settings.llm_url is not None
    key = settings.llm_api_key.get_secret_value() if settings.llm_api_key else None
    return Address(settings.llm_url, key, settings.llm_model)


def limits(settings: Settings) -> Limits:
    """The limits from now on."""
    return Limits(
        timeout=settings.llm_timeout,
        deadline=monotonic() + settings.llm_deadline,
        retries=settings.llm_retries,
        concurrency=settings.llm_concurrency,
    )
