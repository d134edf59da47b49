"""Models and connections: what is used for speech, speakers and minutes, how mail goes out, and trying both out."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import Flask, Response, make_response, render_template
from pydantic import SecretStr
from sqlalchemy.orm import Session

from steno.config import Settings
from steno.database.tables import Check, User
from steno.ledger import checks, workers
from steno.ledger.checks import Kind
from steno.ledger.workers import LoadedModel, Seen
from steno.states import Queue
from web.auth import admin_page, caller
from web.portal.forms import done
from web.portal.languages import gettext as _
from web.services import services

_HERE = "/admin/connections"
_HIDDEN = "••••••"
_KINDS: tuple[Kind, ...] = ("mail", "llm")


@dataclass(frozen=True)
class Shown:
    """A setting as it may be shown: secrets are not. `own`: not the default."""

    variable: str
    value: str
    default: str
    own: bool
    says: str


@dataclass(frozen=True)
class Used:
    """A model that a worker has used, and which worker."""

    worker: str
    model: LoadedModel


def register(app: Flask) -> None:
    """Serve the page, its part that changes, and what can be tried out."""
    app.add_url_rule(_HERE, "admin_connections", show)
    app.add_url_rule(f"{_HERE}/now", "admin_connections_now", show_now)
    app.add_url_rule(f"{_HERE}/mail", "admin_try_mail", try_mail, methods=["POST"])
    app.add_url_rule(f"{_HERE}/llm", "admin_try_llm", try_llm, methods=["POST"])


@admin_page
def show() -> str:
    """The page."""
    here, who = services(), caller()
    with here.database.reading() as session:
        used = used_models(workers.known(session))
        address = address_of(session.get_one(User, who.user_id))
        tried = _tried(session)
    return render_template(
        "admin/connections.html",
        settings=here.settings,
        used=used,
        address=address,
        mail_host=_host(here.settings.smtp_url),
        llm_host=_host(here.settings.llm_url),
        shown=shown_settings(here.settings),
        **tried,
    )


@admin_page
def show_now() -> Response:
    """What came of what was tried out."""
    with services().database.reading() as session:
        tried = _tried(session)
    answer = make_response(render_template("admin/tried.html", **tried))
    answer.headers["Cache-Control"] = "no-store"
    return answer


@admin_page
def try_mail() -> Response:
    """Let a worker send a mail to who asks."""
    return _ask("mail", Queue.NOTIFY)


@admin_page
def try_llm() -> Response:
    """Let a worker ask the language model something small."""
    return _ask("llm", Queue.LLM)


def used_models(known: Sequence[Seen]) -> list[Used]:
    """What workers have used, the latest first."""
    found = [Used(one.name, model) for one in known for model in one.facts.models]
    return sorted(found, key=lambda one: (one.model.kind != "speech", -one.model.last_used))


def address_of(user: User) -> str:
    """Where a person gets mail; empty where nobody knows."""
    return user.email or (user.name if "@" in user.name else "")


def shown_settings(settings: Settings) -> list[Shown]:
    """All of them, as the web server has read them."""
    found = []
    for name, field in Settings.model_fields.items():
        value, default = getattr(settings, name), field.get_default(call_default_factory=False)
        own = name in settings.model_fields_set
        standard = _value(default) if field.default_factory is None else _value(value if not own else None)
        found.append(Shown(f"STENO_{name.upper()}", _value(value), standard, own, field.description or ""))
    return found


def _value(value: object) -> str:
    if value is None or value == "":
        return "–"
    if isinstance(value, SecretStr):
        return _HIDDEN
    text = str(value)
    # A password may stand in an address, e.g. of Redis.
    return re.sub(r"(?<=//)[^/@\s]*@", f"{_HIDDEN}@", text) if "//" in text else text


def _host(url: str | SecretStr | None) -> str:
    text = url.get_secret_value() if isinstance(url, SecretStr) else url or ""
    try:
        parts = urlsplit(text)
        return f"{parts.hostname or ''}:{parts.port}" if parts.port else parts.hostname or ""
    except ValueError:
        return ""


def _ask(kind: Kind, queue: Queue) -> Response:
    here, who = services(), caller()

    def ask(session: Session) -> bool:
        address = address_of(session.get_one(User, who.user_id)) if kind == "mail" else ""
        if kind == "mail" and not address:
            return False
        checks.ask(session, kind, user_id=who.user_id, address=address)
        return True

    if not here.database.write(ask):
        return done(_("Steno does not know your mail address: enter it in your account."), _HERE)
    here.nudge(queue)
    return done(_("It is being tried. What came of it stands below in a moment."), _HERE)


def _tried(session: Session) -> dict[str, object]:
    found: list[Check | None] = [checks.latest(session, kind) for kind in _KINDS]
    return {"tried": dict(zip(_KINDS, found, strict=True)), "pending": checks.pending(session, found)}
