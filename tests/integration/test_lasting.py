"""Answers that go on for a while end when who asked may not have them any more; what lies in a buffer is sent."""

import io
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests
from sqlalchemy import update
from werkzeug.test import TestResponse

from steno.database.tables import User
from steno.states import Stage
from tests.integration.test_portal_account import enter
from tests.rest import API, Person, Rest
from tests.seeding import seed
from tests.unit.exports.transcripts import small
from tests.upload_service import UploadService, wait_for
from web import lasting

LONG = "x" * 400_000  # more than one piece


@pytest.fixture(autouse=True)
def looks_at_every_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lasting, "_LOOK_EVERY", 0.0)


@pytest.fixture
def job(rest: Rest, ann: Person) -> str:
    job = ann.job(content=LONG)
    rest.complete(job)
    return job


def pieces(answer: TestResponse) -> Iterator[bytes]:
    assert answer.status_code in {200, 206}
    return iter(answer.response)  # type: ignore[arg-type]  # bytes, as no text was set


def keep_out(rest: Rest, ann: Person, job: str, link: str) -> None:
    del ann, job, link
    rest.database.write(lambda session: session.execute(update(User).values(disabled=True)) and None)


def revoke(rest: Rest, ann: Person, job: str, link: str) -> None:
    del rest
    ann("DELETE", f"/jobs/{job}/shares/{link}")


def delete(rest: Rest, ann: Person, job: str, link: str) -> None:
    del rest, link
    ann("DELETE", f"/jobs/{job}")


def delete_recording(rest: Rest, ann: Person, job: str, link: str) -> None:
    del rest, link
    ann("DELETE", f"/jobs/{job}/audio")


def forbid(rest: Rest, ann: Person, job: str, link: str) -> None:
    del ann, job, link
    enter(rest, "boss@example.org", admin=True).post("/admin/sharing", allowed="no")


@pytest.mark.parametrize("end", [keep_out, revoke, delete, delete_recording, forbid])
@pytest.mark.parametrize("asked", [{}, {"Range": "bytes=1-399000"}])
def test_who_listens_by_a_link_hears_no_more_when_it_is_over(
    rest: Rest, ann: Person, job: str, end: Callable[..., None], asked: dict[str, str]
) -> None:
    made = ann("POST", f"/jobs/{job}/shares", json={}).json
    secret = made["url"].rsplit("/", 1)[1]
    listening = pieces(rest.app.test_client().get(f"/shared/{secret}/audio", headers=asked))
    heard = len(next(listening))

    end(rest, ann, job, made["id"])

    with pytest.raises(ConnectionResetError):
        list(listening)
    assert heard < len(LONG) / 2


def test_who_may_listen_hears_all(rest: Rest, ann: Person, job: str) -> None:
    assert ann.get(f"/jobs/{job}/audio").data == LONG.encode()


def test_signing_out_ends_what_the_browser_is_listening_to(rest: Rest) -> None:
    here, there = (enter(rest, "bob@example.org") for _ in range(2))
    job = rest.person("bob@example.org").job(content=LONG)
    listening = pieces(there.client.get(f"{API}/jobs/{job}/audio"))
    next(listening)

    here.post("/account/sessions/end", page="/account/security")

    with pytest.raises(ConnectionResetError):
        list(listening)


@pytest.mark.parametrize("address", ["/jobs/events", "/jobs/{job}/events"])
def test_a_token_that_is_taken_back_follows_nothing_any_more(rest: Rest, ann: Person, address: str) -> None:
    job = ann.job()
    made = ann("POST", "/tokens", json={"name": "x", "scopes": ["jobs:read"]}).json
    headers = {"Authorization": f"Bearer {made['token']}"}
    following = pieces(rest.app.test_client().get(API + address.format(job=job), headers=headers))
    next(following)

    ann("DELETE", f"/tokens/{made['id']}")

    rest.work(job, Stage.PREPARE)
    assert b"prepare" not in b"".join(following)


def test_an_archive_ends_between_two_files(rest: Rest, ann: Person, job: str) -> None:
    archive = pieces(ann.client.get(f"{API}/jobs/{job}/archive.zip", headers={"Authorization": f"Bearer {ann.token}"}))
    next(archive)

    keep_out(rest, ann, job, "")

    with pytest.raises(ConnectionResetError):
        list(archive)


def test_who_is_kept_out_while_waiting_gets_no_transcript(rest: Rest) -> None:
    bob = rest.person("bob@example.org")
    form = {"file": (io.BytesIO(b"RIFF"), "a.wav"), "model": "whisper-1"}

    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(bob, "POST", "/v1/audio/transcriptions", data=form)
        wait_for(lambda: bob.get("/jobs").json["jobs"])
        rest.database.write(lambda session: session.execute(update(User).values(disabled=True)) and None)
        answer = waiting.result(30)

    assert (answer.status_code, answer.json["error"]["code"]) == (401, "invalid_api_key")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[UploadService]:
    one = UploadService(tmp_path)
    one.start()
    yield one
    one.kill()


def test_the_server_closes_the_connection_and_tells_the_log_no_secret(
    server: UploadService, capfd: pytest.CaptureFixture[str]
) -> None:
    token, size = server.token(), 60_000_000  # more than lies in the buffers of a connection
    job = seed(server.settings, small(), recording=os.urandom(size), user="ada@example.org")
    headers, began = {"Authorization": f"Bearer {token}"}, time.monotonic()
    base = f"http://127.0.0.1:{server.port}"
    made = requests.post(f"{base}{API}/jobs/{job}/shares", json={}, headers=headers, timeout=30).json()
    link = f"{base}/shared/{made['url'].rsplit('/', 1)[1]}/audio"

    with requests.get(link, stream=True, timeout=30) as listening:
        assert int(listening.headers["Content-Length"]) == size
        heard = len(listening.raw.read(65_536))
        requests.delete(f"{base}{API}/jobs/{job}/shares/{made['id']}", headers=headers, timeout=30)
        wait_for(lambda: time.monotonic() - began > 2)
        with pytest.raises(requests.exceptions.ChunkedEncodingError):
            for piece in listening.iter_content(65_536):
                heard += len(piece)

    assert heard < size
    assert requests.get(link, timeout=30).status_code == 404  # and it answers on
    assert made["url"].rsplit("/", 1)[1] not in "".join(capfd.readouterr())
