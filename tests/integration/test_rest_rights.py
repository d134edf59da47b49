"""Who may do what by the REST API: nothing without a token, nothing of somebody else's, nothing beyond a scope."""

import re
from pathlib import Path

import pytest
from sqlalchemy import update

from steno.database.tables import ApiToken, User
from tests.rest import API, Person, Rest, make_rest
from web.auth import access_of

PUBLIC = {"/healthz", "/readyz", "/metrics", f"{API}/openapi.json", f"{API}/docs", "/static/<path:filename>"}
# What lets people in, and what a page is made of.
PUBLIC |= {"/sign-in", "/sign-in/forgotten", "/signed-out", "/welcome/<secret>"}
PUBLIC |= {API}  # leads to its page
PUBLIC |= {"/assets/<version>/<path:name>", "/messages/<version>/<language>.json"}
# What a link leads to, for whoever has it.
PUBLIC |= {f"/shared/<secret>{path}" for path in ("", "/job.json", "/waveform", "/audio")}
PUBLIC |= {"/shared/<secret>/transcript.<suffix>", "/shared/<secret>/minutes.<suffix>"}
_PARAMETER = re.compile(r"<(?:[^:>]+:)?([^>]+)>")
_OTHER = {"stage": "summarize", "suffix": "srt", "filename": "docs.css", "model": "unknown"}
_PAGES = {"page", "admin page"}


def routes(rest: Rest) -> list[tuple[str, str]]:
    """Every method and rule, but those that a preflight asks."""
    return [
        (method, rule.rule)
        for rule in rest.app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - {"OPTIONS", "HEAD"} or {"HEAD"} & (rule.methods or set()))
    ]


def access(rest: Rest, rule: str, method: str) -> str | None:
    """What a route says that it needs."""
    found = next(one for one in rest.app.url_map.iter_rules() if one.rule == rule and method in (one.methods or ()))
    return access_of(rest.app.view_functions[found.endpoint])


def address(rule: str, **ids: str) -> str:
    return _PARAMETER.sub(lambda match: {**_OTHER, **ids}.get(match[1], "0" * 32), rule)


def test_no_route_answers_without_a_token(rest: Rest) -> None:
    client = rest.app.test_client()
    ids = dict.fromkeys(("job_id", "token_id", "delivery_id", "upload_id"), "0" * 32)

    for method, rule in routes(rest):
        if rule in PUBLIC:
            continue
        answer = client.open(address(rule, **ids), method=method)
        if access(rest, rule, method) in _PAGES:
            assert answer.status_code == 303, (method, rule)
            assert answer.headers["Location"].startswith("/sign-in?next=%2F"), (method, rule)
        else:
            assert answer.status_code == 401, (method, rule)
            assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_every_route_says_what_it_needs(rest: Rest) -> None:
    for rule in rest.app.url_map.iter_rules():
        if rule.endpoint == "static":
            continue
        said = access_of(rest.app.view_functions[rule.endpoint])
        assert said is not None, rule
        assert (said == "public") == (rule.rule in PUBLIC or {"OPTIONS"} >= (rule.methods or set())), rule


def test_what_belongs_to_somebody_else_is_not_found(rest: Rest) -> None:
    ann, bob = rest.person(), rest.person("bob@example.org")
    job = ann.job(minutes="true", webhook_url="https://example.org/hook")
    rest.complete(job)
    delivery = ann.get(f"/jobs/{job}/deliveries").json["deliveries"][0]["id"]
    token = ann.get("/tokens").json["tokens"][0]["id"]
    tus = {"Tus-Resumable": "1.0.0", "Upload-Length": "5"}
    upload = ann("POST", "/uploads", headers=tus).headers["Location"].rsplit("/", 1)[1]
    share = ann("POST", f"/jobs/{job}/shares", json={}).json["id"]
    question = ann("POST", f"/jobs/{job}/questions", json={"question": "Who?"}).json["id"]
    ids = {
        "job_id": job,
        "share_id": share,
        "question_id": question,
        "delivery_id": delivery,
        "token_id": token,
        "upload_id": upload,
    }
    tried = 0

    for method, rule in routes(rest):
        if "<" not in rule or rule in PUBLIC or access(rest, rule, method) in _PAGES:
            continue
        if access(rest, rule, method) == "users":  # of administrators alone: see test_rest_users.py
            continue
        asked = {"question": "Why?"} if rule.endswith("/questions") else {}
        body = {"json": asked} if method in {"PATCH", "POST"} and "uploads" not in rule else {"data": b"x"}
        headers = {"Tus-Resumable": "1.0.0", "Upload-Offset": "0", "X-HTTP-Method-Override": "DELETE"}
        if "uploads" in rule:
            headers["Content-Type"] = "application/offset+octet-stream"
        answer = bob(method, address(rule, **ids), headers=headers, **body)
        assert answer.status_code == 404, (method, rule, answer.text)
        tried += 1

    assert tried >= 18
    assert ann.get(f"/jobs/{job}").json["state"] == "completed"
    assert bob.get("/jobs").json["jobs"] == []
    assert len(bob.get("/tokens").json["tokens"]) == 1
    assert bob("POST", "/jobs", json={"upload_id": upload}).status_code == 404


