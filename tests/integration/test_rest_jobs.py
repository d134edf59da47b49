"""Jobs by the REST API: handed in, listed, followed, changed, cancelled, run again, deleted."""

import io
import json
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from steno.states import Queue, Stage
from tests.rest import Person, Rest, make_rest


def test_a_recording_in_a_form_becomes_a_job(rest: Rest, ann: Person) -> None:
    answer = ann.submit(language="fi", speakers="2", minutes="true", hotwords="Oulu")

    assert answer.status_code == 201
    job = answer.json
    assert (job["state"], job["name"], job["size"]) == ("queued", "meeting.wav", 10)
    assert (job["options"]["language"], job["options"]["speakers"], job["minutes"]["template"]) == ("fi", 2, "general")
    assert answer.headers["Location"] == f"/api/v1/jobs/{job['id']}"
    assert rest.nudged == [Queue.MEDIA]


def test_options_may_be_json_in_a_form(ann: Person) -> None:
    minutes = json.dumps({"template": "lecture"})

    job = ann.submit(options=json.dumps({"diarize": False}), minutes=minutes).json

    assert job["options"]["diarize"] is False
    assert job["minutes"]["template"] == "lecture"


def test_the_operator_sets_what_a_request_leaves_out(tmp_path: Path) -> None:
    rest = make_rest(tmp_path, model="starter", diarize=False, minutes=True, template="board")

    job = rest.person().submit().json

    assert (job["options"]["model"], job["options"]["diarize"]) == ("starter", False)
    assert job["minutes"]["template"] == "board"


def test_templates_of_the_operator_are_asked_for_by_name(tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "board.toml").write_text("")
    rest = make_rest(tmp_path, template_dir=tmp_path / "templates")

    job = rest.person().submit(minutes_template="board").json

    assert job["minutes"]["template"] == "board"


def test_an_upload_becomes_a_job_once(ann: Person) -> None:
    tus = {"Tus-Resumable": "1.0.0", "Upload-Length": "5", "Content-Type": "application/offset+octet-stream"}
    upload = ann("POST", "/uploads", data=b"voice", headers=tus)
    upload_id = upload.headers["Location"].rsplit("/", 1)[1]

    first = ann("POST", "/jobs", json={"upload_id": upload_id})
    second = ann("POST", "/jobs", json={"upload_id": upload_id})

    assert (first.status_code, second.status_code) == (201, 404)


@pytest.mark.parametrize("method", ["HEAD", "PATCH", "POST", "DELETE"])
def test_what_can_be_no_upload_is_not_found(ann: Person, method: str) -> None:
    tus = {"Tus-Resumable": "1.0.0", "Upload-Offset": "0", "X-HTTP-Method-Override": "DELETE"}

    answer = ann(method, "/uploads/%00", headers=tus, content_type="application/offset+octet-stream")

    assert answer.status_code == 404


def test_an_unfinished_upload_is_no_recording(ann: Person) -> None:
    upload = ann("POST", "/uploads", headers={"Tus-Resumable": "1.0.0", "Upload-Length": "5"})

    answer = ann("POST", "/jobs", json={"upload_id": upload.headers["Location"].rsplit("/", 1)[1]})

    assert (answer.status_code, answer.json["code"]) == (409, "conflict")


def test_the_same_recording_with_the_same_options_is_the_same_job(rest: Rest, ann: Person) -> None:
    first = ann.submit()

    again, other, forced = ann.submit(), ann.submit(language="de"), ann.submit(query="?force=true")

    assert (again.status_code, again.json["id"], again.headers["Steno-Existing"]) == (200, first.json["id"], "true")
    assert (other.status_code, forced.status_code) == (201, 201)
    assert len(list((rest.settings.data_dir / "blobs/recordings").rglob("*/*"))) == 3  # nothing is kept twice


