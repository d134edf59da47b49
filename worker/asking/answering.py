"""`steno ask`: the passages a question is about, and what a language model answers from them, each sentence checked."""

import asyncio
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from steno.answer import Answer, Passage
from steno.config import Settings
from steno.errors import AnswerFailed, EndpointUnusable, InvalidOption
from steno.sayings.marking import said
from steno.transcript import Transcript
from worker.asking.passages import Indexed, by_meaning, by_words, fused, passages
from worker.asking.together import Together
from worker.asking.vectors import embedded
from worker.summarization.content import Content
from worker.summarization.evidence import Checker
from worker.summarization.language_model.answers import Reply
from worker.summarization.language_model.cache import AnswerCache
from worker.summarization.language_model.conversation import Budget, Conversation
from worker.summarization.language_model.endpoint import Endpoint
from worker.summarization.language_model.faults import ContextExceeded
from worker.summarization.language_model.minutes import endpoints
from worker.summarization.language_model.prompts import Asking
from worker.summarization.language_model.windows import estimate_tokens
from worker.summarization.people import people

_SHOWN = 5  # passages for a person
_READ = 24  # passages for the language model
_ANSWER = 1024  # tokens


def answer(
    question: str,
    transcripts: Sequence[Transcript],
    settings: Settings,
    *,
    language: str | None = None,
    folder: Path | None = None,
) -> Answer:
    """The answer. Where no language model is set, or it fails, the best passages alone.

    What was asked of the model is kept in `folder`, by default one in the data directory. Raises InvalidOption.
    """
    question = " ".join(question.split())
    if not question:
        raise InvalidOption("There is no question", 'Write it last, in quotes: steno ask meeting.json "Who pays?"')
    if not transcripts:
        raise InvalidOption("There is no transcript to ask", "Name one or more.")
    written = [transcript.as_written() for transcript in transcripts]
    kept = folder if folder is not None else settings.data_dir / "minutes"
    return asyncio.run(_answer(question, written, settings, language or written[0].language, kept))


async def _answer(
    question: str, transcripts: Sequence[Transcript], settings: Settings, language: str, kept: Path
) -> Answer:
    indexed = passages(transcripts)
    ranking = by_words(question, indexed, transcripts[0].language)
    if settings.llm_url is None:
        return Answer(question=question, passages=_best(indexed, ranking))
    cheap, _ = endpoints(settings)
    notices: list[str] = []
    async with cheap:
        try:
            if settings.llm_embedding_model is not None:
                ranking = fused([ranking, await _near(question, indexed, cheap, settings, kept)])
        except (AnswerFailed, EndpointUnusable) as failure:
            notices.append(said(f"Passages were found by words alone: {failure}"))
        found = Answer(question=question, passages=_best(indexed, ranking), notices=tuple(notices))
        if not ranking:
            return found
        try:
            read = [indexed[at] for at in ranking[:_READ]]
            return await _by_model(found, read, transcripts, cheap, settings, language, kept)
        except (AnswerFailed, EndpointUnusable, ContextExceeded) as failure:
            return found.model_copy(update={"notices": (*notices, said(f"No language model answered: {failure}"))})


async def _near(
    question: str, indexed: Sequence[Indexed], endpoint: Endpoint, settings: Settings, kept: Path
) -> list[int]:
    model = settings.llm_embedding_model
    assert model is not None
    vectors = await embedded(endpoint, model, [one.passage.text for one in indexed], kept / "vectors")
    asked = await endpoint.embed(model, [question])
    return by_meaning(asked[0], vectors)


async def _by_model(
    found: Answer,
    read: Sequence[Indexed],
    transcripts: Sequence[Transcript],
    endpoint: Endpoint,
    settings: Settings,
    language: str,
    kept: Path,
) -> Answer:
    together = Together(read, transcripts)
    prompt = Asking(found.question, language, together.transcript)
    room = settings.llm_context - _ANSWER - estimate_tokens(prompt.system) - 400
    cache = AnswerCache(kept / "answers", together.key)
    talk = Conversation(endpoint, cache, Budget(4), _ANSWER)
    shown = together.lines(room)
    reply = await talk.ask(prompt.messages(shown), Reply)
    checker = Checker(together.transcript, people(together.transcript), together.day, language, prompt.system)
    content, numbers = Content(), frozenset(line.segment for line in shown)
    for claim in reply.sentences:
        content.keep(content.summary, partial(checker.statement, claim.text, claim.lines, numbers))
    return found.model_copy(
        update={
            "sentences": tuple(together.sentence(one) for one in content.summary),
            "model": await endpoint.model(),
            "dropped": content.dropped,
        }
    )


def _best(indexed: Sequence[Indexed], ranking: Sequence[int]) -> tuple[Passage, ...]:
    return tuple(indexed[at].passage for at in ranking[:_SHOWN])
