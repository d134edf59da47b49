"""The web application: a factory, and nothing that happens at import."""

from collections.abc import Callable

from flask import Flask

from steno.config import Settings
from steno.database import Database
from steno.states import Queue
from steno.vault import Vault
from web import auth, awaited, docs, headers, health, openai_api, portal, problems, proxies, sessions, shared, uploads
from web.api import (
    account,
    archives,
    audio,
    audit,
    deliveries,
    events,
    jobs,
    languages,
    list_events,
    listing,
    minutes,
    questions,
    shares,
    submission,
    tokens,
    transcripts,
    users,
    waveforms,
)
from web.broker import BrokerState, broker_check, nudger
from web.contract.operations import IdConverter
from web.limits import Buckets
from web.services import EXTENSION, Services

_LARGEST_BODY = 16 * 1024**2  # bytes, of what is no recording
_STRANGERS = 60  # requests a minute with a wrong token, of one address
_QUESTIONS = 20  # a minute of one person: a language model works for each
ROUTES = (
    submission,
    listing,
    list_events,
    jobs,
    events,
    transcripts,
    languages,
    minutes,
    audio,
    waveforms,
    archives,
    questions,
    shares,
    audit,
    deliveries,
    tokens,
    account,
    users,
    health,
)


def create_app(
    settings: Settings,
    database: Database | None = None,
    *,
    nudge: Callable[[Queue], object] | None = None,
    look_at_broker: Callable[[], BrokerState] | None = None,
) -> Flask:
    """The application of these settings. Nothing is opened before the first request.

    `nudge` tells a queue's workers that there is something to do, `look_at_broker` how the broker is; by default by
    Celery and Redis as they are set.
    """
    app = Flask("web")
    app.config["MAX_CONTENT_LENGTH"] = _LARGEST_BODY
    app.config["MAX_FORM_MEMORY_SIZE"] = 1024**2
    app.config["MAX_FORM_PARTS"] = 100
    app.config["PROPAGATE_EXCEPTIONS"] = False  # a fault is a problem detail, also under test
    app.url_map.converters["id"] = IdConverter
    app.url_map.strict_slashes = False
    app.extensions[EXTENSION] = Services(
        settings=settings,
        database=database if database is not None else Database.of(settings),
        vault=Vault.of(settings),
        nudge=nudge if nudge is not None else nudger(settings),
        look_at_broker=look_at_broker if look_at_broker is not None else broker_check(settings),
        requests=Buckets(settings.rate_limit),
        strangers=Buckets(_STRANGERS if settings.rate_limit else 0, burst=60.0),
        questions=Buckets(_QUESTIONS if settings.rate_limit else 0, burst=60.0),
    )
    proxies.register(app, settings.trusted_proxies)
    headers.register(app, tls=(settings.public_url or "").startswith("https://"))
    sessions.register(app)
    auth.register(app)
    problems.register(app)
    awaited.register(app)
    openai_api.register(app)
    uploads.register(app)
    for module in ROUTES:
        module.routes.register(app)
    portal.register(app)
    shared.register(app)
    docs.register(app, [one for module in ROUTES for one in module.routes.operations])
    return app