def test_a_key_makes_a_request_safe_to_repeat(ann: Person) -> None:
    headers = json.dumps({"Idempotency-Key": "k-1"})
    first = ann.submit(headers=headers, query="?force=true")

    again = ann.submit(headers=headers, query="?force=true")
    other = ann.submit(headers=headers, language="fi")

    assert (again.status_code, again.json["id"]) == (200, first.json["id"])
    assert (other.status_code, other.json["code"]) == (409, "conflict")


def test_a_key_holds_when_requests_come_at_once(rest: Rest, ann: Person) -> None:
    headers = json.dumps({"Idempotency-Key": "k-2"})
    answers: list[tuple[int, str]] = []

    def submit() -> None:
        person = Person(rest.app.test_client(), ann.id, ann.token)
        answer = person.submit(headers=headers)
        answers.append((answer.status_code, answer.json["id"]))

    threads = [threading.Thread(target=submit) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert sorted(status for status, _ in answers) == [200] * 5 + [201]
    assert len({job for _, job in answers}) == 1


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"language": "../x"}, "/language"),
        ({"model": "/etc/passwd"}, "/model"),
        ({"model": "../models"}, "/model"),
        ({"minutes": '{"template": "/etc/x.toml"}'}, "template"),
        ({"minutes_template": "board"}, "Known: call, dictation, general"),
        ({"minutes": '{"template": "board"}'}, "There is no template 'board'"),
        ({"speakers": "0"}, "/speakers"),
        ({"colour": "red"}, "/colour"),
        ({"options": "{"}, "JSON"),
        ({"options": "{}", "language": "fi"}, "twice"),
        ({"webhook_url": "file:///etc/passwd"}, "webhook URL"),
        ({"webhook_url": "https://user:pw@example.org/"}, "webhook URL"),
        ({"webhook_url": "https://169.254.169.254/"}, "not a public address"),
        ({"notify_email": "a@b.org,c@d.org"}, "mail address"),
        ({"notify_email": "ann@example.org"}, "sends no mail"),
        ({"delete_after": "2020-01-01T00:00:00Z"}, "past"),
        ({"delete_after": "2040-01-01T00:00:00"}, "/delete_after"),
        ({"delete_after": "9999-12-31T23:59:59-23:59"}, "the calendar ends"),
        ({"options": "[" * 100_000}, "JSON"),
        ({"minutes": '{"a":' * 100_000}, "JSON"),
    ],
)
def test_options_that_make_no_sense_are_named(ann: Person, fields: dict[str, str], says: str) -> None:
    answer = ann.submit(**fields)

    assert answer.status_code == 422
    assert says in answer.json["detail"]


def test_only_administrators_set_a_priority(rest: Rest, ann: Person) -> None:
    boss = rest.person("boss@example.org", admin=True)

    assert ann.submit(priority="5").status_code == 403
    assert boss.submit(priority="5").json["priority"] == 5


def test_a_list_is_read_page_by_page(ann: Person) -> None:
    made = [ann.job(content=f"sound {number}") for number in range(5)]

    first = ann.get("/jobs?limit=2")
    second = ann.get(first.headers["Link"].partition(">")[0].lstrip("<"))
    third = ann.get(f"/jobs?limit=2&cursor={second.json['next_cursor']}")

    seen = [job["id"] for page in (first, second, third) for job in page.json["jobs"]]
    assert seen == made[::-1]
    assert third.json["next_cursor"] is None
    assert "Link" not in third.headers


def test_a_list_may_be_of_one_state(ann: Person) -> None:
    stopped, _ = ann.job(content="one"), ann.job(content="two")
    ann("POST", f"/jobs/{stopped}/cancel")

    assert [job["id"] for job in ann.get("/jobs?state=cancelled").json["jobs"]] == [stopped]


@pytest.mark.parametrize(
    ("said", "made"), [("True", True), ("yes", True), ("1", True), ("False", False), ("no", False)]
)
def test_a_form_says_yes_and_no_as_programs_write_it(ann: Person, said: str, made: bool) -> None:
    # `requests` makes `True` of True, shells write `yes`: the same for every field.
    job = ann.submit(minutes=said, diarize=said).json

    assert (job["minutes"] is not None, job["options"]["diarize"]) == (made, made)


