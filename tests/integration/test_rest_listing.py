"""Jobs as a list by the REST API: searched, of a tag, and followed while they go on."""

import json
from typing import Any

import pytest
from sqlalchemy import update

from steno.database.tables import Job
from tests.rest import Person, Rest, make_rest
from web.api.cursors import written


def names(person: Person, query: str) -> list[str]:
    answer = person.get(f"/jobs{query}")
    assert answer.status_code == 200, answer.text
    return [job["name"] for job in answer.json["jobs"]]


def tagged(person: Person, job: str, *tags: str) -> list[str]:
    answer = person("PATCH", f"/jobs/{job}", json={"tags": tags})
    assert answer.status_code == 200, answer.text
    found: list[str] = answer.json["tags"]
    return found


def test_what_was_said_is_found_with_its_place(rest: Rest, ann: Person) -> None:
    job = ann.job(name="Kickoff.wav")
    rest.complete(job)
    ann.job(content="other", name="Other.wav")
    text = ann.get(f"/jobs/{job}/transcript").json["segments"][0]["text"]
    word = max(text.split(), key=len).strip(".,")

    found = ann.get(f"/jobs?q={word}").json["jobs"]

    assert [one["name"] for one in found] == ["Kickoff.wav"]
    assert found[0]["match"]["start"] is not None
    assert next(part["text"] for part in found[0]["match"]["parts"] if part["hit"]) == word
    assert word in found[0]["match"]["text"]
    assert ann.get(f"/jobs/{job}").json["match"] is None


def test_what_is_corrected_is_found(rest: Rest, ann: Person) -> None:
    job = ann.job()
    rest.complete(job)

    first = ann.get(f"/jobs/{job}/transcript").json["segments"][0]["id"]

    ann("PATCH", f"/jobs/{job}/transcript", json={"segments": [{"segment": first, "text": "Zwetschgenknödel"}]})

    assert names(ann, "?q=zwetschgenknodel") == ["meeting.wav"]


def test_names_are_found_page_by_page(rest: Rest, ann: Person) -> None:
    for number in range(5):
        ann.job(content=str(number), name=f"Board {number}.wav")
    ann.job(content="x", name="Other.wav")

    first = ann.get("/jobs?q=board&limit=3")
    second = ann.get(f"/jobs?q=board&limit=3&cursor={first.json['next_cursor']}")

    assert [job["name"] for job in first.json["jobs"]] == ["Board 4.wav", "Board 3.wav", "Board 2.wav"]
    assert [job["name"] for job in second.json["jobs"]] == ["Board 1.wav", "Board 0.wav"]
    assert "q=board" in first.headers["Link"]


def test_tags_are_normalised_counted_and_filtered_by(rest: Rest, ann: Person) -> None:
    first, second = ann.job(content="1", name="1.wav"), ann.job(content="2", name="2.wav")

    kept = tagged(ann, first, "  Board \u202e \n room ", "Zürich", "Zu\u0308rich", "", "<b>bold</b>")
    tagged(ann, second, "Zürich")

    assert kept == ["<b>bold</b>", "Board room", "Zürich"]
    assert ann.get("/tags").json["tags"][0] == {"tag": "Zürich", "jobs": 2}
    assert names(ann, "?tag=Board room") == ["1.wav"]
    assert names(ann, "?tag=Zu%CC%88rich") == ["2.wav", "1.wav"]
    assert tagged(ann, first) == []
    assert names(ann, "?tag=Board room") == []


@pytest.mark.parametrize("tags", [["x" * 61], [str(number) for number in range(21)]])
def test_too_many_or_too_long_tags_are_refused(ann: Person, tags: list[str]) -> None:
    job = ann.job()

    answer = ann("PATCH", f"/jobs/{job}", json={"tags": tags})

    assert answer.status_code == 422
    assert ann.get(f"/jobs/{job}").json["tags"] == []


def test_tags_are_ones_own(rest: Rest, ann: Person) -> None:
    bob = rest.person("bob@example.org")
    tagged(ann, ann.job(), "secret")

    assert bob.get("/tags").json["tags"] == []
    assert bob.get("/jobs?tag=secret").json["jobs"] == []
    assert bob.get("/jobs?q=meeting").json["jobs"] == []


