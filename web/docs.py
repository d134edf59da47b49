"""The API's document, and a page that shows it: made here, nothing is loaded from elsewhere."""

import json
from collections.abc import Sequence
from functools import cache
from typing import Any

from flask import Flask, Response, redirect, render_template, url_for
from markupsafe import Markup, escape
from werkzeug.wrappers import Response as WerkzeugResponse

from web.auth import public
from web.contract import Operation
from web.contract.document import openapi_document
from web.contract.operations import PREFIX


def register(app: Flask, operations: Sequence[Operation]) -> None:
    """Serve both; where the API begins leads to the page."""

    @cache  # made for the first who asks: it takes longer than all else that a start of the server does here
    def document() -> dict[str, Any]:
        return openapi_document(operations)

    app.jinja_env.filters["coded"] = coded

    @public
    def openapi() -> Response:
        text = json.dumps(document(), ensure_ascii=False)  # in order: the first content of an answer weighs most
        return Response(text + "\n", content_type="application/json")

    @public
    def docs() -> str:
        api = document()
        about = {tag["name"]: tag["description"] for tag in api["tags"]}
        return render_template("docs.html", api=api, about=about, operations=_by_tag(api))

    @public
    def api() -> WerkzeugResponse:
        return redirect(url_for("docs"))

    app.add_url_rule(PREFIX, "api", api)
    app.add_url_rule(f"{PREFIX}/openapi.json", "openapi", openapi)
    app.add_url_rule(f"{PREFIX}/docs", "docs", docs)


def coded(text: str | None) -> Markup:
    """A text in which what stands between backticks is code."""
    parts = str(text or "").split("`")
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if number % 2 else escape(part) for number, part in enumerate(parts)
    )


def _by_tag(document: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for path, methods in document["paths"].items():
        for method, one in methods.items():
            found.setdefault(one["tags"][0], []).append({"path": path, "method": method.upper(), **one})
    return found