def test_what_is_wrong_with_a_form_is_said_in_plain_words(ann: Person) -> None:
    told = [
        ann.submit(**fields).json["errors"]
        for fields in ({"modle": "small"}, {"options": "small"}, {"minutes": '{"template": "general", "tone": "dry"}'})
    ]

    assert told == [
        [{"pointer": "/modle", "message": "there is nothing of this name"}],
        [{"pointer": "/options", "message": "it must be JSON"}],
        [{"pointer": "/minutes/tone", "message": "there is nothing of this name"}],
    ]


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=1000", "limit=x", "cursor=!!", "state=odd", "order=up", "state=failed&state=completed"],
)
def test_a_list_refuses_what_it_does_not_know(ann: Person, query: str) -> None:
    assert ann.get(f"/jobs?{query}").status_code == 422


def test_a_job_that_did_not_change_is_not_sent_again(rest: Rest, ann: Person) -> None:
    job = ann.job()
    tag = ann.get(f"/jobs/{job}").headers["ETag"]

    same = ann.get(f"/jobs/{job}", If_None_Match=tag)
    rest.work(job, Stage.PREPARE)
    changed = ann.get(f"/jobs/{job}", If_None_Match=tag)

    assert (same.status_code, same.data) == (304, b"")
    assert changed.status_code == 200


def test_a_change_of_what_was_changed_meanwhile_is_refused(ann: Person) -> None:
    job = ann.job()
    tag = ann.get(f"/jobs/{job}").headers["ETag"]

    first = ann("PATCH", f"/jobs/{job}", json={"name": "../Board\u202e meeting.wav"}, headers={"If-Match": tag})
    second = ann("PATCH", f"/jobs/{job}", json={"name": "x"}, headers={"If-Match": tag})
    deletion = ann("DELETE", f"/jobs/{job}", headers={"If-Match": tag})

    assert (first.status_code, first.json["name"]) == (200, "Board meeting.wav")
    assert (second.status_code, deletion.status_code) == (412, 412)


def test_who_is_told_and_when_it_goes_can_be_changed(ann: Person) -> None:
    job = ann.job(webhook_url="https://example.org/hook")
    later = (datetime.now(UTC) + timedelta(days=3)).replace(microsecond=0)

    changed = ann("PATCH", f"/jobs/{job}", json={"webhook_url": None, "delete_after": later.isoformat()})

    assert changed.json["webhook_url"] is None
    assert datetime.fromisoformat(changed.json["delete_after"]) == later


def test_progress_says_place_and_end(rest: Rest, ann: Person) -> None:
    rest.complete(ann.job(content="first"))
    ahead, job = ann.job(content="second"), ann.job(content="third")

    queued = ann.get(f"/jobs/{job}").json["progress"]
    rest.work(ahead, Stage.PREPARE, duration=60.0)
    rest.work(job, Stage.PREPARE, duration=60.0)
    known = ann.get(f"/jobs/{job}").json["progress"]

    assert (queued["queue_position"], queued["estimated_finish"]) == (2, None)
    assert (known["queue_position"], known["percent"]) == (2, 2.4)
    assert known["estimated_finish"] is not None


def test_cancel_is_seen_at_once_and_only_once(ann: Person) -> None:
    job = ann.job()

    first, second = ann("POST", f"/jobs/{job}/cancel"), ann("POST", f"/jobs/{job}/cancel")

    assert (first.status_code, first.json["state"]) == (200, "cancelled")
    assert {stage["state"] for stage in first.json["stages"]} == {"cancelled", "skipped"}
    assert second.status_code == 409


