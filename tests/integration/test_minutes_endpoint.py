"""Minutes over the OpenAI protocol: whatever the endpoint does, minutes or a clear reason, in bounded time."""

import time
from pathlib import Path

import pytest

from steno.config import Settings
from steno.evaluation.golden import read_golden
from steno.jobs import MinutesOptions
from tests.endpoint import FAULTS, Endpoint, Oracle, serving
from worker.summarization.summarizing import summarize

GOLDEN = read_golden(Path(__file__).parent.parent / "golden" / "product-meeting.txt")
TASKS = {item.text for item in GOLDEN.actions}
# Context for one window; an answer takes 3 s at most, and is asked for once more.
LIMITS = {"llm_timeout": 3.0, "llm_retries": 1, "llm_context": 32_000}
BOTH_QUESTIONS = 2


@pytest.fixture
def make(tmp_path):
    """Minutes of the golden meeting from an endpoint."""

    def made(endpoint, options=None, transcript=GOLDEN.transcript, **settings):
        chosen = LIMITS | {"data_dir": tmp_path, "llm_url": endpoint.url} | settings
        return summarize(transcript, options or MinutesOptions(), Settings(**chosen))

    return made


def tasks(minutes):
    return {item.task for item in minutes.action_items if item.task in TASKS}


def verbatim(minutes):
    """Whether all evidence is of the transcript."""
    spoken = {segment.id: segment.text for segment in GOLDEN.transcript.segments}
    return all(spoken[proof.segment] == proof.quote for one in minutes.proven() for proof in one.evidence)


def test_a_good_endpoint_gives_the_reference(make):
    with serving(Endpoint(Oracle(GOLDEN))) as endpoint:
        minutes = make(endpoint)

    assert tasks(minutes) == TASKS
    assert minutes.provenance.method == "language model"
    assert minutes.provenance.model == "test-model"
    assert verbatim(minutes)


@pytest.mark.parametrize("fault", FAULTS)
def test_one_fault_is_survived(make, fault):
    with serving(Endpoint(Oracle(GOLDEN), faults={0: fault})) as endpoint:
        begun = time.monotonic()
        minutes = make(endpoint)
        took = time.monotonic() - begun

    assert verbatim(minutes)
    assert minutes.action_items
    assert tasks(minutes) == TASKS or minutes.provenance.notices or minutes.provenance.account.dropped
    assert took < 2 * BOTH_QUESTIONS * LIMITS["llm_timeout"] + 60


@pytest.mark.parametrize("fault", FAULTS)
def test_an_endpoint_that_always_fails_costs_no_minutes_and_no_time(make, fault):
    with serving(Endpoint(Oracle(GOLDEN), always=fault)) as endpoint:
        begun = time.monotonic()
        minutes = make(endpoint, llm_timeout=1.0)
        took = time.monotonic() - begun

    assert verbatim(minutes)
    assert minutes.action_items
    if minutes.provenance.method == "extractive":
        assert any("without a language model" in notice for notice in minutes.provenance.notices)
    assert took < 90


@pytest.mark.parametrize("fault", ["500", "429", "close", "half", "503"])
def test_what_passes_is_asked_again(make, fault):
    with serving(Endpoint(Oracle(GOLDEN), faults={0: fault})) as endpoint:
        minutes = make(endpoint)

    assert tasks(minutes) == TASKS
    assert minutes.provenance.account.requests > len(endpoint.asked) - 1


def test_the_time_that_a_busy_endpoint_names_is_waited(make):
    with serving(Endpoint(Oracle(GOLDEN), faults={0: "429"})) as endpoint:
        begun = time.monotonic()
        make(endpoint)

    assert time.monotonic() - begun >= 1.0  # Retry-After: 1


def test_an_answer_with_words_around_it_is_used(make):
    with serving(Endpoint(Oracle(GOLDEN), always="fenced")) as endpoint:
        minutes = make(endpoint)

    assert len(endpoint.asked) == BOTH_QUESTIONS
    assert tasks(minutes) == TASKS


