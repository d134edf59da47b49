"""The comparison of models asks what Steno asks, and scores as `steno eval minutes` does."""

import json

import pytest

from steno.config import load_settings
from steno.evaluation.golden import read_golden
from steno.jobs import MinutesOptions
from tests.endpoint import Endpoint, Oracle, serving
from tests.promptfoo.cases import ROOT, cases
from tests.promptfoo.prompt import extraction
from tests.promptfoo.score import get_assert
from worker.summarization.summarizing import summarize

GOLDEN = ROOT / "tests/golden"


@pytest.fixture(scope="module")
def every_case():
    return cases({"golden": "tests/golden", "templates": ["general"]})


def of(meeting, every_case):
    return [one["vars"] for one in every_case if one["vars"]["golden"] == f"tests/golden/{meeting}.txt"]


def asked_in(variables):
    return extraction({"vars": variables, "config": {"template": "general"}})


def in_order(requests):
    return sorted(json.dumps(one, sort_keys=True) for one in requests)


def scored(output, variables, threshold=0.5, **context):
    prompt = json.dumps(asked_in(variables)["prompt"])
    return get_assert(output, {"vars": variables, "prompt": prompt, "config": {"threshold": threshold}, **context})


@pytest.mark.parametrize(("meeting", "windows"), [("product-meeting", 1), ("klausurtagung", 12)])
def test_a_case_is_the_request_that_steno_sends(meeting, windows, every_case, tmp_path):
    golden = read_golden(GOLDEN / f"{meeting}.txt")

    with serving(Endpoint(Oracle(golden))) as endpoint:
        settings = load_settings(llm_url=endpoint.url, data_dir=str(tmp_path))
        summarize(golden.transcript, MinutesOptions(), settings)

    sent = [{k: v for k, v in one.body.items() if k != "model"} for one in endpoint.asked if one.extracting]
    ours = [{"messages": one["prompt"], **one["config"]} for one in map(asked_in, of(meeting, every_case))]
    assert len(ours) == windows
    assert in_order(ours) == in_order(sent)


@pytest.mark.parametrize("output", ["I am sorry, I cannot do that.", '{"minutes": []}'])
def test_an_answer_that_cannot_be_read_fails(output, every_case):
    (variables,) = of("product-meeting", every_case)

    verdict = scored(output, variables, threshold=0.0)

    assert not verdict["pass"]
    assert verdict["score"] == 0.0
    assert "not the JSON object" in verdict["reason"]


def test_an_answer_that_was_cut_fails(every_case):
    (variables,) = of("product-meeting", every_case)

    verdict = scored({"action_items": []}, variables, threshold=0.0, providerResponse={"finishReason": "length"})

    assert not verdict["pass"]
    assert "cut" in verdict["reason"]


def test_what_cites_nothing_that_was_said_is_without_evidence(every_case):
    (variables,) = of("product-meeting", every_case)
    invented = {"text": "Everybody gets a pony.", "lines": [100_000]}
    said = {"text": "Let's move the release to the 19th.", "lines": [28]}

    named = scored({"decisions": [said, invented]}, variables)["namedScores"]

    assert (named["decisions_found"], named["decisions_right"], named["decisions_expected"]) == (1, 1, 5)
    assert named["evidence"] == 0.5