def test_a_stage_is_run_again(rest: Rest, ann: Person) -> None:
    job = ann.job(minutes="true")
    early = ann("POST", f"/jobs/{job}/stages/summarize/rerun")
    rest.complete(job)
    rest.nudged.clear()

    again = ann("POST", f"/jobs/{job}/stages/summarize/rerun")

    assert early.status_code == 409
    assert (again.status_code, again.json["state"]) == (202, "queued")
    assert [stage["state"] for stage in again.json["stages"]] == ["done", "done", "ready"]
    assert rest.nudged == [Queue.LLM]
    assert ann("POST", f"/jobs/{job}/stages/dance/rerun").status_code == 422


def test_minutes_that_nobody_asked_for_are_not_made_again(rest: Rest, ann: Person) -> None:
    job = ann.job(minutes="false")
    rest.complete(job)

    answer = ann("POST", f"/jobs/{job}/stages/summarize/rerun")

    assert (answer.status_code, ann.get(f"/jobs/{job}").json["state"]) == (409, "completed")


def test_minutes_are_asked_for_later_and_by_another_template(rest: Rest, ann: Person) -> None:
    job = ann.job(minutes="false")
    rest.complete(job)
    again = f"/jobs/{job}/stages/summarize/rerun"

    assert ann("POST", f"{again}?language=fi").status_code == 409
    assert ann("POST", f"/jobs/{job}/stages/transcribe/rerun?template=interview").status_code == 422
    assert "Known: call" in ann("POST", f"{again}?template=board").json["detail"]
    asked = ann("POST", f"{again}?template=interview")
    rest.work(job, Stage.SUMMARIZE)
    translated = ann("POST", f"{again}?language=fi")

    assert [stage["state"] for stage in asked.json["stages"]] == ["done", "done", "ready"]
    assert (asked.status_code, asked.json["minutes"]["template"]) == (202, "interview")
    assert (translated.json["minutes"]["template"], translated.json["minutes"]["language"]) == ("interview", "fi")
    same = ann.submit(minutes=json.dumps({"template": "interview", "language": "fi"}))
    assert (same.status_code, same.json["id"]) == (200, job)


@pytest.mark.parametrize("tag", ["", "*garbage", 'W/"*h:", W/""', '"99-x"'])
def test_a_version_nobody_can_have_seen_is_refused(ann: Person, tag: str) -> None:
    job = ann.job()

    assert ann("POST", f"/jobs/{job}/cancel", headers={"If-Match": tag}).status_code == 412


def test_a_deleted_job_leaves_no_file(rest: Rest, ann: Person) -> None:
    job = ann.job(minutes="true")
    rest.complete(job)

    answer = ann("DELETE", f"/jobs/{job}")

    assert answer.status_code == 204
    assert ann.get(f"/jobs/{job}").status_code == 404
    assert [path for path in (rest.settings.data_dir / "blobs").rglob("*") if path.is_file()] == []


def test_events_tell_of_every_change_until_the_end(rest: Rest, ann: Person) -> None:
    job = ann.job()
    stream = ann.get(f"/jobs/{job}/events").iter_encoded()

    first = next(stream).decode()
    rest.work(job, Stage.PREPARE, duration=60.0)
    second = next(stream).decode()
    rest.work(job, Stage.TRANSCRIBE)
    last = next(stream).decode()

    assert "retry: 2000" in first
    assert [_state(event) for event in (first, second, last)] == ["queued", "running", "completed"]
    assert list(stream) == []
    seen = last.partition("id: ")[2].partition("\n")[0]
    assert ann.get(f"/jobs/{job}/events", Last_Event_ID=seen).status_code == 204


def test_events_end_where_the_job_is_deleted(ann: Person) -> None:
    job = ann.job()
    stream = ann.get(f"/jobs/{job}/events").iter_encoded()
    next(stream)

    ann("DELETE", f"/jobs/{job}")

    assert b"".join(stream) == b"event: deleted\ndata: {}\n\n"