def test_an_answer_that_is_always_broken_is_mended_and_it_is_said(make):
    with serving(Endpoint(Oracle(GOLDEN), always="truncated")) as endpoint:
        minutes = make(endpoint)

    assert minutes.provenance.method == "language model"
    assert minutes.provenance.notices == (
        "2 answers of the language model were broken and mended: something may be missing.",
    )


@pytest.mark.parametrize("fault", ["prose", "wrong schema", "truncated"])
def test_an_answer_that_cannot_be_read_is_asked_for_once_more(make, fault):
    with serving(Endpoint(Oracle(GOLDEN), faults={0: fault})) as endpoint:
        minutes = make(endpoint)

    assert tasks(minutes) == TASKS
    assert "could not be read" in endpoint.asked[1].user


@pytest.mark.parametrize("fault", ["context", "cut answer", "swallowed"])
def test_a_window_that_is_too_long_is_halved(make, fault):
    with serving(Endpoint(Oracle(GOLDEN), faults={0: fault})) as endpoint:
        minutes = make(endpoint)

    assert tasks(minutes) == TASKS
    assert minutes.provenance.account.windows == 2


def test_invented_numbers_and_items_are_left_out_and_counted(make):
    with serving(Endpoint(Oracle(GOLDEN), always="invented")) as endpoint:
        minutes = make(endpoint)

    assert not any("unicorn" in item.task or item.owner == "Zorro" for item in minutes.action_items)
    assert minutes.provenance.account.dropped["cites nothing that was said"] > 0
    assert "answers failed the checks" in minutes.provenance.notices[0]
    assert len(minutes.action_items) >= len(TASKS) / 2  # the rules'


@pytest.mark.parametrize(
    ("fault", "cure"), [("401", "STENO_LLM_API_KEY"), ("404", "STENO_LLM_MODEL"), ("redirect", "STENO_LLM_URL")]
)
def test_what_no_repetition_cures_is_asked_once(make, fault, cure):
    with serving(Endpoint(Oracle(GOLDEN), always=fault)) as endpoint:
        minutes = make(endpoint, llm_context=4096, llm_concurrency=1)

    assert len(endpoint.asked) == 1
    assert cure in minutes.provenance.notices[0]


def test_nobody_there_is_said(make):
    with serving(Endpoint(Oracle(GOLDEN))) as endpoint:
        pass  # it has stopped

    minutes = make(endpoint, llm_model="test-model")

    assert minutes.provenance.method == "extractive"
    assert "cannot be reached" in minutes.provenance.notices[0]
    assert minutes.action_items


def test_one_part_that_fails_is_read_by_rules_and_named(make):
    def dumb_at_the_beginning(asked):
        return "I am sorry." if asked.extracting and 0 in asked.lines else Oracle(GOLDEN)(asked)

    with serving(Endpoint(dumb_at_the_beginning)) as endpoint:
        minutes = make(endpoint, llm_context=4096)

    account = minutes.provenance.account
    assert (account.by_rules, minutes.provenance.method) == (1, "language model")
    assert any("(0:00:00–" in notice and "were read by rules" in notice for notice in minutes.provenance.notices)


def test_all_is_over_at_the_deadline(make):
    with serving(Endpoint(Oracle(GOLDEN), always="stall")) as endpoint:
        begun = time.monotonic()
        minutes = make(endpoint, llm_model="test-model", llm_timeout=30.0, llm_deadline=3.0)
        took = time.monotonic() - begun

    assert took < 25  # one answer alone may take 30
    assert "STENO_LLM_DEADLINE" in str(minutes.provenance.notices) or "in its time" in str(minutes.provenance.notices)


def test_no_more_questions_at_once_than_allowed(make):
    with serving(Endpoint(Oracle(GOLDEN))) as endpoint:
        make(endpoint, llm_context=4096, llm_concurrency=2)

    assert endpoint.most_at_once <= 2
    assert len(endpoint.asked) > 3


