"""Names of queues, stages and states, as the administration's pages show them."""

from flask import Flask

from steno.states import Queue, Stage, StageState
from web.portal.languages import gettext as _


def register(app: Flask) -> None:
    """Give templates the names."""
    app.jinja_env.filters.update(queue_name=queue_name, stage_name=stage_name, stage_state=stage_state)


def queue_name(queue: Queue | str) -> str:
    """What the workers of a queue do."""
    names = {
        Queue.MEDIA: _("Preparing"),
        Queue.GPU: _("Transcribing"),
        Queue.LLM: _("Minutes"),
        Queue.NOTIFY: _("Mail and webhooks"),
    }
    return names[Queue(queue)]


def stage_name(stage: Stage | str) -> str:
    """A step of a job."""
    names = {Stage.PREPARE: _("Preparing"), Stage.TRANSCRIBE: _("Transcribing"), Stage.SUMMARIZE: _("Minutes")}
    return names[Stage(stage)]


def stage_state(state: StageState | str) -> str:
    """Where a step is."""
    names = {
        StageState.WAITING: _("waits for the step before"),
        StageState.READY: _("waits for a worker"),
        StageState.RUNNING: _("runs"),
        StageState.DONE: _("done"),
        StageState.FAILED: _("failed"),
        StageState.CANCELLED: _("cancelled"),
        StageState.SKIPPED: _("not asked for"),
    }
    return names[StageState(state)]
