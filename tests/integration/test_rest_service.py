"""The REST API as a service: health, metrics, problem details, headers, the log."""

import logging
import socket
import threading
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from steno.ledger.consequences import Failure
from steno.states import Queue, Stage
from tests.redis_server import redis_server
from tests.rest import API, Person, Rest, make_rest
from web.app import create_app
from web.broker import BrokerState
from web.portal.assets import _squeezed


@pytest.fixture
def rest(tmp_path: Path) -> Rest:
    return make_rest(tmp_path)


@pytest.fixture
def ann(rest: Rest) -> Person:
    return rest.person()


def test_it_lives_and_is_ready(rest: Rest) -> None:
    client = rest.app.test_client()

    assert client.get("/healthz").json == {"status": "alive"}
    good = dict.fromkeys(("database", "broker", "broker_keeps", "disk", "encryption_key"), True)
    assert client.get("/readyz").json == {"ready": True, "checks": good}


def test_it_is_not_ready_without_broker_disk_or_tables(rest: Rest, tmp_path: Path) -> None:
    rest.broker_is_there = False
    there = {"look_at_broker": lambda: BrokerState(answers=True, keeps=True)}
    full = create_app(rest.settings.model_copy(update={"keep_free": 2**62}), rest.database, **there)
    bare = create_app(rest.settings.model_copy(update={"data_dir": tmp_path / "new"}), **there)

    missing = {name: app.test_client().get("/readyz") for name, app in
               [("broker", rest.app), ("disk", full), ("database", bare)]}  # fmt: skip

    for name, answer in missing.items():
        assert answer.status_code == 503
        assert [check for check, good in answer.json["checks"].items() if not good] == [name]
    assert rest.app.test_client().get("/healthz").status_code == 200


@pytest.mark.parametrize(
    ("memory", "policy", "ready"),
    [("0", "allkeys-lru", True), ("100mb", "noeviction", True), ("100mb", "allkeys-lru", False)],
)
def test_it_is_not_ready_where_redis_may_forget_what_waits(
    rest: Rest, tmp_path: Path, memory: str, policy: str, ready: bool
) -> None:
    with redis_server("--maxmemory", memory, "--maxmemory-policy", policy) as url:
        app = create_app(rest.settings.model_copy(update={"redis_url": url}), rest.database)

        answer = app.test_client().get("/readyz")

    checks = answer.json["checks"]
    assert checks.pop("broker_keeps") is ready
    assert set(checks.values()) == {True}
    assert (answer.status_code == 200) == ready


def test_where_redis_does_not_say_how_it_is_set_it_is_ready(rest: Rest) -> None:
    with redis_server(
        "--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru", "--rename-command", "INFO", ""
    ) as url:
        app = create_app(rest.settings.model_copy(update={"redis_url": url}), rest.database)

        answer = app.test_client().get("/readyz")

    assert answer.json["ready"]