@pytest.mark.parametrize("modes", [{"json_object", "text"}, {"text"}])
def test_a_plainer_endpoint_is_found_out_once_and_remembered(make, modes):
    with serving(Endpoint(Oracle(GOLDEN), modes=frozenset(modes))) as endpoint:
        minutes = make(endpoint)
        refused = len(endpoint.asked) - BOTH_QUESTIONS
        endpoint.asked.clear()
        make(endpoint, MinutesOptions(template="lecture"))

    assert tasks(minutes) == TASKS
    assert refused == 3 - len(modes)
    assert all(asked.body.get("response_format", {}).get("type", "text") in modes for asked in endpoint.asked)


def test_a_second_run_asks_nothing(make):
    with serving(Endpoint(Oracle(GOLDEN))) as endpoint:
        first = make(endpoint)
        asked = len(endpoint.asked)
        second = make(endpoint)

    assert len(endpoint.asked) == asked
    assert second.provenance.account.cached == asked
    assert second.action_items == first.action_items


def test_a_run_that_was_cut_pays_only_for_the_rest(make):
    with serving(Endpoint(Oracle(GOLDEN), faults={2: "401"})) as endpoint:
        make(endpoint, llm_context=4096, llm_concurrency=1)
        done = len(endpoint.asked) - 1
        minutes = make(endpoint, llm_context=4096, llm_concurrency=1)

    assert minutes.provenance.account.cached == done == 2
    assert tasks(minutes) == TASKS


def test_a_template_that_only_writes_otherwise_reads_nothing_again(make, tmp_path):
    text = (Path("worker/summarization/templates/general.toml")).read_text(encoding="utf-8")
    ours = tmp_path / "ours.toml"
    ours.write_text(text.replace("three to eight sentences", "one sentence"), encoding="utf-8")
    with serving(Endpoint(Oracle(GOLDEN))) as endpoint:
        make(endpoint)
        endpoint.asked.clear()
        make(endpoint, MinutesOptions(template=str(ours)))

    assert [asked.extracting for asked in endpoint.asked] == [False]


def test_only_windows_that_fail_the_checks_go_to_the_strong_model(make):
    def weak_at_the_beginning(asked):
        answer = Oracle(GOLDEN)(asked)
        if asked.extracting and 0 in asked.lines:
            answer["decisions"] = [{"text": "Polish the unicorn", "lines": [n]} for n in list(asked.lines)[:20]]
        return answer

    with serving(Endpoint(weak_at_the_beginning)) as cheap, serving(Endpoint(Oracle(GOLDEN))) as strong:
        minutes = make(cheap, llm_context=4096, llm_concurrency=1, llm_strong_model="strong", llm_strong_url=strong.url)

    assert len(strong.asked) == 1
    assert tasks(minutes) == TASKS
    assert minutes.provenance.model.startswith("test-model, strong for 1 of ")


def test_the_key_of_one_endpoint_is_not_shown_to_another(make):
    with serving(Endpoint(Oracle(GOLDEN), always="prose")) as cheap, serving(Endpoint(Oracle(GOLDEN))) as strong:
        make(cheap, llm_api_key="secret", llm_strong_model="strong", llm_strong_url=strong.url)

    assert {asked.authorization for asked in cheap.asked} == {"Bearer secret"}
    assert "secret" not in str([asked.authorization for asked in strong.asked])


def test_minutes_in_another_language_say_that_words_were_not_compared(make):
    with serving(Endpoint(Oracle(GOLDEN))) as endpoint:
        minutes = make(endpoint, MinutesOptions(language="fi"))

    assert minutes.language == "fi"
    assert 'ISO 639 code "fi"' in endpoint.asked[0].system
    assert any("could not be compared" in notice for notice in minutes.provenance.notices)


def test_nothing_said_is_nothing_asked(make):
    silent = GOLDEN.transcript.model_copy(update={"segments": ()})
    with serving(Endpoint(Oracle(GOLDEN))) as endpoint:
        minutes = make(endpoint, transcript=silent)

    assert endpoint.asked == []
    assert (minutes.action_items, minutes.summary) == ((), ())
