"""The transcript as it is edited by the REST API: operations, short answers, revisions that are thinned, and kept."""

from typing import Any

import pytest
from sqlalchemy import update

from steno.database.tables import Document
from steno.ledger import documents
from tests.rest import Person, Rest

MINIMAL = {"Prefer": "return=minimal"}


@pytest.fixture
def job(rest: Rest, ann: Person) -> str:
    done = ann.job()
    rest.complete(done)
    return done


def edit(person: Person, job: str, **headers: str) -> Any:
    """A function that edits the job's transcript."""

    def send(*operations: dict[str, Any], headers: dict[str, str] = headers, **body: Any) -> Any:
        return person("PATCH", f"/jobs/{job}/transcript", json={"operations": operations, **body}, headers=headers)

    return send


def blobs(rest: Rest) -> int:
    return sum(1 for path in (rest.settings.data_dir / "blobs").glob("transcript*/*/*") if path.is_file())


def revisions(person: Person, job: str) -> list[int]:
    return [one["revision"] for one in person.get(f"/jobs/{job}/transcript/revisions").json["revisions"]]


def text(number: int, value: str) -> dict[str, Any]:
    return {"segments": [{"segment": number, "text": value}]}


def test_operations_are_applied_in_their_order(ann: Person, job: str) -> None:
    before = ann.get(f"/jobs/{job}/transcript").json["segments"]

    answer = edit(ann, job)(
        {"op": "split", "segment": 0, "word": 1},
        {"op": "join", "segment": len(before)},
        {"op": "replace", "find": "everyone", "with": "all"},
        **text(0, "Good day, everyone."),
    )

    assert (answer.status_code, answer.headers["Steno-Revision"]) == (200, "2")
    segments = answer.json["segments"]
    assert segments[0]["text"] == "Good"
    assert segments[1]["text"].startswith("day, all.")
    assert segments[1]["id"] == len(before)
    assert len(segments) == len(before)


def test_a_short_answer_says_what_changed(ann: Person, job: str) -> None:
    whole = ann.get(f"/jobs/{job}/transcript")
    order = [one["id"] for one in whole.json["segments"]]
    send = edit(ann, job, **MINIMAL)

    first = send(**text(0, "Good evening."), headers=MINIMAL | {"If-Match": whole.headers["ETag"]})
    parted = send({"op": "split", "segment": 0, "word": 1}, headers=MINIMAL | {"If-Match": first.headers["ETag"]})
    gone = send({"op": "delete", "segment": order[-1]}, headers=MINIMAL | {"If-Match": parted.headers["ETag"]})

    assert first.headers["Preference-Applied"] == "return=minimal"
    assert (first.json["revision"], [one["text"] for one in first.json["segments"]]) == (2, ["Good evening."])
    assert (first.json["removed"], first.json["order"]) == ([], None)
    assert [one["id"] for one in first.json["speakers"]] == ["S0", "S1"]
    assert [one["text"] for one in parted.json["segments"]] == ["Good", "evening."]
    new = parted.json["segments"][1]["id"]
    assert parted.json["order"] == [0, new, *order[1:]]
    assert (gone.json["removed"], gone.json["order"]) == ([order[-1]], [0, new, *order[1:-1]])
    assert gone.json["segments"] == []


def test_saving_often_makes_one_revision_with_one_file(rest: Rest, ann: Person, job: str) -> None:
    tags = [ann.get(f"/jobs/{job}/transcript").headers["ETag"]]

    for number in range(5):
        answer = edit(ann, job)(**text(0, f"Take {number}."), headers={"If-Match": tags[-1]})
        assert answer.status_code == 200
        tags.append(answer.headers["ETag"])

    assert revisions(ann, job) == [2, 1]
    assert len(set(tags)) == 6
    assert blobs(rest) == 2
    assert ann.get(f"/jobs/{job}/transcript", If_None_Match=tags[-1]).json["segments"][0]["text"] == "Take 4."
    assert ann.get(f"/jobs/{job}/transcript?revision=1").json["segments"][0]["text"] == "Good morning, everyone."
    # Who has seen an earlier state of the very same revision has not seen the latest.
    assert edit(ann, job)(**text(0, "x"), headers={"If-Match": tags[-2]}).status_code == 412


def test_what_cannot_be_taken_back_leaves_the_revision_before(ann: Person, job: str) -> None:
    send = edit(ann, job)
    send(**text(0, "Good evening."))

    send({"op": "delete", "segment": 1})
    send({"op": "merge-speakers", "speaker": "S1", "into": "S0"})
    send({"op": "replace", "find": "evening", "with": "night"})

    assert revisions(ann, job) == [5, 4, 3, 2, 1]
    restored = ann("POST", f"/jobs/{job}/transcript/restore", json={"revision": 2}).json
    assert [one["id"] for one in restored["speakers"]] == ["S0", "S1"]
    assert restored["segments"][0]["text"] == "Good evening."


def test_a_revision_ends_with_its_time_and_its_author(rest: Rest, ann: Person, job: str) -> None:
    send = edit(ann, job)
    send(**text(0, "a"))
    rest.database.write(
        lambda session: (
            session.execute(
                update(Document).where(Document.revision == 2).values(created=Document.created - documents.FOLD - 1)
            )
            and None
        )
    )

    send(**text(0, "b"))
    rest.database.write(
        lambda session: session.execute(update(Document).where(Document.revision == 3).values(author="bob")) and None
    )
    send(**text(0, "c"))

    listed = ann.get(f"/jobs/{job}/transcript/revisions").json["revisions"]
    assert [(one["revision"], one["author"]) for one in listed] == [
        (4, "ann@example.org"),
        (3, "bob"),
        (2, "ann@example.org"),
        (1, None),
    ]


def test_a_restored_revision_is_a_new_one(rest: Rest, ann: Person, job: str) -> None:
    send = edit(ann, job)
    send(**text(0, "a"))

    answer = ann("POST", f"/jobs/{job}/transcript/restore", json={"revision": 1}, headers=MINIMAL)
    send(**text(0, "b"))

    assert [one["text"] for one in answer.json["segments"]] == ["Good morning, everyone."]
    assert revisions(ann, job) == [3, 2, 1]
    assert blobs(rest) == 3


def test_what_changes_nothing_makes_no_revision(ann: Person, job: str) -> None:
    answer = edit(ann, job)({"op": "replace", "find": "zebra", "with": "x"}, **text(0, "Good morning, everyone."))

    assert (answer.status_code, answer.headers["Steno-Revision"]) == (200, "1")
    assert revisions(ann, job) == [1]


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "split", "segment": 0},
        {"op": "explode", "segment": 0},
        {"op": "split", "segment": 0, "word": 99},
        {"op": "delete", "segment": 99},
        {"op": "replace", "find": "", "with": "x"},
        {"op": "replace", "find": "x"},
    ],
)
def test_operations_that_make_no_sense_change_nothing(ann: Person, job: str, operation: dict[str, Any]) -> None:
    answer = edit(ann, job)({"op": "delete", "segment": 0}, operation)

    assert answer.status_code == 422
    assert revisions(ann, job) == [1]


def test_no_revision_before_there_is_a_transcript(ann: Person) -> None:
    waiting = ann.job(content="other")

    assert ann.get(f"/jobs/{waiting}/transcript/revisions").json["code"] == "not-there-yet"


def test_a_deleted_job_leaves_no_revision(rest: Rest, ann: Person, job: str) -> None:
    edit(ann, job)(**text(0, "a"))

    ann("DELETE", f"/jobs/{job}")

    assert blobs(rest) == 0
