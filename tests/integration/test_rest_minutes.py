"""Minutes corrected by the REST API: revisions, names, what is done."""

from pathlib import Path
from typing import Any

import pytest

from tests.rest import Person, Rest, make_rest
from tests.seeding import long_transcript, minutes_of, seed

TRANSCRIPT = long_transcript(300)


@pytest.fixture
def rest(tmp_path: Path) -> Rest:
    return make_rest(tmp_path)


@pytest.fixture
def job(rest: Rest, ann: Person) -> str:
    return seed(rest.settings, TRANSCRIPT, recording=b"RIFF", minutes=minutes_of(TRANSCRIPT), user="ann@example.org")


def edit(person: Person, job: str, *edits: dict[str, Any], **headers: str) -> Any:
    return person("PATCH", f"/jobs/{job}/minutes", json={"edits": edits}, headers=headers)


def test_an_action_item_is_done(ann: Person, job: str) -> None:
    answer = edit(ann, job, {"kind": "action_items", "index": 0, "done": True})

    assert (answer.status_code, answer.headers["Steno-Revision"]) == (200, "2")
    assert [one["done"] for one in answer.json["action_items"]] == [True, False]
    assert "[x] Send the report" in ann.get(f"/jobs/{job}/minutes.md").text
    assert "STATUS:COMPLETED" in ann.get(f"/jobs/{job}/minutes.ics").text
    assert not ann.get(f"/jobs/{job}/minutes?revision=1").json["action_items"][0]["done"]


def test_corrections_are_revisions(ann: Person, job: str) -> None:
    first = edit(ann, job, {"kind": "decisions", "index": 0, "text": "They begin later."})
    seen = {"If-Match": first.headers["ETag"]}
    second = edit(ann, job, {"kind": "decisions", "index": 0, "text": "They begin at ten."}, **seen)
    gone = edit(ann, job, {"kind": "decisions", "index": 0, "remove": True})
    stale = edit(ann, job, {"kind": "summary", "index": 0, "text": "x"}, **seen)

    assert [one.status_code for one in (first, second, gone, stale)] == [200, 200, 200, 412]
    listed = ann.get(f"/jobs/{job}/minutes/revisions").json["revisions"]
    assert [(one["revision"], one["author"]) for one in listed] == [
        (3, "ann@example.org"),
        (2, "ann@example.org"),
        (1, None),
    ]
    restored = ann("POST", f"/jobs/{job}/minutes/restore", json={"revision": 2})
    assert restored.json["decisions"][0]["text"] == "They begin at ten."
    assert restored.headers["Steno-Revision"] == "4"


def test_what_was_missing_is_added_with_its_proof(ann: Person, job: str) -> None:
    new = {"kind": "action_items", "text": "Bring keys", "owner": "Zoe", "due": "2026-03-09", "segments": [2]}

    answer = ann("PATCH", f"/jobs/{job}/minutes", json={"add": [new]})

    item = answer.json["action_items"][-1]
    assert (item["task"], item["owner"], item["due"]["day"], item["edited"]) == (
        "Bring keys",
        "Zoe",
        "2026-03-09",
        True,
    )
    assert item["evidence"][0]["quote"] == TRANSCRIPT.segments[2].text


def test_renamed_speakers_are_named_in_the_minutes(ann: Person, job: str) -> None:
    before = ann.get(f"/jobs/{job}/minutes.md")

    ann("PATCH", f"/jobs/{job}/transcript", json={"speakers": [{"id": "S1", "name": "Anna"}]})

    after = ann.get(f"/jobs/{job}/minutes.md", If_None_Match=before.headers["ETag"])
    assert "**Speaker 1**" in before.text
    assert "**Anna**" in after.text
    assert ann.get(f"/jobs/{job}/minutes").json["action_items"][0]["owner"] == "Anna"
    # A name is no edit: who has seen the minutes may edit them.
    ticked = edit(ann, job, {"kind": "action_items", "index": 0, "done": True}, **{"If-Match": before.headers["ETag"]})
    assert ticked.status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        {"edits": [{"kind": "summary", "index": 7, "text": "x"}]},
        {"edits": [{"kind": "summary", "index": 0, "owner": "x"}]},
        {"add": [{"kind": "summary", "text": "x", "segments": []}]},
        {"add": [{"kind": "summary", "text": "x", "segments": [99999]}]},
    ],
)
def test_corrections_that_make_no_sense_change_nothing(ann: Person, job: str, body: dict[str, Any]) -> None:
    assert ann("PATCH", f"/jobs/{job}/minutes", json=body).status_code == 422
    assert len(ann.get(f"/jobs/{job}/minutes/revisions").json["revisions"]) == 1
