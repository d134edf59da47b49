"""Links for people without an account: what they show, to whom, until when, and nothing else."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from steno.database.tables import Share, User
from tests.rest import Person, Rest, make_rest

WHAT = ("", "/job.json", "/transcript.json", "/transcript.srt", "/minutes.md", "/waveform", "/audio")


@pytest.fixture
def job(rest: Rest, ann: Person) -> str:
    done = ann.job(minutes="true", name="Kokous.wav", hotwords="Zaphod", prompt="secret words")
    rest.complete(done)
    return done


@pytest.fixture
def stranger(rest: Rest) -> FlaskClient:
    return rest.app.test_client()


def share(person: Person, job: str, **request: Any) -> str:
    """The path of a new link."""
    answer = person("POST", f"/jobs/{job}/shares", json=request)
    assert answer.status_code == 201, answer.text
    return "/shared/" + str(answer.json["url"]).rsplit("/", 1)[1]


def statuses(client: FlaskClient, link: str) -> set[int]:
    return {client.get(link + what, headers={"Accept": "*/*"}).status_code for what in WHAT}


def test_a_link_shows_a_job_to_anybody(ann: Person, job: str, stranger: FlaskClient) -> None:
    link = share(ann, job)

    shown = {what: stranger.get(link + what) for what in WHAT}

    assert {answer.status_code for answer in shown.values()} == {200}
    assert "Kokous.wav" in shown[""].text
    assert shown["/transcript.srt"].text == ann.get(f"/jobs/{job}/transcript.srt").text
    assert shown["/minutes.md"].text == ann.get(f"/jobs/{job}/minutes.md").text
    assert shown["/waveform"].json == ann.get(f"/jobs/{job}/waveform").json
    assert shown["/audio"].data == b"RIFF sound"
    assert stranger.get(f"{link}/audio", headers={"Range": "bytes=5-8"}).data == b"soun"
    for answer in shown.values():
        assert "noindex" in answer.headers["X-Robots-Tag"]
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_a_stranger_learns_nothing_else(ann: Person, job: str, stranger: FlaskClient) -> None:
    link = share(ann, job, label="for Zoe")

    known = stranger.get(f"{link}/job.json").json
    everything = " ".join(stranger.get(link + what).text for what in ("", "/job.json", "/transcript.json"))

    assert set(known) == {
        "name", "duration", "language", "recorded", "speakers", "notices", "with_audio", "with_minutes", "expires",
    }  # fmt: skip
    for secret in ("Zaphod", "secret words", "for Zoe", job, ann.id, ann.token, "ann@example.org"):
        assert secret not in everything


def test_only_what_is_shared_is_shown(ann: Person, job: str, stranger: FlaskClient) -> None:
    link = share(ann, job, with_audio=False, with_minutes=False)

    found = {what: stranger.get(link + what).status_code for what in WHAT}

    assert {what for what, status in found.items() if status != 200} == {"/minutes.md", "/waveform", "/audio"}
    known = stranger.get(f"{link}/job.json").json
    assert (known["with_audio"], known["with_minutes"]) == (False, False)


def test_a_link_ends(rest: Rest, ann: Person, job: str, stranger: FlaskClient) -> None:
    link = share(ann, job)
    change = rest.database.write

    unknown = stranger.get(f"/shared/{'x' * 43}/job.json")
    change(lambda session: session.execute(update(Share).values(expires=1.0)) and None)
    expired = stranger.get(f"{link}/job.json")
    change(lambda session: session.execute(update(Share).values(expires=4e9)) and None)
    change(lambda session: session.execute(update(User).values(disabled=True)) and None)
    disabled = stranger.get(f"{link}/job.json")
    change(lambda session: session.execute(update(User).values(disabled=False)) and None)
    again = stranger.get(f"{link}/job.json").status_code
    ann("DELETE", f"/jobs/{job}/shares/{ann.get(f'/jobs/{job}/shares').json['shares'][0]['id']}")
    revoked = stranger.get(f"{link}/job.json")

    assert again == 200
    assert {one.status_code for one in (unknown, expired, disabled, revoked)} == {404}
    assert len({one.text for one in (unknown, expired, disabled, revoked)}) == 1


def test_a_deleted_job_is_not_shared(ann: Person, job: str, stranger: FlaskClient) -> None:
    link = share(ann, job)

    ann("DELETE", f"/jobs/{job}")

    assert statuses(stranger, link) == {404}


def test_links_are_listed_without_their_secret(ann: Person, job: str, stranger: FlaskClient) -> None:
    link = share(ann, job, label=" Board\u202e ", days=7)
    share(ann, job, with_audio=False)
    for _ in range(3):
        stranger.get(link)
    stranger.get(f"{link}/audio")

    listed = ann.get(f"/jobs/{job}/shares")

    newest, oldest = listed.json["shares"]
    assert (oldest["label"], oldest["opens"], newest["opens"]) == ("Board", 3, 0)
    assert oldest["last_opened"] is not None
    assert link.rsplit("/", 1)[1] not in listed.text


def test_an_edit_is_seen_by_who_has_the_link(ann: Person, job: str, stranger: FlaskClient) -> None:
    link = share(ann, job)

    ann("PATCH", f"/jobs/{job}/transcript", json={"speakers": [{"id": "S0", "name": "Ännä"}]})

    assert stranger.get(f"{link}/job.json").json["speakers"][0] == "Ännä"


def test_nothing_is_changed_by_a_link(ann: Person, job: str, stranger: FlaskClient) -> None:
    link = share(ann, job)

    answers = {
        stranger.open(link + what, method=method).status_code
        for what in ("", "/job.json", "/transcript.json", "/audio")
        for method in ("POST", "PUT", "PATCH", "DELETE")
    }

    assert answers == {405}


def test_a_job_without_a_transcript_shows_nothing_yet(ann: Person, stranger: FlaskClient) -> None:
    link = share(ann, ann.job())

    assert stranger.get(link).status_code == 404
    assert stranger.get(f"{link}/transcript.srt").json["code"] == "not-there-yet"


@pytest.mark.parametrize("request_", [{"days": 0}, {"days": 367}, {"label": "x" * 201}, {"days": "30"}, {"x": 1}])
def test_links_that_make_no_sense_are_refused(ann: Person, job: str, request_: dict[str, Any]) -> None:
    assert ann("POST", f"/jobs/{job}/shares", json=request_).status_code == 422


def test_who_guesses_links_is_slowed_down(rest: Rest, ann: Person, job: str, stranger: FlaskClient) -> None:
    link = share(ann, job)

    guesses = {stranger.get(f"/shared/{number}/job.json").status_code for number in range(80)}

    assert guesses == {404, 429}
    assert stranger.get(f"{link}/job.json").status_code == 200


def test_a_link_is_asked_no_more_than_a_token(tmp_path: Path) -> None:
    rest = make_rest(tmp_path, rate_limit=60)
    ann = rest.person()
    job = ann.job()
    rest.complete(job)
    link, stranger = share(ann, job), rest.app.test_client()

    answers = [stranger.get(f"{link}/job.json") for _ in range(12)]

    assert {one.status_code for one in answers} == {200, 429}
    assert int(answers[-1].headers["Retry-After"]) >= 1


def test_links_lead_to_the_portal_as_people_reach_it(tmp_path: Path) -> None:
    ann = make_rest(tmp_path, public_url="https://steno.example.org/").person()

    url = ann("POST", f"/jobs/{ann.job()}/shares", json={}).json["url"]

    assert re.fullmatch(r"https://steno\.example\.org/shared/[\w-]{43}", url)


def test_the_page_says_what_it_needs(ann: Person, job: str, stranger: FlaskClient) -> None:
    page = stranger.get(share(ann, job, with_audio=False)).text

    found = re.search(r'<script type="application/json" id="boot">(.*?)</script>', page)
    assert found is not None
    boot = json.loads(found[1])
    assert (boot["audio"], boot["minutes"]) == (False, True)
    assert boot["formats"]["transcript"][0] == "txt"