def test_metrics_tell_of_queues_jobs_and_durations(rest: Rest, ann: Person) -> None:
    rest.complete(ann.job(content="first"))
    ann.job(content="second")

    answer = rest.app.test_client().get("/metrics")

    seen = {
        (sample.name, *(sample.labels[name] for name in sorted(sample.labels, reverse=True))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }
    assert seen["steno_queue_depth", Queue.MEDIA] == 1
    assert seen["steno_queue_age_seconds", Queue.MEDIA] >= 0
    assert (seen["steno_jobs", "completed"], seen["steno_jobs", "queued"]) == (1, 1)
    assert seen["steno_stages_done_last_day", Stage.TRANSCRIBE] == 1
    assert seen["steno_stage_duration_seconds", "transcribe", "0.5"] >= 0
    assert seen["steno_disk_free_bytes",] > 0


def test_metrics_tell_how_fast_it_is_and_what_fails(rest: Rest, ann: Person) -> None:
    for seconds in (6.0, 30.0, 120.0):
        job_id = ann.job(content=f"a minute heard in {seconds} seconds")
        rest.complete(job_id)
        rest.took(job_id, Stage.TRANSCRIBE, seconds)
    rest.fail(ann.job(content="no recording"), Failure("unreadable-media", "It is no recording."))

    told = rest.app.test_client().get("/metrics").text.splitlines()

    assert "# TYPE steno_real_time_factor summary" in told  # promtool refuses quantiles of anything else
    assert "# TYPE steno_stage_duration_seconds summary" in told
    assert 'steno_real_time_factor{quantile="0.5"} 0.5' in told
    assert 'steno_real_time_factor{quantile="0.95"} 2.0' in told
    assert 'steno_stage_duration_seconds{quantile="0.95",stage="transcribe"} 120.0' in told
    assert 'steno_stages_failed{code="unreadable-media",stage="prepare"} 1.0' in told


def test_metrics_are_for_this_machine_and_administrators(rest: Rest, ann: Person) -> None:
    boss = rest.person("boss@example.org", admin=True)
    proxied, remote = {"X-Forwarded-For": "203.0.113.5"}, {"REMOTE_ADDR": "203.0.113.5"}

    assert rest.app.test_client().get("/metrics", headers=proxied).status_code == 403
    assert ann("GET", "/metrics", environ_overrides=remote).status_code == 403
    assert boss("GET", "/metrics", environ_overrides=remote).status_code == 200


def test_metrics_with_a_token_of_their_own_are_opened_by_nothing_else(tmp_path: Path) -> None:
    rest = make_rest(tmp_path, metrics_token="of the scraper alone")
    boss, anybody = rest.person("boss@example.org", admin=True), rest.app.test_client()
    proxied = {"X-Forwarded-For": "203.0.113.5"}

    def asked(token: str) -> int:
        headers = {"Authorization": f"Bearer {token}"} | proxied
        return anybody.get("/metrics", headers=headers).status_code

    assert anybody.get("/metrics").status_code == 401  # from this machine, as a proxy that adds no header asks, too
    assert boss("GET", "/metrics").status_code == 401
    assert [asked(token) for token in ("of the scraper", "of the scraper alone!", "", "\xe4")] == [401] * 4
    assert asked("of the scraper alone") == 200


@pytest.mark.parametrize(
    ("method", "path", "request_", "status", "code"),
    [
        ("GET", "/nothing", {}, 404, "not-found"),
        ("GET", "/jobs/../../etc", {}, 404, "not-found"),
        ("GET", f"/jobs/{'0' * 32}", {}, 404, "unknown-job"),
        ("PUT", "/jobs", {}, 405, "method-not-allowed"),
        ("POST", "/jobs", {"data": b"x", "content_type": "text/plain"}, 415, "unsupported-media-type"),
        ("POST", "/jobs", {"data": b"{", "content_type": "application/json"}, 400, "malformed"),
        ("POST", "/jobs", {"data": b"\xff", "content_type": "application/json"}, 400, "malformed"),
        ("POST", "/jobs", {"json": {}}, 422, "invalid-request"),
        ("POST", "/jobs", {"data": {"language": "fi"}, "content_type": "multipart/form-data"}, 422, "invalid-option"),
        ("POST", "/tokens", {"data": b" " * 17_000_000, "content_type": "application/json"}, 413, "too-large"),
    ],
)
def test_every_error_is_a_problem_detail(
    ann: Person, method: str, path: str, request_: dict[str, object], status: int, code: str
) -> None:
    answer = ann(method, path, **request_)

    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert (answer.json["status"], answer.json["code"]) == (status, code)
    assert answer.json["type"] == f"urn:steno:problem:{code}"
    assert answer.json["title"]
    assert answer.json["detail"].endswith(".")
    assert "Invalid JSON" not in answer.json["detail"]  # which is told once, in our words
    assert "STENO_MAX_UPLOAD" not in answer.json["detail"]  # which is for recordings


def test_a_fault_of_ours_shows_nothing_of_the_inside(rest: Rest, ann: Person, caplog: pytest.LogCaptureFixture) -> None:
    def fault() -> str:
        raise RuntimeError("secret path /srv/steno")

    setattr(fault, "steno_access", "jobs:read")  # noqa: B010
    rest.app.add_url_rule("/fault", "fault", fault)

    with caplog.at_level(logging.ERROR):
        answer = ann.client.get("/fault", headers={"Authorization": f"Bearer {ann.token}"})

    assert (answer.status_code, answer.json["code"]) == (500, "internal")
    assert "secret" not in answer.text
    assert "secret path" in caplog.text


def test_a_broker_that_is_away_does_no_harm(rest: Rest, tmp_path: Path) -> None:
    settings = rest.settings.model_copy(update={"redis_url": "redis://127.0.0.1:9/0"})
    app = create_app(settings, rest.database)
    ann = rest.person()

    answer = Person(app.test_client(), ann.id, ann.token).submit()

    assert answer.status_code == 201
    assert app.test_client().get("/readyz").json["checks"]["broker"] is False


@pytest.mark.parametrize("path", [f"{API}/docs", f"{API}/openapi.json", f"{API}/jobs", "/nothing", "/static/docs.css"])
def test_headers_keep_a_browser_safe(rest: Rest, path: str) -> None:
    headers = rest.app.test_client().get(path, buffered=True).headers

    assert "unsafe" not in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Request-Id"]


def test_tls_is_insisted_on_where_people_come_by_it(tmp_path: Path) -> None:
    rest = make_rest(tmp_path, public_url="https://steno.example.org")

    assert "Strict-Transport-Security" in rest.app.test_client().get("/healthz").headers


def test_the_documentation_tells_what_values_there_are(rest: Rest) -> None:
    page = " ".join(rest.app.test_client().get(f"{API}/docs").text.split())

    assert '<td><code>segments</code> *</td><td>list of <a href="#Segment">Segment</a></td>' in page
    assert "<td><code>task</code></td><td>transcribe, translate</td>" in page
    assert "<td>boolean; else false</td>" in page
    assert '<a href="#TranscriptChange">' in page
    assert "`" not in page


def test_the_documentation_loads_nothing_from_elsewhere(rest: Rest) -> None:
    page = rest.app.test_client().get(API, follow_redirects=True).text  # where the API begins leads there

    assert "POST" in page
    assert "//" not in page.replace("<!doctype html>", "")
    assert "<script" not in page


def test_the_log_tells_of_requests_without_content(rest: Rest, ann: Person, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="steno"):
        job = ann.job(name="Secret merger.wav", hotwords="Oakwood")
        ann.get(f"/jobs/{job}?q=Oakwood")

    assert "request.answered" in caplog.text
    assert f"user={ann.id}" in caplog.text
    for secret in ("merger", "Oakwood", ann.token, ann.token[:12]):
        assert secret not in caplog.text


@pytest.mark.parametrize(
    ("method", "path", "kind", "begun"),
    [
        (
            "POST",
            "/api/v1/jobs",
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\nRIFF',
        ),
        ("PATCH", "/api/v1/account", "application/json", b'{"display_name": "'),
        ("POST", "/sign-in", "application/x-www-form-urlencoded", b"name=ann"),
    ],
    ids=["form", "json", "page"],
)
def test_who_falls_silent_while_sending_gives_the_thread_back(
    ann: Person, monkeypatch: pytest.MonkeyPatch, method: str, path: str, kind: str, begun: bytes
) -> None:
    monkeypatch.setattr("web.bodies._SILENCE", 0.05)
    ours, theirs = socket.socketpair()
    end = threading.Timer(30, theirs.close)  # else a server that waits would do so for ever
    end.start()
    with ours, theirs, ours.makefile("rb") as sent:
        theirs.sendall(begun)

        answer = ann.client.open(
            path,
            method=method,
            headers={"Authorization": f"Bearer {ann.token}"},
            content_type=kind,
            environ_overrides={"CONTENT_LENGTH": "10000", "wsgi.input": sent, "gunicorn.socket": ours},
        )

        assert (answer.status_code, theirs.fileno() >= 0) == (400, True)
    end.cancel()


@pytest.mark.parametrize("way", ["css/base.css", "js/../css/base.css", "./css/./base.css", "none/../css/base.css"])
def test_a_style_sheet_is_squeezed_once_however_it_is_asked_for(rest: Rest, way: str) -> None:
    client, zipped = rest.app.test_client(), {"Accept-Encoding": "gzip"}
    plain = client.get("/assets/x/css/base.css", headers=zipped)
    before = _squeezed.cache_info().currsize

    answer = client.get(f"/assets/x/{way}", headers=zipped)

    assert (answer.status_code, answer.data) == (200, plain.data)
    assert _squeezed.cache_info().currsize == before