def test_a_recording_is_no_bridge_between_people(rest: Rest) -> None:
    ann, bob = rest.person(), rest.person("bob@example.org")

    assert ann.job(content="same") != bob.job(content="same")


def test_a_scope_is_a_limit(rest: Rest) -> None:
    reader = rest.person(scopes=("jobs:read",))
    writer = rest.person(scopes=("jobs:write",))

    job = writer.job()

    assert reader.get(f"/jobs/{job}").status_code == 200
    assert writer.get(f"/jobs/{job}").status_code == 403
    assert reader("DELETE", f"/jobs/{job}").json["code"] == "forbidden"
    assert reader.get("/tokens").status_code == 403


def test_a_token_is_issued_used_and_taken_back(rest: Rest) -> None:
    ann = rest.person()

    made = ann("POST", "/tokens", json={"name": "script", "scopes": ["jobs:read"], "days": 1})
    script = Person(ann.client, ann.id, made.json["token"])
    first = script.get("/jobs")
    listed = next(one for one in ann.get("/tokens").json["tokens"] if one["id"] == made.json["id"])
    ann("DELETE", f"/tokens/{made.json['id']}")

    assert (made.status_code, first.status_code, script.get("/jobs").status_code) == (201, 200, 401)
    assert "token" not in listed
    assert listed["last_used"] is not None
    assert made.headers["Cache-Control"] == "no-store"
    assert ann("DELETE", f"/tokens/{made.json['id']}").status_code == 404


def test_a_token_gives_no_more_than_it_has(rest: Rest) -> None:
    keeper = rest.person(scopes=("tokens",))

    assert keeper("POST", "/tokens", json={"name": "x", "scopes": ["jobs:read"]}).status_code == 403
    assert keeper("POST", "/tokens", json={"name": "x", "scopes": ["tokens"]}).status_code == 201


def test_a_token_makes_none_that_outlives_it(rest: Rest) -> None:
    ann = rest.person()
    short = ann("POST", "/tokens", json={"name": "for a day", "days": 1, "scopes": ["tokens"]}).json
    script = Person(ann.client, ann.id, short["token"])

    made = [
        script("POST", "/tokens", json={"name": "x", "scopes": ["tokens"], **days}).json["expires"]
        for days in ({}, {"days": 30}, {"days": 0.5})
    ]

    assert made[:2] == [short["expires"]] * 2
    assert made[2] < short["expires"]
    assert ann("POST", "/tokens", json={"name": "y", "scopes": ["tokens"]}).json["expires"] is None


def test_who_may_only_write_is_shown_nothing_by_changing_nothing(rest: Rest) -> None:
    ann, writer = rest.person(), rest.person(scopes=("jobs:write",))
    job = ann.job(minutes="true")
    rest.complete(job)

    answers = [
        writer("PATCH", f"/jobs/{job}/transcript", json={}),
        writer("PATCH", f"/jobs/{job}/minutes", json={}),
        writer("POST", f"/jobs/{job}/transcript/restore", json={"revision": 1}),
        writer("POST", f"/jobs/{job}/minutes/restore", json={"revision": 1}),
    ]

    assert [(one.status_code, one.json["code"]) for one in answers] == [(403, "forbidden")] * 4


def test_expired_tokens_and_disabled_people_are_strangers(rest: Rest) -> None:
    ann, bob = rest.person(), rest.person("bob@example.org")

    rest.database.write(lambda session: session.execute(update(ApiToken).values(expires=1.0)) and None)
    expired = ann.get("/jobs").status_code
    rest.database.write(lambda session: session.execute(update(ApiToken).values(expires=None)) and None)
    rest.database.write(lambda session: session.execute(update(User).values(disabled=True)) and None)

    assert (expired, bob.get("/jobs").status_code) == (401, 401)


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer x", "Basic eDp5", "Bearer \xe4", "bearer  "])
def test_what_is_no_token_is_refused(rest: Rest, header: str) -> None:
    assert rest.app.test_client().get(f"{API}/jobs", headers={"Authorization": header}).status_code == 401


def test_too_many_requests_are_slowed_down(tmp_path: Path) -> None:
    rest = make_rest(tmp_path, rate_limit=30)
    ann, bob = rest.person(), rest.person("bob@example.org")

    answers = [ann.get("/usage") for _ in range(6)]

    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert int(answers[-1].headers["Retry-After"]) >= 1
    assert bob.get("/usage").status_code == 200


def test_who_guesses_tokens_is_slowed_down(rest: Rest) -> None:
    client, ann = rest.app.test_client(), rest.person()

    statuses = {client.get(f"{API}/jobs", headers={"Authorization": f"Bearer {n}"}).status_code for n in range(80)}

    assert statuses == {401, 429}
    assert ann.get("/jobs").status_code == 200
