"""The stage `summarize`: a transcript becomes minutes, by a language model where one is set, by rules where not."""

import asyncio
import hashlib
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TypeVar

from steno import __version__
from steno.config import Settings
from steno.exports.clean import short_clock
from steno.jobs import MinutesOptions
from steno.minutes import Account, Minutes, MinutesProvenance, Proven
from steno.sayings.marking import said
from steno.transcript import Transcript
from worker.summarization.content import Content, cited
from worker.summarization.evidence import Checker
from worker.summarization.injection import addressing, leaning
from worker.summarization.language_model.cache import AnswerCache
from worker.summarization.language_model.minutes import Outcome, by_language_model
from worker.summarization.language_model.prompts import PROMPT_VERSION, Prompts
from worker.summarization.offline.rules import Rules
from worker.summarization.people import people
from worker.summarization.templates import Template, load_template

_TO_SOFTWARE = said("said where somebody seems to speak to the software")
_MOST_NAMED = 6  # stretches in one notice
Kind = TypeVar("Kind", bound=Proven)


def summarize(
    transcript: Transcript,
    options: MinutesOptions,
    settings: Settings,
    *,
    on_progress: Callable[[int, int], None] = lambda done, windows: None,
    answers: Path | None = None,
) -> Minutes:
    """The minutes of a transcript.

    What the language model answers is kept in the folder `answers`, by default one in the data directory.
    Where the language model fails, in part or wholly, rules do its work and a notice says so. Raises InvalidOption for
    a template that is none, and StorageDenied or StorageFull.
    """
    transcript = transcript.as_written()
    template = load_template(options.template, settings.template_dir)
    recorded, assumed = _recorded(options, transcript)
    sha256 = hashlib.sha256(transcript.model_dump_json().encode()).hexdigest()
    language = options.language or transcript.language
    withheld = addressing(transcript.segments)
    notices = [assumed] if assumed is not None else []
    outcome: Outcome | None = None
    if settings.llm_url is not None:
        checker = _checker(transcript, recorded, language, template)
        reading = by_language_model(
            checker,
            Rules(checker),
            template,
            settings,
            cache=AnswerCache(answers or settings.data_dir / "minutes" / "answers", sha256),
            withheld=withheld,
            leaning=leaning(transcript.segments),
            on_progress=on_progress,
        )
        outcome = asyncio.run(reading)
        if outcome.failure is not None:
            notices.append(said(f"Made without a language model: {outcome.failure}"))
    if outcome is None or outcome.failure is not None:
        outcome = _by_rules(_checker(transcript, recorded, transcript.language, template), language, outcome)
    notices += outcome.notices
    withheld |= outcome.withheld
    if withheld:
        notices.append(_about(withheld, transcript))
    content = outcome.content
    return Minutes(
        language=language if outcome.model is not None else transcript.language,
        title=content.title,
        summary=_marked(content.summary, withheld),
        topics=tuple(content.topics),
        decisions=_marked(content.decisions, withheld),
        open_questions=_marked(content.open_questions, withheld),
        action_items=_marked(content.action_items, withheld),
        duration=transcript.duration,
        provenance=MinutesProvenance(
            steno_version=__version__,
            method="language model" if outcome.model is not None else "extractive",
            model=outcome.model,
            template=template.name,
            template_version=f"{template.version}.{PROMPT_VERSION}",
            transcript_sha256=sha256,
            recording_name=transcript.provenance.recording_name,
            recording_sha256=transcript.provenance.recording_sha256,
            recorded=recorded,
            created=datetime.now(UTC).replace(microsecond=0),
            account=outcome.account.model_copy(update={"dropped": content.dropped}),
            notices=tuple(notices),
        ),
    )


def _checker(transcript: Transcript, recorded: date, language: str, template: Template) -> Checker:
    instructions = Prompts(transcript, template, language, recorded).instructions
    return Checker(transcript, people(transcript), recorded, language, instructions)


def _by_rules(checker: Checker, wanted: str, failed: Outcome | None) -> Outcome:
    """Extractive minutes; `failed` is what became of the language model, where there is one."""
    rules, language = Rules(checker), checker.language
    outcome = Outcome(rules.content, Account())
    if failed is not None:
        outcome.account = failed.account
        outcome.content.add(Content(dropped=failed.content.dropped))
    if not rules.knows_language:
        outcome.notices.append(
            said(f"There are no rules for action items and decisions in the language '{language}' yet.")
        )
    if wanted != language:
        outcome.notices.append(
            said(f"Without a language model minutes are in the language of the recording, '{language}'.")
        )
    return outcome


def _recorded(options: MinutesOptions, transcript: Transcript) -> tuple[date, str | None]:
    """The day from which dates are counted, and what to say where it is a guess."""
    known = options.recorded or transcript.provenance.recorded
    if known is not None:
        return known, None
    day = transcript.provenance.created.date()
    return day, said(f"The day of the recording is not known; dates are counted from {day}, its transcription.")


def _marked(statements: Iterable[Kind], withheld: frozenset[int]) -> tuple[Kind, ...]:
    return tuple(
        one.model_copy(update={"doubts": (*one.doubts, _TO_SOFTWARE)}) if cited(one) & withheld else one
        for one in statements
    )


def _about(withheld: frozenset[int], transcript: Transcript) -> str:
    """Where people seem to speak to the software, for a person to listen to."""
    stretches: list[list[float]] = []
    for segment in transcript.segments:
        if segment.id not in withheld:
            continue
        if stretches and segment.start - stretches[-1][1] < 5:
            stretches[-1][1] = segment.end
        else:
            stretches.append([segment.start, segment.end])
    named = ", ".join(f"{short_clock(start)}–{short_clock(end)}" for start, end in stretches[:_MOST_NAMED])
    more = len(stretches) - _MOST_NAMED
    where = said(f"{named} and {more} more places") if more > 0 else named
    return said(f"At {where} somebody seems to tell the software what to write. No language model was shown this.")
