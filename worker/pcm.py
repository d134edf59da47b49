"""Decoded audio on disk: 16 kHz mono signed 16-bit PCM that grows while others already read it."""

import os
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

_BYTES = 2


class PcmFile:
    """Samples by slice, as from an array.

    Each slice is read from the file (the page cache keeps it near) rather than mapped: mapped pages count as the
    process's memory and would make it grow with the recording, and a map cannot follow a file that grows.
    """

    def __init__(self, path: Path) -> None:
        self._handle = os.open(path, os.O_RDONLY)

    def __len__(self) -> int:
        return os.fstat(self._handle).st_size // _BYTES

    def __getitem__(self, where: slice) -> NDArray[np.int16]:
        start, stop, _ = where.indices(len(self))
        content = os.pread(self._handle, max(0, stop - start) * _BYTES, start * _BYTES)
        return np.frombuffer(content, np.int16)

    def close(self) -> None:
        os.close(self._handle)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