def events(person: Person, seen: list[str] | None = None, **headers: str) -> Any:
    """What a stream brings, one after the other; `seen` gets the ids."""
    answer = person.get("/jobs/events", **headers)
    assert answer.status_code == 200, answer.text
    for block in answer.response:
        text = block.decode() if isinstance(block, bytes) else block
        told = dict(line.split(": ", 1) for line in text.strip().split("\n") if not line.startswith(":"))
        if seen is not None and "id" in told:
            seen.append(told["id"])
        if "event" in told:
            yield told["event"], json.loads(told["data"])


def test_jobs_are_followed(rest: Rest, ann: Person) -> None:
    job = ann.job()
    stream = events(ann)

    first = next(stream)
    rest.complete(job)
    second = next(stream)
    tagged(ann, job, "done")
    third = next(stream)
    ann("DELETE", f"/jobs/{job}")

    assert [(name, value["jobs"][0]["state"]) for name, value in (first, second)] == [
        ("jobs", "queued"),
        ("jobs", "completed"),
    ]
    assert third[1]["jobs"][0]["tags"] == ["done"]
    assert next(stream) == ("deleted", {"id": job})


def test_who_comes_back_hears_what_ended_meanwhile(rest: Rest, ann: Person) -> None:
    early = ann.job(content="ended before")
    rest.complete(early)
    seen: list[str] = []
    before = events(ann, seen)
    assert next(before) == ("jobs", {"jobs": []})
    before.close()

    an_hour_ago = update(Job).where(Job.id == early).values(finished=Job.finished - 3600)
    rest.database.write(lambda session: session.execute(an_hour_ago))
    late = ann.job(content="ended while nobody listened")
    rest.complete(late)
    back, new, odd = (next(events(ann, **{"Last_Event_ID": last})) for last in (seen[0], "", "7-abc"))

    assert [(job["id"], job["state"]) for job in back[1]["jobs"]] == [(late, "completed")]
    assert new == odd == ("jobs", {"jobs": []})


def test_news_of_one_job_come_however_many_others_wait(
    rest: Rest, ann: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.api.list_events._MOST", 2)
    first, *others = [ann.job(content=f"RIFF {number}") for number in range(4)]
    stream = events(ann)
    assert [job["id"] for job in next(stream)[1]["jobs"]] == others[:0:-1]

    rest.complete(first)

    assert (first, "completed") in [(job["id"], job["state"]) for job in next(stream)[1]["jobs"]]


def test_no_news_are_lost_where_much_changes_at_once(rest: Rest, ann: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.api.list_events._MOST", 2)
    made = [ann.job(content=f"RIFF {number}") for number in range(3)]
    stream = events(ann)
    next(stream)

    for job in made:
        ann("POST", f"/jobs/{job}/cancel")
    told = [
        job["id"] for news in (next(stream), next(stream)) for job in news[1]["jobs"] if job["state"] == "cancelled"
    ]

    assert sorted(told) == sorted(made)


@pytest.mark.parametrize("place", ["1.0 \x00", f"nan {'0' * 32}", "1.0 x", f"1.0 {'0' * 32} "])
def test_a_cursor_that_was_made_up_is_refused(ann: Person, place: str) -> None:
    answer = ann.get(f"/jobs?cursor={written(place)}")

    assert (answer.status_code, answer.json["code"]) == (422, "invalid-option")


def test_too_many_streams_are_refused_and_give_their_place_back(tmp_path: Any) -> None:
    rest = make_rest(tmp_path)
    ann = rest.person()
    both = ("/jobs/events", f"/jobs/{ann.job()}/events")
    open_ = [ann.get(address) for address in both * 4]

    refused = [ann.get(address) for address in both]
    open_.pop().close()
    again = ann.get(both[1])

    assert [answer.status_code for answer in (*refused, again)] == [429, 429, 200]
    assert {answer.headers["Retry-After"] for answer in refused} == {"5"}
    for one in [*open_, again]:
        one.close()
