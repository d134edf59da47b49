"""Live progress of one recording: how far, how fast, how long still."""

from contextlib import AbstractContextManager
from time import monotonic
from types import TracebackType
from typing import TYPE_CHECKING, Self

from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from steno.cli.console import shown, stderr

if TYPE_CHECKING:
    from worker.streaming import Progress as LineProgress


class Display(AbstractContextManager["Display"]):
    """A bar on a terminal; silent elsewhere."""

    def __init__(self, name: str, *, enabled: bool) -> None:
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TaskProgressColumn(),
            TextColumn("{task.fields[speed]}"),
            TimeRemainingColumn(),
            console=stderr,
            transient=True,
            disable=not (enabled and stderr.is_terminal),
        )
        self._task = self._bar.add_task(shown(name), total=None, speed="")
        self._begun = monotonic()

    def update(self, progress: "LineProgress") -> None:
        """Show how far the recording is."""
        done = progress.transcribed
        if progress.diarized is not None:  # two stages side by side, one bar
            done = (done + progress.diarized) / 2
        speed = done / max(monotonic() - self._begun, 0.1)
        self._bar.update(
            self._task,
            total=progress.total,
            completed=min(done, progress.total or done),
            speed=("going on, " if progress.resumed else "") + (f"{speed:.0f}x" if speed >= 1 else ""),
        )

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()
