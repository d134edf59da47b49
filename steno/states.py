"""States of jobs and of their stages, and the moves that are allowed; nothing else changes a state."""

from enum import StrEnum


class JobState(StrEnum):
    """Where a job is, as people see it."""

    QUEUED = "queued"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Stage(StrEnum):
    """The steps of a job, in order."""

    PREPARE = "prepare"
    TRANSCRIBE = "transcribe"
    SUMMARIZE = "summarize"


class StageState(StrEnum):
    """Where a stage is. `waiting`: for the one before; `skipped`: not asked for."""

    WAITING = "waiting"
    READY = "ready"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    SKIPPED = "skipped"


class Queue(StrEnum):
    """Kinds of workers: what decodes, what needs the GPU, what waits for a language model, what sends."""

    MEDIA = "media"
    GPU = "gpu"
    LLM = "llm"
    NOTIFY = "notify"


LOOK = "steno.look"  # what hints ask of workers: look at this queue
QUEUE_OF = {Stage.PREPARE: Queue.MEDIA, Stage.TRANSCRIBE: Queue.GPU, Stage.SUMMARIZE: Queue.LLM}
ORDER = tuple(Stage)
ENDED = frozenset({JobState.COMPLETED, JobState.FAILED, JobState.CANCELLED})

_J, _S = JobState, StageState
# A rerun takes an ended job back to the queue.
JOB_MOVES: dict[JobState, frozenset[JobState]] = {
    _J.QUEUED: frozenset({_J.RUNNING, _J.FAILED, _J.CANCELLED, _J.COMPLETED}),
    _J.RUNNING: frozenset({_J.QUEUED, _J.COMPLETED, _J.FAILED, _J.CANCELLED}),
    _J.COMPLETED: frozenset({_J.QUEUED}),
    _J.FAILED: frozenset({_J.QUEUED}),
    _J.CANCELLED: frozenset({_J.QUEUED}),
}
STAGE_MOVES: dict[StageState, frozenset[StageState]] = {
    _S.WAITING: frozenset({_S.READY, _S.CANCELLED, _S.SKIPPED}),
    _S.READY: frozenset({_S.RUNNING, _S.CANCELLED, _S.FAILED, _S.WAITING}),
    _S.RUNNING: frozenset({_S.DONE, _S.FAILED, _S.READY, _S.CANCELLED}),
    _S.DONE: frozenset({_S.READY, _S.WAITING}),
    _S.FAILED: frozenset({_S.READY, _S.WAITING}),
    _S.CANCELLED: frozenset({_S.READY, _S.WAITING}),
    _S.SKIPPED: frozenset({_S.READY, _S.WAITING}),
}
