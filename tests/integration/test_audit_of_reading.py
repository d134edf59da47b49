"""Who opened what of a job is written down once in a while, without content, and shown to its owner."""

from io import BytesIO

import pytest
from sqlalchemy import update

from steno.database.tables import AuditEvent
from steno.ledger import openings
from steno.ledger.openings import OPENED, Reader
from tests.rest import Person, Rest


@pytest.fixture
def job(rest: Rest, ann: Person) -> str:
    job = ann.job(minutes="true", name="Dismissal of Ms Miller.wav")
    rest.complete(job)
    return job


def opened(ann: Person, job: str) -> list[dict]:  # type: ignore[type-arg]  # JSON
    """What was opened, the first first."""
    events = ann.get(f"/jobs/{job}/audit").json["events"]
    return [event for event in reversed(events) if event["kind"] == OPENED]


def test_reading_is_written_down_with_who_what_when_and_from_where(ann: Person, job: str) -> None:
    for address in ("transcript", "transcript.srt", "minutes.md", "waveform", "audio"):
        assert ann.get(f"/jobs/{job}/{address}").status_code == 200

    seen = opened(ann, job)

    assert [event["what"] for event in seen] == ["transcript", "minutes", "waveform", "audio"]
    assert {(event["who"], event["address"], event["share"]) for event in seen} == {
        ("ann@example.org", "127.0.0.1", None)
    }


def test_the_pieces_of_a_recording_are_one_listening(rest: Rest, ann: Person, job: str) -> None:
    for start in range(5):
        answer = ann.get(f"/jobs/{job}/audio", Range=f"bytes={start}-{start + 1}")
        assert answer.data == b"RIFF sound"[start : start + 2]
    rest.app.extensions["steno"].opened.__init__(600.0)  # another process, which remembers nothing
    ann.get(f"/jobs/{job}/audio")

    assert len(opened(ann, job)) == 1


def test_nobody_reads_in_the_shadow_of_somebody_elses_address(rest: Rest, ann: Person, job: str) -> None:
    made = ann("POST", f"/jobs/{job}/shares", json={}).json
    link, stranger = "/shared/" + made["url"].rsplit("/", 1)[1], rest.app.test_client()

    for address in ("192.0.2.1", "198.51.100.7", "192.0.2.1"):
        ann("GET", f"/jobs/{job}/transcript", environ_overrides={"REMOTE_ADDR": address})
        stranger.get(f"{link}/audio", environ_overrides={"REMOTE_ADDR": address})

    assert [(event["what"], event["share"], event["address"]) for event in opened(ann, job)] == [
        ("transcript", None, "192.0.2.1"),
        ("audio", made["id"], "192.0.2.1"),
        ("transcript", None, "198.51.100.7"),
        ("audio", made["id"], "198.51.100.7"),
    ]


def test_after_a_while_it_is_another_one(rest: Rest, job: str) -> None:
    def read() -> bool:
        reader = Reader("somebody", address="192.0.2.1")
        return rest.database.write(lambda session: openings.opened(session, job, "audio", reader))

    first, again = read(), read()
    rest.database.write(lambda session: session.execute(update(AuditEvent).values(at=AuditEvent.at - 601)))

    assert (first, again, read()) == (True, False, True)


def test_looking_at_the_head_or_at_nothing_is_no_reading(ann: Person, job: str) -> None:
    ann("HEAD", f"/jobs/{job}/audio")
    ann.get(f"/jobs/{job}/transcript?revision=7")
    ann.get(f"/jobs/{job}")

    assert opened(ann, job) == []


def test_whoever_follows_a_link_is_that_link(rest: Rest, ann: Person, job: str) -> None:
    made = ann("POST", f"/jobs/{job}/shares", json={"label": "The board"}).json
    address = "/shared/" + made["url"].rsplit("/", 1)[1]
    stranger = rest.app.test_client()

    answers = [stranger.get(address + part) for part in ("", "/transcript.json", "/minutes.md", "/audio", "/audio")]
    seen = opened(ann, job)

    assert {answer.status_code for answer in answers} == {200}
    assert [event["what"] for event in seen] == ["share", "transcript", "minutes", "audio"]
    assert {(event["who"], event["share"], event["label"]) for event in seen} == {(None, made["id"], "The board")}


