"""How somebody's jobs go on, as server-sent events: those that change, those that are deleted."""

import hashlib
import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import inf

from flask import Response, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from steno.database import Database
from steno.database.clock import time_now
from steno.database.tables import Job
from steno.ledger import listing, overview
from steno.states import ENDED, JobState
from web.api.events import streamed
from web.api.listing import views
from web.api.views import JobView
from web.auth import caller
from web.contract import Answer, Parameter, Routes
from web.lasting import Right, of_caller
from web.services import services

routes = Routes("jobs")
_LOOK_EVERY = 1.0  # seconds
_HEARTBEAT = 15.0  # seconds: proxies cut what is silent for a minute; and who is gone is noticed by it
_MOST = 100  # jobs at once
_OVERLAP = 30.0  # seconds: what a transaction ended then may have been seen only now
_LONGEST = 600.0  # seconds; then the client connects anew, with a session that is looked at anew


@routes.operation(
    "GET",
    "/jobs/events",
    scope="jobs:read",
    answers={200: Answer("Events, for ten minutes.", media=("text/event-stream",))},
    headers=[Parameter("Last-Event-ID", "Id of the last event you saw.")],
)
def follow_jobs() -> Response:
    """Follow all your jobs (server-sent events).

    The event `jobs` brings jobs that changed as `{"jobs": [...]}`, at the beginning those that wait or run, and with
    Last-Event-ID those that ended since that event; `deleted` brings the `id` of one that is gone. A comment comes
    every 15 seconds. Each stream holds a thread of the server: where too many are open the answer is 429, and the list
    must be asked for again and again instead.
    """
    here, who = services(), caller()
    watch = Watch(here.database, who.user_id, since=_moment(request.headers.get("Last-Event-ID", "")))
    return streamed(_events(watch, of_caller()))


@dataclass
class Watch:
    """One person's jobs: what is news since it was looked at last, at the beginning what ended `since` then."""

    database: Database
    user_id: str
    since: float = inf
    moment: float = 0.0
    versions: dict[str, int] | None = None
    imprint: str | None = None  # of what was looked at last, where none of it is left to be told
    active: list[str] = field(default_factory=list)
    moves: dict[str, tuple[object, ...]] = field(default_factory=dict)
    shown: dict[str, str] = field(default_factory=dict)

    def look(self) -> tuple[list[JobView], list[str]]:
        """Jobs that changed, and ids of those that are gone. The first time: those that wait or run."""
        with self.database.reading() as session:
            # First: what changes while the rows are read is found the next time.
            imprint = listing.imprint(session, self.user_id)
            if imprint != self.imprint:
                return self._compare(session, imprint)
            moves = overview.motion(session, self.active[:_MOST])
            moved = [job_id for job_id, motion in moves.items() if self.moves.get(job_id) != motion]
            self.moves = moves
            return self._views(session, moved), []

    def _compare(self, session: Session, imprint: str) -> tuple[list[JobView], list[str]]:
        mine = select(Job.id, Job.version, Job.state, Job.finished).where(Job.user_id == self.user_id)
        rows = session.execute(mine.order_by(Job.created.desc())).all()
        there = {job_id: version for job_id, version, _, _ in rows}
        known = self.versions
        if known is None:
            known = {job_id: version for job_id, version, _, ended in rows if (ended or 0.0) <= self.since}
        news = {job_id for job_id, version in there.items() if known.get(job_id) != version}
        if news or self.versions is None:  # else nothing has ended since the moment that is known
            self.moment = time_now(session)
        # Of many the news come first, then what runs: the places of those that wait are known by the list.
        states = [(JobState(state), job_id) for job_id, _, state, _ in rows]
        running = [job_id for state, job_id in states if state is JobState.RUNNING]
        waiting = [job_id for state, job_id in states if state not in ENDED]
        self.active = list(dict.fromkeys([*running, *waiting]))
        some = list(dict.fromkeys([*(one for one in there if one in news), *self.active]))[:_MOST]
        # First, too; and not of those that there is no room for now.
        self.moves = overview.motion(session, sorted(set(self.active).intersection(some)))
        found = self._views(session, some)
        gone = [job_id for job_id in known if job_id not in there]
        late = news.difference(some)  # they are still news when it is looked again
        before = {job_id: known[job_id] for job_id in late if job_id in known}
        self.versions = {job_id: version for job_id, version in there.items() if job_id not in late} | before
        self.imprint = imprint if not late else None
        return found, gone

    def _views(self, session: Session, ids: list[str]) -> list[JobView]:
        """Those of these jobs that look otherwise than they did."""
        if not ids:
            return []
        some = session.scalars(select(Job).where(Job.id.in_(ids)).order_by(Job.created.desc())).all()
        return [view for view in views(session, some) if self._is_news(view)]

    def _is_news(self, view: JobView) -> bool:
        # The estimate moves with the clock; that alone is no news.
        face = view.model_dump_json(exclude={"progress": {"estimated_finish"}})
        known, self.shown[view.id] = self.shown.get(view.id), hashlib.sha256(face.encode()).hexdigest()
        return known != self.shown[view.id]


def _events(watch: Watch, right: Right) -> Iterator[str]:
    yield "retry: 2000\n\n"
    until, spoke = time.monotonic() + _LONGEST, time.monotonic()
    begun = False
    while time.monotonic() < until and right.lasts():
        changed, gone = watch.look()
        if changed or not begun:  # the first also where there are none: its id is where a client goes on
            jobs = [view.model_dump(mode="json") for view in changed]
            yield f"id: {watch.moment:.3f}\n" + _event("jobs", {"jobs": jobs})
            begun = True
        for job_id in gone:
            yield _event("deleted", {"id": job_id})
        if changed or gone:
            spoke = time.monotonic()
        elif time.monotonic() - spoke >= _HEARTBEAT:
            yield ": still here\n\n"
            spoke = time.monotonic()
        time.sleep(_LOOK_EVERY)


def _moment(event_id: str) -> float:
    """When the event of this id was sent, and a little before; never, where it is no id of ours."""
    return float(event_id) - _OVERLAP if re.fullmatch(r"\d{1,12}\.\d{3}", event_id) else inf


def _event(name: str, value: object) -> str:
    return f"event: {name}\ndata: {json.dumps(value, separators=(',', ':'))}\n\n"
