"""Questions by the REST API: asked, looked at, deleted; answers come from a worker (test_service_questions)."""

from pathlib import Path
from typing import Any

import pytest

from steno.states import Queue
from tests.rest import Person, Rest, make_rest


@pytest.fixture
def job(rest: Rest, ann: Person) -> str:
    done = ann.job()
    rest.complete(done)
    return done


def ask(person: Person, job: str, question: str = "Who pays?") -> Any:
    return person("POST", f"/jobs/{job}/questions", json={"question": question})


def blobs(rest: Rest) -> int:
    return len(list((rest.settings.data_dir / "blobs/questions").glob("*/*.json")))


def test_a_question_waits_for_its_answer(rest: Rest, ann: Person, job: str) -> None:
    first = ask(ann, job, " Who \u202e pays? ")
    second = ask(ann, job, "When?")

    assert (first.status_code, first.json["state"], first.json["question"]) == (202, "due", "Who pays?")
    assert (first.json["answer"], first.json["error"]) == (None, None)
    assert rest.nudged[-1] is Queue.LLM
    listed = ann.get(f"/jobs/{job}/questions").json["questions"]
    assert [one["question"] for one in listed] == ["Who pays?", "When?"]
    assert ann.get(f"/jobs/{job}/questions/{second.json['id']}").json == second.json


def test_a_question_is_deleted_with_what_was_kept_of_it(rest: Rest, ann: Person, job: str) -> None:
    one = ask(ann, job).json["id"]
    ask(ann, job)

    deleted = ann("DELETE", f"/jobs/{job}/questions/{one}")

    assert (deleted.status_code, blobs(rest)) == (204, 1)
    assert ann.get(f"/jobs/{job}/questions/{one}").json["code"] == "unknown-question"
    ann("DELETE", f"/jobs/{job}")
    assert blobs(rest) == 0


def test_what_is_asked_lies_nowhere_in_the_clear(rest: Rest, ann: Person, job: str) -> None:
    ask(ann, job, "Does Zaphod pay?")

    kept = [path for path in rest.settings.data_dir.rglob("*") if path.is_file()]

    assert blobs(rest) == 1
    assert not any(b"Zaphod" in path.read_bytes() for path in kept)


@pytest.mark.parametrize("question", ["", " \u202e ", "x" * 1001, 7])
def test_what_is_no_question_is_refused(ann: Person, job: str, question: object) -> None:
    assert ann("POST", f"/jobs/{job}/questions", json={"question": question}).status_code == 422


def test_nothing_is_asked_before_there_is_a_transcript(rest: Rest, ann: Person) -> None:
    waiting = ann.job(content="other")

    assert ask(ann, waiting).json["code"] == "not-there-yet"
    assert blobs(rest) == 0


def test_too_many_questions_wait(rest: Rest, ann: Person, job: str) -> None:
    answers = [ask(ann, job) for _ in range(6)]

    assert [one.status_code for one in answers] == [202] * 5 + [409]
    assert blobs(rest) == 5


def test_who_asks_without_end_is_slowed_down(tmp_path: Path) -> None:
    rest = make_rest(tmp_path, rate_limit=6000)
    ann = rest.person()
    job = ann.job()
    rest.complete(job)

    answers = []
    for _ in range(22):
        answers.append(ask(ann, job))
        if answers[-1].status_code == 202:
            ann("DELETE", f"/jobs/{job}/questions/{answers[-1].json['id']}")

    assert answers[0].status_code == 202
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["Retry-After"]) >= 1
