"""Which heartbeats have stopped, by this machine's own steady clock: a wall clock that jumps must not kill anybody."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

_BLINK = 5.0  # seconds that one look counts for at most


@dataclass(frozen=True)
class Beat:
    """What a heartbeat changes: who holds a stage, and until when. 0.0 says that the holder is known to be dead."""

    stage_id: str
    owner: str | None
    until: float | None


class Standstill:
    """Remembers the beats it has seen, and for how long it has watched each be the same.

    Who could not look, as the database was away, has not watched: the hearts could not beat then either.
    """

    def __init__(self, lease: float, clock: Callable[[], float] = time.monotonic) -> None:
        """A stage is given up whose beat is watched to stay the same for `lease` seconds."""
        self._lease, self._clock, self._looked = lease, clock, clock()
        self._seen: dict[str, tuple[Beat, float]] = {}

    def stopped(self, beats: Iterable[Beat]) -> dict[str, float | None]:
        """The stages whose heart stands still, with the end of their lease. To be asked every few seconds with all."""
        now = self._clock()
        watched, self._looked = min(now - self._looked, _BLINK), now
        seen: dict[str, tuple[Beat, float]] = {}
        for beat in beats:
            before = self._seen.get(beat.stage_id)
            seen[beat.stage_id] = (beat, before[1] + watched if before is not None and before[0] == beat else 0.0)
        self._seen = seen
        still = (beat for beat, stood in seen.values() if beat.until == 0.0 or stood > self._lease)
        return {beat.stage_id: beat.until for beat in still}