@pytest.mark.parametrize(("part", "what"), [("/job.json", "share"), ("/waveform", "waveform")])
def test_no_part_of_a_link_is_looked_at_unseen(rest: Rest, ann: Person, job: str, part: str, what: str) -> None:
    link = ann("POST", f"/jobs/{job}/shares", json={}).json["url"].rsplit("/", 1)[1]

    rest.app.test_client().get(f"/shared/{link}{part}")

    assert [event["what"] for event in opened(ann, job)] == [what]


def test_an_edit_whose_answer_shows_all_is_a_reading(ann: Person, job: str) -> None:
    for kind in ("transcript", "minutes"):
        assert ann("PATCH", f"/jobs/{job}/{kind}", json={}).status_code == 200

    assert [event["what"] for event in opened(ann, job)] == ["transcript", "minutes"]


def test_a_transcript_that_a_program_of_openais_gets_is_read(rest: Rest, ann: Person) -> None:
    form = {"file": (BytesIO(b"RIFF sound"), "a.wav"), "stream": "true"}
    headers = {"Authorization": f"Bearer {ann.token}", "Steno-Keep": "true"}
    answer = ann.client.post("/v1/audio/transcriptions", data=form, headers=headers)
    job, told = answer.headers["Steno-Job"], answer.iter_encoded()
    next(told)
    before = opened(ann, job)

    rest.complete(job)

    assert b"transcript.text.done" in b"".join(told)
    assert before == []
    assert [(event["what"], event["who"], event["address"]) for event in opened(ann, job)] == [
        ("transcript", "ann@example.org", "127.0.0.1")
    ]


def test_an_archive_is_an_archive_of_each_of_its_jobs(rest: Rest, ann: Person, job: str) -> None:
    other = ann.job(content="other")
    rest.complete(other)

    alone = ann.get(f"/jobs/{other}/archive.zip?formats=txt")
    both = ann.get(f"/archive.zip?jobs={job},{other}&formats=txt")

    assert (alone.status_code, both.status_code) == (200, 200)
    assert [[event["what"] for event in opened(ann, one)] for one in (job, other)] == [["archive"], ["archive"]]


def test_an_archive_that_is_refused_or_has_nothing_of_a_job_opens_nothing(rest: Rest, ann: Person, job: str) -> None:
    waiting, here = ann.job(content="other"), rest.app.extensions["steno"].archives
    places = [here for _ in range(4) if here.acquire(blocking=False)]

    busy = ann.get(f"/jobs/{job}/archive.zip")
    refused = opened(ann, job)
    for place in places:
        place.release()
    both = ann.get(f"/archive.zip?jobs={job},{waiting}&formats=txt")

    assert (busy.status_code, both.status_code) == (429, 200)
    assert refused == opened(ann, waiting) == []


def test_nothing_of_what_was_read_is_written_down(rest: Rest, ann: Person, job: str) -> None:
    ann.get(f"/jobs/{job}/transcript.txt")
    ann.get(f"/jobs/{job}/audio?download=true")

    with rest.database.reading() as session:
        kept = repr([event.detail for event in session.query(AuditEvent).filter_by(kind=OPENED)])

    assert "Miller" not in kept and "morning" not in kept


def test_others_learn_nothing(rest: Rest, job: str) -> None:
    assert rest.person("eve@example.org").get(f"/jobs/{job}/audit").status_code == 404


def test_the_log_goes_back_as_far_as_the_operator_says(rest: Rest, ann: Person, job: str) -> None:
    ann.get(f"/jobs/{job}/transcript")
    old = update(AuditEvent).where(AuditEvent.kind == "job.submitted").values(at=AuditEvent.at - 400 * 86_400)
    rest.database.write(lambda session: session.execute(old))

    gone = rest.database.write(lambda session: openings.forget(session, 365))

    assert gone == 1
    assert [event["kind"] for event in ann.get(f"/jobs/{job}/audit").json["events"]] == [OPENED]
