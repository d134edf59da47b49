"""Questions answered by real workers: by the best passages, by a language model, after a worker was killed."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from steno.config import Settings
from tests.endpoint import Asked, Endpoint, serving
from tests.seeding import long_transcript, seed
from tests.service import Service, free_port

TRANSCRIPT = long_transcript(2000)
QUESTION = "Who asks the office about the keys?"


def clerk(asked: Asked) -> dict[str, Any]:
    """Answers with the first line it is shown, and with one that proves nothing."""
    number, (_, words) = next(iter(asked.lines.items()))
    return {"sentences": [{"text": words, "lines": [number]}, {"text": "The moon is far.", "lines": [99_999]}]}


def ask(service: Service, job: str, question: str = QUESTION) -> str:
    answer = service.request("POST", f"/api/v1/jobs/{job}/questions", json={"question": question})
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


def look(service: Service, job: str, question: str) -> dict[str, Any]:
    found: dict[str, Any] = service.request("GET", f"/api/v1/jobs/{job}/questions/{question}").json()
    return found


def answered(service: Service, job: str, question: str) -> dict[str, Any]:
    service.until(lambda: look(service, job, question)["state"] in {"done", "failed"}, "it is answered")
    return look(service, job, question)


@pytest.fixture(scope="module")
def endpoint() -> Iterator[Endpoint]:
    with serving(Endpoint(clerk), port=free_port()) as serves:
        yield serves


@pytest.fixture(scope="module")
def offline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with Service(tmp_path_factory.mktemp("offline") / "data") as running:
        yield running


@pytest.fixture(scope="module")
def asking(tmp_path_factory: pytest.TempPathFactory, endpoint: Endpoint) -> Iterator[Service]:
    environment = {"STENO_LLM_URL": endpoint.url, "STENO_LLM_RETRIES": "0", "STENO_LLM_TIMEOUT": "20"}
    with Service(tmp_path_factory.mktemp("asking") / "data", **environment) as running:
        yield running


def seeded(service: Service) -> str:
    return seed(Settings(data_dir=service.data), TRANSCRIPT, recording=b"RIFF")


def test_without_a_language_model_the_best_passages_are_the_answer(offline: Service) -> None:
    job = seeded(offline)

    found = answered(offline, job, ask(offline, job))

    assert (found["state"], found["error"]) == ("done", None)
    answer = found["answer"]
    assert answer["question"] == QUESTION
    assert answer["sentences"] == []
    assert "office" in answer["passages"][0]["text"].lower()
    ids = {segment.id for segment in TRANSCRIPT.segments}
    assert all(set(passage["segments"]) <= ids for passage in answer["passages"])


@pytest.mark.parametrize("question", ["When does the second group begin?", "Does Zaphod dance?", "?!"])
def test_any_question_has_an_answer(offline: Service, question: str) -> None:
    job = seeded(offline)

    found = answered(offline, job, ask(offline, job, question))

    assert (found["state"], found["error"]) == ("done", None)
    assert bool(found["answer"]["passages"]) == ("group" in question)


def test_a_corrected_transcript_is_what_is_asked(offline: Service) -> None:
    job = seeded(offline)
    edit = {"segments": [{"segment": 40, "text": "Zaphod pays for the heart of gold."}]}
    assert offline.request("PATCH", f"/api/v1/jobs/{job}/transcript", json=edit).ok

    found = answered(offline, job, ask(offline, job, "Who pays for the heart?"))

    assert 40 in found["answer"]["passages"][0]["segments"]


def test_a_language_model_answers_with_what_proves_it(asking: Service, endpoint: Endpoint) -> None:
    job = seeded(asking)

    found = answered(asking, job, ask(asking, job))

    answer = found["answer"]
    assert answer["model"] == "test-model"
    (sentence,) = answer["sentences"]
    assert sentence["citations"][0]["text"]
    assert sum(answer["dropped"].values()) == 1
    assert QUESTION in json.dumps([one.body for one in endpoint.asked])


def test_a_language_model_that_fails_leaves_the_passages(asking: Service, endpoint: Endpoint) -> None:
    job = seeded(asking)
    endpoint.always = "500"
    try:
        found = answered(asking, job, ask(asking, job, "What does the committee want?"))
    finally:
        endpoint.always = None

    assert found["state"] == "done"
    assert found["answer"]["passages"]
    assert "No language model answered" in " ".join(found["answer"]["notices"])


def test_a_killed_worker_costs_no_question(asking: Service, endpoint: Endpoint) -> None:
    job = seeded(asking)
    before = len(endpoint.asked)
    endpoint.always = "stall"
    question = ask(asking, job, "When does the second group begin?")
    asking.until(lambda: len(endpoint.asked) > before, "a worker asks the model")

    asking.kill("worker")
    endpoint.always = None

    assert answered(asking, job, question)["state"] == "done"


def test_a_job_deleted_while_it_is_asked_leaves_nothing(asking: Service, endpoint: Endpoint) -> None:
    kept = files(asking.data)
    job = seeded(asking)
    before = len(endpoint.asked)
    endpoint.always = "stall"
    ask(asking, job, "Which room does the budget cover?")
    asking.until(lambda: len(endpoint.asked) > before, "a worker asks the model")
    endpoint.always = None

    assert asking.request("DELETE", f"/api/v1/jobs/{job}").status_code == 204

    # The worker learns of it when the model has answered.
    asking.until(lambda: endpoint.at_once == 0, "the model has answered")
    asking.until(lambda: files(asking.data) <= kept, "nothing is left")


def files(data: Path) -> set[Path]:
    """What is kept of jobs."""
    return {path for path in (data / "blobs").rglob("*") if path.is_file()}
