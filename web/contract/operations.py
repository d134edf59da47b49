"""Operations of the API: a route, the scope it needs, what it takes and what it answers, in one declaration.

A view's argument `query` is read from the query string and `body` from JSON, both as the models it is annotated with.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, TypeVar, get_type_hints

from flask import Flask, Response, request
from pydantic import BaseModel
from werkzeug.exceptions import UnsupportedMediaType
from werkzeug.routing import BaseConverter

from steno.errors import InvalidOption
from web.auth import needs, public
from web.bodies import patience

View = TypeVar("View", bound=Callable[..., Response])
Model = TypeVar("Model", bound=BaseModel)
PREFIX = "/api/v1"
ID = "[0-9a-f]{32}"


class IdConverter(BaseConverter):
    """Ids as we make them: what is none is not found."""

    regex = ID


@dataclass(frozen=True)
class Answer:
    """What a status means: a JSON value, content of other kinds, or nothing.

    `media` names the kinds in the order of their weight where JSON is not the only one, `briefly` what the value is
    for who prefers less of it, `event` the data of each event of a stream, which OpenAPI 3.1 cannot say.
    """

    says: str
    model: type[BaseModel] | None = None
    media: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    briefly: type[BaseModel] | None = None
    event: type[BaseModel] | None = None

    @property
    def models(self) -> tuple[type[BaseModel], ...]:
        """What the JSON value may be."""
        return tuple(model for model in (self.model, self.briefly) if model is not None)


@dataclass(frozen=True)
class Parameter:
    """A path parameter or header."""

    name: str
    says: str
    place: str = "header"
    values: tuple[str, ...] = ()
    pattern: str | None = None


@dataclass(frozen=True)
class Operation:
    """One method of one address. `scope` is None where anybody may ask."""

    method: str
    rule: str
    name: str
    tag: str
    summary: str
    says: str
    scope: str | None
    query: type[BaseModel] | None
    bodies: Mapping[str, type[BaseModel]]
    answers: Mapping[int, Answer]
    problems: tuple[int, ...]
    headers: tuple[Parameter, ...]
    path: tuple[Parameter, ...]
    view: Callable[..., Response]
    prefix: str = PREFIX

    @property
    def address(self) -> str:
        """The path as OpenAPI writes it."""
        return self.prefix + re.sub(r"<(?:[^:>]+:)?([^>]+)>", r"{\1}", self.rule)


class Routes:
    """Operations about one thing, collected by decorators and put in an application by `register`."""

    def __init__(self, tag: str) -> None:
        self.tag = tag
        self.operations: list[Operation] = []

    def operation(
        self,
        method: str,
        rule: str,
        *,
        scope: str | None,
        answers: Mapping[int, Answer],
        problems: Sequence[int] = (),
        bodies: Mapping[str, type[BaseModel]] | None = None,
        headers: Sequence[Parameter] = (),
        path: Sequence[Parameter] = (),
        prefix: str = PREFIX,
    ) -> Callable[[View], View]:
        """Declare an operation. The view's docstring is its documentation; the first line is the summary.

        `bodies` are models by media type where the view reads the body itself.
        """

        def declare(view: View) -> View:
            hints = get_type_hints(view)
            query, body = hints.get("query"), hints.get("body")
            summary, _, says = (view.__doc__ or "").strip().partition("\n")
            self.operations.append(
                Operation(
                    method=method,
                    rule=rule,
                    name=view.__name__,
                    tag=self.tag,
                    summary=summary.rstrip("."),
                    says=" ".join(says.split()),
                    scope=scope,
                    query=query,
                    bodies=bodies if bodies is not None else {"application/json": body} if body else {},
                    answers=answers,
                    problems=tuple(problems),
                    headers=tuple(headers),
                    path=tuple(path),
                    view=_reading(view, query, body),
                    prefix=prefix,
                )
            )
            return view

        return declare

    def register(self, app: Flask) -> None:
        """Serve the operations."""
        for one in self.operations:
            view = public(one.view) if one.scope is None else needs(one.scope)(one.view)
            app.add_url_rule(one.prefix + one.rule, f"{self.tag}.{one.name}", view, methods=[one.method])


def json_answer(value: BaseModel, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A value as JSON."""
    text = json.dumps(value.model_dump(mode="json"), ensure_ascii=False, separators=(",", ":"))
    return Response(
        text.encode("utf-8", "replace") + b"\n", status, dict(headers or {}), content_type="application/json"
    )


def read_query(model: type[Model]) -> Model:
    """The query string as a model. Raises ValidationError; InvalidOption where something is said twice.

    Of `state=failed&state=completed` nobody would see that one was left out.
    """
    for name, values in request.args.lists():
        if len(values) > 1 and name in model.model_fields:
            raise InvalidOption(f"{name} is given {len(values)} times", "Give it once.")
    return model.model_validate({name: values[-1] for name, values in request.args.lists()})


def read_json(model: type[Model]) -> Model:
    """The body as a model, strictly: a number is no text. Raises ValidationError, UnsupportedMediaType."""
    if request.mimetype != "application/json":
        raise UnsupportedMediaType
    with patience():
        content = request.get_data()
    return model.model_validate_json(content, strict=True)


def _reading(
    view: Callable[..., Response], query: type[BaseModel] | None, body: type[BaseModel] | None
) -> Callable[..., Response]:
    @wraps(view)
    def read(**path: Any) -> Response:
        if query is not None:
            path["query"] = read_query(query)
        if body is not None:
            path["body"] = read_json(body)
        return view(**path)

    return read
