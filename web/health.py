"""Whether the service lives, can work, and what it does: for whoever watches over it."""

from collections.abc import Callable, Iterable, Sequence
from hmac import compare_digest

from flask import Response, request
from prometheus_client.core import CollectorRegistry, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector
from pydantic import BaseModel
from sqlalchemy.exc import SQLAlchemyError

from steno.errors import KeyUnusable
from steno.ledger import measures
from web.auth import bearer, stranger, token_holder
from web.contract import Answer, Routes, json_answer
from web.problems import Forbidden
from web.services import Services, services

routes = Routes("service")
_PROXIED = ("Forwarded", "X-Forwarded-For", "X-Real-Ip")


class Alive(BaseModel):
    """The process answers."""

    status: str = "alive"


class Ready(BaseModel):
    """What a job needs, and whether it is there."""

    ready: bool
    checks: dict[str, bool]


@routes.operation("GET", "/healthz", scope=None, answers={200: Answer("It answers.", Alive)}, prefix="")
def healthz() -> Response:
    """Whether the process lives."""
    return json_answer(Alive())


@routes.operation(
    "GET",
    "/readyz",
    scope=None,
    answers={200: Answer("Jobs can be taken.", Ready), 503: Answer("Something is missing.", Ready)},
    prefix="",
)
def readyz() -> Response:
    """Whether database, broker and disk are there, and whether the broker keeps what it is given.

    `broker_keeps` is false where Redis, when its memory is full, would forget what waits: set its `maxmemory-policy` to
    `noeviction`. `encryption_key` is false where the key is missing, or is not that of what is stored.
    """
    here = services()
    broker = here.look_at_broker()
    checks = {
        "database": _database_answers(here),
        "broker": broker.answers,
        "broker_keeps": broker.keeps,
        "disk": _disk_is_free(here),
        "encryption_key": _key_fits(here),
    }
    ready = all(checks.values())
    return json_answer(Ready(ready=ready, checks=checks), 200 if ready else 503)


@routes.operation(
    "GET",
    "/metrics",
    scope=None,
    answers={200: Answer("Prometheus text.", media=("text/plain",))},
    problems=[401, 403, 429],
    prefix="",
)
def metrics() -> Response:
    """Queues, jobs, durations and failures, for Prometheus.

    With the token of its own that the operator has set, and nothing else; where none is set with an administrator's
    token, or from this machine itself and through no proxy.
    """
    own = services().settings.metrics_token
    if own is not None:
        if not compare_digest(bearer().encode(), own.get_secret_value().encode()):
            return stranger()
    else:
        _must_administer()
    registry = CollectorRegistry()
    registry.register(_Collector(services()))
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _must_administer() -> None:
    """Or be this machine, as far as that can be known: a proxy here that adds no header looks the same."""
    local = request.remote_addr in {"127.0.0.1", "::1"} and not any(name in request.headers for name in _PROXIED)
    if not local:
        asking = token_holder()
        if asking is None or not asking.admin:
            raise Forbidden("Metrics are for administrators", "Ask with an administrator's token.")


class _Collector(Collector):
    """Measured at the scrape: the database is the truth, whichever process is asked."""

    def __init__(self, here: Services) -> None:
        self._here = here

    def describe(self) -> list[Metric]:
        return []

    def collect(self) -> list[Metric]:
        with self._here.database.reading() as session:
            seen = measures.measure(session)
        durations = Metric("steno_stage_duration_seconds", "Of stages done within a day.", "summary")
        for stage, found in seen.durations.items():
            _add_quantiles(durations, {"stage": stage}, found)
        factors = Metric(
            "steno_real_time_factor",
            "Seconds of work for a second of recording, of transcriptions done within a day.",
            "summary",
        )
        _add_quantiles(factors, {}, seen.factors)
        depth = [([queue], float(count)) for queue, count in seen.depth.items()]
        age = [([queue], seconds) for queue, seconds in seen.age.items()]
        jobs = [([state], float(count)) for state, count in seen.jobs.items()]
        done = [([stage], float(len(found))) for stage, found in seen.durations.items()]
        failed = [([stage, code], float(count)) for (stage, code), count in seen.failures.items()]
        deliveries = [([state], float(count)) for state, count in seen.deliveries.items()]
        return [
            _gauge("steno_queue_depth", "Stages that are ready.", ["queue"], depth),
            _gauge("steno_queue_age_seconds", "Of the oldest job that waits.", ["queue"], age),
            _gauge("steno_jobs", "Jobs by state.", ["state"], jobs),
            _gauge("steno_stages_done_last_day", "Stages done within a day.", ["stage"], done),
            durations,
            factors,
            _gauge("steno_stages_failed", "Failed stages by code.", ["stage", "code"], failed),
            _gauge("steno_deliveries", "Mails and webhook calls by state.", ["state"], deliveries),
            _gauge("steno_disk_free_bytes", "Where recordings lie.", [], [([], float(self._here.blobs.free()))]),
        ]


def _add_quantiles(summary: Metric, labels: dict[str, str], values: Sequence[float]) -> None:
    # Without count and sum: those of the last day fall as well as rise, and nobody may take their rate.
    ranked = sorted(values)
    for quantile in (0.5, 0.95) if ranked else ():
        place = min(len(ranked) - 1, int(quantile * len(ranked)))
        summary.add_sample(summary.name, labels | {"quantile": str(quantile)}, ranked[place])


def _gauge(name: str, says: str, labels: list[str], values: Iterable[tuple[Sequence[str], float]]) -> Metric:
    family = GaugeMetricFamily(name, says, labels=labels)
    for key, value in values:
        family.add_metric([str(part) for part in key], value)
    return family


def _database_answers(here: Services) -> bool:
    return _true(here.database.answers)


def _disk_is_free(here: Services) -> bool:
    return _true(lambda: here.blobs.free() > here.settings.keep_free)


def _key_fits(here: Services) -> bool:
    try:
        here.vault.keys.check()
    except KeyUnusable:
        return False
    return True


def _true(check: Callable[[], bool]) -> bool:
    try:
        return check()
    except (SQLAlchemyError, OSError):
        return False
