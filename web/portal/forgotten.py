"""A password was forgotten: a link comes by mail, and whoever asks learns nothing about who has an account."""

from math import ceil

from flask import Flask, make_response, render_template, request
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from steno.ledger import letters, throttling
from steno.states import Queue
from web import sessions
from web.auth import public
from web.portal.languages import gettext as _
from web.services import services


def register(app: Flask) -> None:
    """Serve the page."""
    app.add_url_rule("/sign-in/forgotten", "forgotten", show)
    app.add_url_rule("/sign-in/forgotten", "forgotten_ask", ask, methods=["POST"])
    app.jinja_env.globals["mails_links"] = lambda: services().mails_links


@public
def show() -> AnyResponse:
    """The page."""
    _check()
    return _page()


@public
def ask() -> AnyResponse:
    """Take a name, and say the same whatever it is."""
    sessions.check_csrf()
    _check()
    here, name, address = services(), request.form.get("name", "")[:320], request.remote_addr or ""
    wait = here.database.write(lambda session: throttling.ask_letter(session, address))
    if wait > 0:
        answer = _page(429, fault=_("Too many requests. Wait a moment and try again."))
        answer.headers["Retry-After"] = str(ceil(wait))
        return answer
    here.database.write(lambda session: letters.forgotten(session, name))
    here.nudge(Queue.NOTIFY)
    return _page(asked=True)


def _check() -> None:
    if not services().mails_links:
        raise NotFound


def _page(status: int = 200, **shown: object) -> AnyResponse:
    return make_response(render_template("forgotten.html", **shown), status)
