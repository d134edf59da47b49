"""The OpenAPI 3.1 document, made of the operations that are served."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

import steno
from steno.webhook_event import WebhookEvent
from web.contract.operations import ID, Answer, Operation, Parameter
from web.contract.schemas import Schemas, schema_of_media, without_null
from web.contract.webhooks import job_ended
from web.problems import MEDIA_TYPE, Problem

_JSON, _FORM = "application/json", "multipart/form-data"
_REFERENCE = "#/components/schemas/{model}"
_PROBLEMS = {
    400: "What was sent cannot be read.",
    401: "There is no valid token, or it rests until you sign in again (`sign-in-again`).",
    403: "The token may not do this.",
    404: "There is no such thing, or it belongs to somebody else.",
    406: "None of the formats that the Accept header names.",
    409: "It contradicts the state of the job, or an earlier request.",
    410: "It has been deleted.",
    412: "It was changed meanwhile (If-Match).",
    413: "Too large, or more than may be stored.",
    415: "A kind of content that is not read here.",
    416: "No such bytes.",
    422: "A value makes no sense; `errors` says which.",
    429: "Too many requests; Retry-After says when to ask again.",
    503: "The database does not answer.",
    507: "No space left.",
}
_TAGS = {
    "jobs": "Recordings handed in, and what becomes of them.",
    "transcripts": "Who said what when: read, corrected, taken back.",
    "minutes": "Summary, decisions and action items, each with its evidence.",
    "recordings": "What was handed in: to hear, to see, to delete.",
    "archives": "Everything of a job, or of several, as ZIP.",
    "questions": "Asked of a recording, answered with the words that prove it.",
    "shares": "Links for people without an account.",
    "deliveries": "Mails and webhook calls, and whether they arrived.",
    "tokens": "What programs sign in with.",
    "account": "Who asks, and what they use.",
    "users": "Everybody, for administrators.",
    "service": "Whether it lives and works, for whoever watches over it.",
}


def openapi_document(operations: Sequence[Operation], *, server: str = "/") -> dict[str, Any]:
    """The document as JSON values."""
    references, schemas = _schemas(operations)
    paths: dict[str, dict[str, object]] = {}
    for one in operations:
        paths.setdefault(one.address, {})[one.method.lower()] = _operation(one, references)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Steno",
            "version": steno.__version__,
            "summary": "Recordings become transcripts and minutes.",
            "description": "Times are seconds unless they are dates. Every error is a problem detail (RFC 9457).",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": server}],
        "security": [{"token": []}],
        "tags": [{"name": tag, "description": _TAGS[tag]} for tag in dict.fromkeys(one.tag for one in operations)],
        "paths": paths,
        "webhooks": {"jobEnded": {"post": job_ended(references[WebhookEvent, "serialization"])}},
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "An API token: steno_..."}
            },
        },
    }


_References = Mapping[tuple[type[Any], JsonSchemaMode], dict[str, Any]]


def _schemas(operations: Sequence[Operation]) -> tuple[_References, dict[str, Any]]:
    wanted: dict[tuple[type[BaseModel], JsonSchemaMode], None] = dict.fromkeys(
        (model, "serialization") for model in (Problem, WebhookEvent)
    )
    for one in operations:
        wanted |= dict.fromkeys((model, "validation") for model in one.bodies.values())
        for answer in one.answers.values():
            told = [*answer.models, *([answer.event] if answer.event is not None else [])]
            wanted |= dict.fromkeys((model, "serialization") for model in told)
    references, definitions = models_json_schema(list(wanted), ref_template=_REFERENCE, schema_generator=Schemas)
    made = definitions["$defs"]
    for form in {one.bodies[_FORM] for one in operations if _FORM in one.bodies}:
        described = made[references[form, "validation"]["$ref"].rsplit("/", 1)[1]]
        described["properties"] = {name: without_null(one, made) for name, one in described["properties"].items()}
    return references, made


def _operation(one: Operation, references: _References) -> dict[str, object]:
    problems = {*one.problems}
    if one.scope is not None:
        problems |= {401, 403, 429}
    if one.query is not None or one.bodies:
        problems |= {422}
    if one.bodies:
        problems |= {400, 413, 415}
    if "<" in one.rule:
        problems |= {404}
    failed = {str(status): _problem(status) for status in sorted(problems)}
    described: dict[str, object] = {
        "operationId": one.name,
        "tags": [one.tag],
        "summary": one.summary,
        "parameters": _parameters(one),
        "responses": {str(status): _answer(answer, references) for status, answer in one.answers.items()} | failed,
    }
    if one.says:
        described["description"] = one.says
    if one.scope is None:
        described["security"] = []
    else:
        described["x-scope"] = one.scope
    if one.bodies:
        described["requestBody"] = {
            "required": True,
            "content": {media: {"schema": references[model, "validation"]} for media, model in one.bodies.items()},
        }
    return described


def _parameters(one: Operation) -> list[dict[str, object]]:
    named = {parameter.name: parameter for parameter in one.path}
    found = [
        _parameter(named.get(name, Parameter(name, "Id.", "path", pattern=f"^{ID}$")))
        for name in (part.split("}")[0] for part in one.address.split("{")[1:])
    ]
    found += [_parameter(header) for header in one.headers]
    if one.query is not None:
        schema = one.query.model_json_schema(ref_template=_REFERENCE)
        required = schema.get("required", [])
        for name, described in schema["properties"].items():
            value = without_null(described, schema.get("$defs", {}))
            says, _ = value.pop("description", ""), value.pop("title", None)
            found.append(
                {"name": name, "in": "query", "description": says, "required": name in required, "schema": value}
            )
    return found


def _parameter(one: Parameter) -> dict[str, object]:
    schema: dict[str, object] = {"type": "string"}
    if one.values:
        schema["enum"] = list(one.values)
    if one.pattern is not None:
        schema["pattern"] = one.pattern
    required = one.place == "path"
    return {"name": one.name, "in": one.place, "description": one.says, "required": required, "schema": schema}


def _answer(answer: Answer, references: _References) -> dict[str, object]:
    content: dict[str, object] = {}
    schemas = [references[model, "serialization"] for model in answer.models]
    # The first is what a generated client reads the answer as: where there is a choice, the declaration makes it.
    for media in answer.media or (_JSON,) * bool(schemas):
        schema = schema_of_media(media)
        if media == _JSON:
            schema = schemas[0] if len(schemas) == 1 else {"anyOf": schemas}
        content[media] = {"schema": schema}
        if answer.event is not None:
            content[media] = {"schema": schema, "x-event-data": references[answer.event, "serialization"]}
    described: dict[str, object] = {"description": answer.says}
    if content:
        described["content"] = content
    if answer.headers:
        described["headers"] = {
            name: {"description": says, "schema": {"type": "string"}} for name, says in answer.headers.items()
        }
    return described


def _problem(status: int) -> dict[str, object]:
    schema = {"$ref": _REFERENCE.format(model="Problem")}
    described: dict[str, object] = {"description": _PROBLEMS[status], "content": {MEDIA_TYPE: {"schema": schema}}}
    if status == 429:
        described["headers"] = {"Retry-After": {"description": "Seconds.", "schema": {"type": "integer"}}}
    return described
