"""The API's document, and a page that shows it: made here, nothing is loaded from elsewhere."""

import json
from collections.abc import Sequence
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
    document = openapi_document(operations)
    text = json.dumps(document, ensure_ascii=False) + "\n"  # in order: the first content of an answer weighs most

    app.jinja_env.filters["coded"] = coded

    @public
    def openapi() -> Response:
        return Response(text, content_type="application/json")

    @public
    def docs() -> str:
        about = {tag["name"]: tag["description"] for tag in document["tags"]}
        return render_template("docs.html", api=document, about=about, operations=_by_tag(document))

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
