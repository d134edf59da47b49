"""The REST API keeps the contract it publishes: requests of all kinds, made from its own OpenAPI document."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from steno.states import JobState
from tests.rest import API, Person, Rest, make_rest
from web.app import ROUTES
from worker.notification import Notice, webhooks

_CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    ignored_auth,
]
_EXAMPLES = 12


@pytest.fixture(scope="module")
def rest(tmp_path_factory: pytest.TempPathFactory) -> Rest:
    return make_rest(tmp_path_factory.mktemp("contract"), rate_limit=0)


@pytest.fixture(scope="module")
def ann(rest: Rest) -> Person:
    return rest.person(admin=True)


def operations() -> Iterator[tuple[str, str]]:
    """Every operation of the document that takes anything, by method and path."""
    for module in ROUTES:
        for one in module.routes.operations:
            # What does not end without workers is no example; it has tests of its own.
            if one.scope is not None and one.name not in {"follow_job", "follow_jobs", "detect_language"}:
                yield one.method, one.address


def test_the_document_is_valid_openapi_3_1(rest: Rest) -> None:
    document = rest.app.test_client().get(f"{API}/openapi.json").json

    assert document["openapi"].startswith("3.1")
    schemathesis.openapi.from_dict(document).validate()
    assert len({one["operationId"] for path in document["paths"].values() for one in path.values()}) >= 20


@pytest.mark.parametrize(("method", "path"), list(operations()))
@pytest.mark.parametrize("mode", list(schemathesis.GenerationMode))
def test_an_operation_keeps_its_contract(
    rest: Rest, ann: Person, method: str, path: str, mode: schemathesis.GenerationMode
) -> None:
    schema = schemathesis.openapi.from_wsgi(f"{API}/openapi.json", rest.app)
    operation = schema[path][method]
    job = ann.get("/jobs?limit=1").json["jobs"] or [{"id": ann.job(content=f"{method} {path}")}]
    known = job[0]["id"]

    @seed(1)
    @settings(max_examples=_EXAMPLES, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode), real=st.booleans())
    def check(case: Any, real: bool) -> None:
        if real and "job_id" in (case.path_parameters or {}):
            case.path_parameters["job_id"] = known
        if real and "user_id" in (case.path_parameters or {}):
            case.path_parameters["user_id"] = rest.person("bob@example.org").id
        wrong = {place.value for place, part in case.meta.components.items() if part.mode.is_negative}
        # With a token and a job that are there, only what is wrong in query or body must be refused.
        checks = [*_CHECKS, negative_data_rejection] if wrong & {"query", "body"} else _CHECKS
        case.call_and_validate(headers={"Authorization": f"Bearer {ann.token}"}, checks=checks)

    check()


def test_a_form_brings_its_recording(rest: Rest) -> None:
    document = rest.app.test_client().get(f"{API}/openapi.json").json
    content = document["paths"][f"{API}/jobs"]["post"]["requestBody"]["content"]
    form = document["components"]["schemas"][content["multipart/form-data"]["schema"]["$ref"].rsplit("/", 1)[1]]

    assert form["required"] == ["file"]
    assert (form["properties"]["file"]["type"], form["properties"]["file"]["format"]) == ("string", "binary")


@pytest.fixture(scope="module")
def document(rest: Rest) -> dict[str, Any]:
    found: dict[str, Any] = rest.app.test_client().get(f"{API}/openapi.json").json
    return found


def _values(node: Any) -> Iterator[dict[str, Any]]:
    """Every object within."""
    if isinstance(node, dict):
        yield node
    for one in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _values(one)


def test_a_default_that_is_told_fits_its_schema(document: dict[str, Any]) -> None:
    told = [one for one in _values(document["paths"]) if "default" in one and "type" in one]

    assert told
    assert [one for one in told if not Draft202012Validator(one).is_valid(one["default"])] == []


def test_what_may_be_left_out_of_a_body_has_no_default_that_a_client_would_send(document: dict[str, Any]) -> None:
    # Generated clients send defaults, or demand a value where there is one: neither leaves it to the operator.
    assert [one for one in _values(document["components"]["schemas"]) if "default" in one and "type" in one] == []


def test_no_field_of_a_form_is_null(document: dict[str, Any]) -> None:
    assert [one for one in document["components"]["schemas"]["JobForm"]["properties"].values() if "anyOf" in one] == []


def test_an_answer_says_that_all_its_fields_are_there(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]

    for name in ("JobView", "TranscriptionOptions", "Transcript", "Word", "Minutes"):
        assert set(schemas[name]["required"]) == set(schemas[name]["properties"]), name
    assert "errors" not in schemas["Problem"]["required"]


def test_every_content_of_an_answer_has_a_schema(document: dict[str, Any]) -> None:
    bare = [
        (address, method, status, media)
        for address, methods in document["paths"].items()
        for method, one in methods.items()
        for status, answer in one["responses"].items()
        for media, content in answer.get("content", {}).items()
        if not content.get("schema")
    ]

    assert bare == []
    refused = document["paths"][f"{API}/jobs"]["get"]["responses"]["429"]
    assert refused["headers"]["Retry-After"]["schema"] == {"type": "integer"}


def test_a_transcript_is_described_and_in_a_file_comes_after_plain_text(document: dict[str, Any]) -> None:
    def content(suffix: str) -> dict[str, Any]:
        path = document["paths"][f"{API}/jobs/{{job_id}}/transcript{suffix}"]
        found: dict[str, Any] = path["get"]["responses"]["200"]["content"]
        return found

    assert content("")["application/json"]["schema"] == {"$ref": "#/components/schemas/Transcript"}
    # The first is what a generated client reads every answer as.
    assert next(iter(content(""))) == "application/json"
    assert next(iter(content(".{suffix}"))) == "text/plain"


def test_what_streams_and_webhooks_tell_is_described_as_it_is_sent(rest: Rest, document: dict[str, Any]) -> None:
    bob = rest.person("carol@example.org")
    job_id = bob.job(content="a job to follow")
    bob("POST", f"/jobs/{job_id}/cancel")
    stream = bob("GET", f"/jobs/{job_id}/events").text
    notice = Notice(
        delivery_id="1", event="job.cancelled", address="", at=datetime.now(UTC), job_id=job_id, name="a.wav",
        state=JobState.CANCELLED, minutes=False, no_minutes=None, error=None, remarks=(),
    )  # fmt: skip
    event = json.loads(re.findall(r"^event: job\ndata: (.*)$", stream, re.M)[-1])
    called = json.loads(webhooks.body(notice, rest.settings))

    Draft202012Validator({**document, "$ref": "#/components/schemas/JobEvent"}).validate(event)
    body = document["webhooks"]["jobEnded"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    Draft202012Validator({**document, **body}).validate(called)
    assert (event["state"], called["data"]["state"]) == ("cancelled", "cancelled")
    followed = document["paths"][f"{API}/jobs/{{job_id}}/events"]["get"]["responses"]["200"]["content"]
    assert followed["text/event-stream"]["x-event-data"] == {"$ref": "#/components/schemas/JobEvent"}
