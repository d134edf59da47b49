"""A worker that has grown: when it is to end, so that whoever supervises it starts it anew with little memory.

Libraries that compute keep what they once needed, and some lose a little with every recording.
"""

import os
from collections.abc import Callable
from pathlib import Path

_FAR = 1.5  # times the limit: what runs is handed back, and others go on from its finished ranges
_SHARE = 0.8  # of the machine's or the container's memory
_GROWN = 1.2  # times the memory after the first stage: a large model on a small machine has not grown
_CGROUP = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))


class Growth:
    """Of this process with its children, in bytes."""

    def __init__(self, limit: int, held: Callable[[], int] | None = None) -> None:
        """`limit` 0: most of what the machine or the container has, and only for who has grown since its first stage.

        `held` says how much is held now; where nothing tells, nothing ends.
        """
        self.limit = limit or int(_SHARE * _available())
        self._automatic = limit == 0
        self._held = held or (lambda: resident(os.getpid()))
        self._first: int | None = None

    def stage_ended(self) -> bool:
        """To be asked after each stage: whether it is time to end."""
        held = self._held()
        if self._first is None:
            self._first = held
        return self._over(held)

    def far_over(self) -> bool:
        """Whether it is time to end in the middle of a stage.

        Never in the first one: a recording that needs so much would be handed back for ever. If its memory runs out,
        its worker dies, and that is counted.
        """
        if self._first is None:
            return False
        held = self._held()
        return held > _FAR * self.limit and self._over(held)

    def _over(self, held: int) -> bool:
        grown = not self._automatic or (self._first is not None and held > _GROWN * self._first)
        return grown and held > self.limit


def resident(pid: int) -> int:
    """Bytes of memory of a process and those it started; 0 where the system does not tell."""
    folder = Path(f"/proc/{pid}")
    try:
        pages = int((folder / "statm").read_text().split()[1])
        # Children are listed by the thread that started them.
        children = [child for task in (folder / "task").iterdir() for child in _words(task / "children")]
    except (OSError, IndexError, ValueError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE") + sum(resident(int(child)) for child in children)


def _words(file: Path) -> list[str]:
    try:
        return file.read_text().split()
    except OSError:  # the thread has just ended
        return []


def _available() -> int:
    """Bytes that the container may use, else those of the machine."""
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    for file in _CGROUP:
        try:
            return min(machine, int(file.read_text()))
        except (OSError, ValueError):  # not there, or "max"
            continue
    return machine
