"""Against llama.cpp's own server: its protocol, its structured output and its errors are not what we think of them."""

import asyncio
import json
import time
from pathlib import Path

import jsonschema
import pytest

from steno.config import Settings
from steno.errors import AnswerFailed
from steno.evaluation.golden import read_golden
from steno.jobs import MinutesOptions
from tests.llama_server import MODEL, garbling, llama_server, random_llama
from worker.summarization.language_model.answers import Extraction, schema
from worker.summarization.language_model.dialect import Memory
from worker.summarization.language_model.endpoint import Address, Endpoint, Limits
from worker.summarization.language_model.faults import ContextExceeded
from worker.summarization.summarizing import summarize

GOLDEN = Path(__file__).parents[1] / "golden"
CONTEXT = 8192
# So bounded that every answer by it comes to an end, whatever a model prefers.
VERDICT = {
    "type": "object",
    "properties": {
        "verdict": {"enum": ["adopted", "rejected", "adjourned"]},
        "unanimous": {"type": "boolean"},
        "owner": {"anyOf": [{"const": "Priya"}, {"type": "null"}]},
        "items": {
            "type": "array",
            "items": {"type": "integer", "minimum": 0, "maximum": 99},
            "minItems": 1,
            "maxItems": 3,
        },
    },
    "required": ["verdict", "unanimous", "owner", "items"],
    "additionalProperties": False,
}
QUESTION = [
    {"role": "system", "content": "You write minutes."},
    {"role": "user", "content": "[1] Priya: Let us move the release to the 19th.\nWhat was decided?"},
]


@pytest.fixture(scope="module")
def words():
    """English meetings, from which the models have their vocabulary."""
    names = ("product-meeting.txt", "customer-call.txt", "research-group.txt")
    return "\n".join((GOLDEN / name).read_text() for name in names)


@pytest.fixture(scope="module")
def url(words, tmp_path_factory):
    """A server whose model mostly comes to an end."""
    model = random_llama(tmp_path_factory.mktemp("terse") / "model.gguf", words)
    with llama_server(model, context=CONTEXT) as address:
        yield address


@pytest.fixture(scope="module")
def garbling_url(words, tmp_path_factory):
    """A server whose model never ends a string, and of bytes that are no UTF-8."""
    model = random_llama(tmp_path_factory.mktemp("garbling") / "model.gguf", words, leaning=garbling)
    with llama_server(model, context=CONTEXT) as address:
        yield address


@pytest.fixture
def talk(tmp_path):
    """Runs one conversation: what `say` makes of an endpoint at an address."""

    def run(address, say, model=None):
        async def conversation():
            limits = Limits(timeout=30.0, deadline=time.monotonic() + 60.0, retries=0, concurrency=1)
            async with Endpoint(Address(address, None, model), limits, Memory(tmp_path)) as endpoint:
                return await say(endpoint)

        return asyncio.run(conversation())

    return run


@pytest.fixture
def make(tmp_path):
    """Minutes of the golden meeting."""
    meeting = read_golden(GOLDEN / "product-meeting.txt").transcript

    def made(address, **settings):
        chosen = {"llm_context": CONTEXT, "llm_timeout": 60.0, "llm_deadline": 40.0, "llm_retries": 0} | settings
        return summarize(meeting, MinutesOptions(), Settings(data_dir=tmp_path, llm_url=address, **chosen))

    return made


def evidence(minutes):
    return [proof for one in minutes.proven() for proof in one.evidence]


def test_the_only_model_is_found(talk, url):
    async def say(endpoint):
        return await endpoint.model()

    assert talk(url, say) == MODEL


def test_an_answer_is_of_the_schema_to_the_letter(talk, url):
    async def say(endpoint):
        return await endpoint.ask(QUESTION, VERDICT, max_tokens=400)

    answer = talk(url, say)

    jsonschema.validate(json.loads(answer.text), VERDICT)


def test_the_tokens_of_the_question_are_counted(talk, url):
    async def say(endpoint):
        return await endpoint.ask(QUESTION, VERDICT, max_tokens=400)

    answer = talk(url, say)

    assert answer.prompt_tokens is not None
    assert 10 < answer.prompt_tokens < 200


def test_the_schema_of_an_extraction_is_taken_in_the_first_dialect(talk, url, tmp_path):
    """A server without schemas would be asked in a plainer way, and that would be remembered."""

    async def say(endpoint):
        return await endpoint.ask(QUESTION, schema(Extraction), max_tokens=4000)

    answer = talk(url, say)

    jsonschema.validate(json.loads(answer.text), schema(Extraction))
    assert Memory(tmp_path).recall(url, MODEL).mode == "json_schema"


def test_a_question_longer_than_the_context_is_known_as_such(talk, url):
    long = [QUESTION[0], {"role": "user", "content": "Let us move the release to the 19th. " * CONTEXT}]

    async def say(endpoint):
        return await endpoint.ask(long, VERDICT, max_tokens=400)

    with pytest.raises(ContextExceeded):
        talk(url, say)


def test_an_answer_longer_than_allowed_is_known_as_such(talk, url):
    async def say(endpoint):
        return await endpoint.ask(QUESTION, schema(Extraction), max_tokens=8)

    with pytest.raises(ContextExceeded, match="cut"):
        talk(url, say)


def test_an_answer_that_the_server_cannot_read_itself_is_to_be_asked_for_in_parts(talk, garbling_url):
    async def say(endpoint):
        return await endpoint.ask(QUESTION, schema(Extraction), max_tokens=100)

    with pytest.raises(ContextExceeded, match="does not match the expected"):
        talk(garbling_url, say)


def test_a_server_without_embeddings_says_so(talk, url):
    async def say(endpoint):
        return await endpoint.embed(MODEL, ["the release", "the budget"])

    with pytest.raises(AnswerFailed, match="does not support embeddings"):
        talk(url, say)


def test_a_server_with_embeddings_gives_a_vector_for_each_text(talk, words, tmp_path):
    async def say(endpoint):
        return await endpoint.embed(MODEL, ["the release", "the budget", "the release"])

    with llama_server(random_llama(tmp_path / "model.gguf", words), embeddings=True) as address:
        first, second, again = talk(address, say)

    assert len(first) == len(second) > 1
    assert first == pytest.approx(again, abs=1e-3)
    assert first != pytest.approx(second, abs=1e-3)


def test_minutes_of_a_model_that_understands_nothing_cite_only_what_was_said(make, url):
    spoken = {segment.id: segment.text for segment in read_golden(GOLDEN / "product-meeting.txt").transcript.segments}

    minutes = make(url)

    assert evidence(minutes)
    assert all(spoken[proof.segment] == proof.quote for proof in evidence(minutes))


def test_what_a_model_that_understands_nothing_does_is_accounted_for(make, url):
    minutes = make(url)

    account = minutes.provenance.account
    assert account.requests >= account.windows >= 1
    assert account.dropped or minutes.unverified or minutes.provenance.notices


def test_answers_are_not_asked_for_twice(make, url):
    first = make(url).provenance.account

    second = make(url).provenance.account

    assert second.cached > 0
    assert second.requests < first.requests


def test_a_model_that_never_ends_costs_its_deadline_and_the_rules_write_the_minutes(make, garbling_url):
    begun = time.monotonic()
    minutes = make(garbling_url, llm_deadline=8.0)
    took = time.monotonic() - begun

    assert minutes.provenance.method == "extractive"
    assert any("without a language model" in notice for notice in minutes.provenance.notices)
    assert minutes.action_items
    assert took < 60.0