def test_deliveries_are_shown_and_sent_again(rest: Rest, ann: Person) -> None:
    job = ann.job(webhook_url="https://example.org/hook")
    ann("POST", f"/jobs/{job}/cancel")

    (one,) = ann.get(f"/jobs/{job}/deliveries").json["deliveries"]
    early = ann("POST", f"/jobs/{job}/deliveries/{one['id']}/replay")
    rest.send(one["id"])
    again = ann("POST", f"/jobs/{job}/deliveries/{one['id']}/replay")

    assert (one["kind"], one["event"], one["state"]) == ("webhook", "job.cancelled", "due")
    assert early.status_code == 409
    assert (again.status_code, again.json["state"]) == (202, "due")


def test_usage_is_counted(rest: Rest, ann: Person) -> None:
    rest.complete(ann.job(content="first"))
    ann.job(content="second!")

    usage = ann.get("/usage").json

    assert (usage["jobs"]["completed"], usage["jobs"]["queued"]) == (1, 1)
    assert (usage["recordings"], usage["seconds_transcribed"], usage["quota"]) == (12, 60.0, None)


def test_a_quota_is_kept(tmp_path: Path) -> None:
    ann = make_rest(tmp_path, quota=15).person()
    ann.job(content="ten bytes!")

    answer = ann.submit(content="ten more!!", query="?force=true")

    assert (answer.status_code, answer.json["code"]) == (413, "quota-exceeded")


def _state(event: str) -> str:
    return str(json.loads(event.partition("data: ")[2])["state"])


def test_what_can_be_no_model_is_refused_before_its_turn(rest: Rest) -> None:
    ann = rest.person()

    refused = [ann.submit(model=name) for name in ("nosuch", "large")]

    assert [(one.status_code, one.json["code"]) for one in refused] == [(422, "unknown-model")] * 2
    assert "large-v3" in refused[0].json["detail"]
    assert [ann.submit(model=name).status_code for name in ("auto", "tiny", "starter", "owner/name")] == [201] * 4
    assert len(ann.get("/jobs").json["jobs"]) == 4


def test_of_several_recordings_none_is_left_out_in_silence(rest: Rest) -> None:
    ann = rest.person()
    files = {"file": [(io.BytesIO(b"RIFF one"), "one.wav"), (io.BytesIO(b"RIFF two"), "two.wav")]}

    answer = ann("POST", "/jobs", data=files, content_type="multipart/form-data")

    assert (answer.status_code, answer.json["code"]) == (422, "invalid-option")
    assert ann.get("/jobs").json["jobs"] == []


def test_who_asks_for_what_is_not_there_is_told_what_makes_it(rest: Rest) -> None:
    ann = rest.person()
    job = ann.job()
    waiting = ann.get(f"/jobs/{job}/minutes.md").json["detail"]
    rest.complete(job)

    ended = ann.get(f"/jobs/{job}/minutes.md").json["detail"]

    assert waiting == "There are no minutes. The job is queued; ask again when it has ended."
    cure = "POST .../stages/summarize/rerun?template=general makes another try."
    assert ended == f"There are no minutes. The job is completed; {cure}"
    assert ann("POST", f"/jobs/{job}/stages/summarize/rerun?template=general").status_code == 202
    assert "revision 7 of the transcript" in ann.get(f"/jobs/{job}/transcript.json?revision=7").json["detail"]


def test_a_recording_that_is_too_large_hears_the_limit_before_its_bytes_are_read(tmp_path: Path) -> None:
    ann = make_rest(tmp_path, max_upload=1000).person()

    refused = [ann.submit("x" * size).json for size in (1001, 3 * 1024**2)]
    fields = ann.submit(prompt="x" * (1024**2 + 1)).json  # which is no matter of the recording

    assert [(one["code"], one["detail"].split(".")[0]) for one in refused] == [
        ("too-large", "The recording is larger than 1000 bytes")
    ] * 2
    assert fields["status"] in {413, 422}
    assert "recording" not in fields["detail"]
