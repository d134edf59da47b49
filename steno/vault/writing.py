"""Recordings on their way to the disk, plain or sealed: written on at the end, cut, synced, finished."""

import errno
import os
from itertools import takewhile
from typing import Protocol

from steno.vault.sealed import HEAD, RECORD, Cipher, Place, new_head, places, runs_of

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class Growing(Protocol):
    """A file that grows by bytes of a recording; only synced ones outlive a kill."""

    @property
    def size(self) -> int:
        """Bytes of the recording that were written."""

    def write(self, block: bytes | memoryview) -> bool:
        """Write on. False where the disk is full: what is in the file then is whole."""

    def cut(self, size: int) -> int:
        """Drop what lies behind `size`, and as little before it as must be; how many bytes are left.

        What was synced at last stays in any case.
        """

    def sync(self) -> int:
        """Put everything on the disk; how many bytes lie there. A False of `write` comes here as fewer bytes."""

    def finish(self) -> bool:
        """Nothing follows: put it on the disk. False where it is full."""


class PlainFile:
    """Bytes as they come."""

    def __init__(self, handle: int, size: int) -> None:
        """Written on from `size`, or from its end if that comes first; what lies behind is cut off."""
        self._handle = handle
        self.cut(min(size, os.fstat(handle).st_size))

    def write(self, block: bytes | memoryview) -> bool:
        written = write_all(self._handle, block)
        self.size += written
        return written == len(block)

    def cut(self, size: int) -> int:
        os.ftruncate(self._handle, size)
        os.lseek(self._handle, size, os.SEEK_SET)
        self.size = size
        return size

    def sync(self) -> int:
        os.fsync(self._handle)
        return self.size

    def finish(self) -> bool:
        os.fsync(self._handle)
        return True


class SealedFile:
    """Records, each written whole or not at all."""

    def __init__(self, handle: int, key: bytes, name: str, size: int) -> None:
        """Written on from the last boundary up to `size`; what lies behind is cut off. Raises Damaged."""
        self._handle = handle
        whole = takewhile(lambda place: place.text <= size, places(handle) if size else ())
        at = max(whole, key=lambda place: place.text, default=Place(0, 0))
        head = os.pread(handle, HEAD, 0) if at.file else new_head()
        self._cipher = Cipher(key, head, name)
        if not at.file:
            os.ftruncate(handle, 0)
            os.lseek(handle, 0, os.SEEK_SET)
            if write_all(handle, head) < HEAD:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            at = Place(0, HEAD)
        self._at, self._since = at, [at]
        self._waiting = bytearray()
        self._go_to(at)

    @property
    def size(self) -> int:
        """Bytes of the recording, also those that wait for their record to be full."""
        return self._at.text + len(self._waiting)

    def write(self, block: bytes | memoryview) -> bool:
        self._waiting += block
        while len(self._waiting) >= RECORD:
            if not self._put(RECORD):
                return False
        return True

    def cut(self, size: int) -> int:
        self._waiting.clear()
        while self._since[-1].text > size:
            self._since.pop()
        self._go_to(self._since[-1])
        return self.size

    def sync(self) -> int:
        if self._waiting:
            self._put(len(self._waiting))
        os.fsync(self._handle)
        self._since = [self._at]
        return self.size

    def finish(self) -> bool:
        if self._waiting and not self._put(len(self._waiting)):
            return False
        end = self._cipher.end(runs_of(places(self._handle)), self._at.file)
        if write_all(self._handle, end) < len(end):
            self._go_to(self._at)
            return False
        os.fsync(self._handle)
        return True

    def _put(self, length: int) -> bool:
        with memoryview(self._waiting) as waiting:
            record = self._cipher.record(waiting[:length], self._at.text)
        if write_all(self._handle, record) < len(record):
            self._waiting.clear()
            self._go_to(self._at)
            return False
        del self._waiting[:length]
        self._at = Place(self._at.text + length, self._at.file + len(record))
        self._since.append(self._at)
        return True

    def _go_to(self, place: Place) -> None:
        os.ftruncate(self._handle, place.file)
        os.lseek(self._handle, place.file, os.SEEK_SET)
        self._at = place


def write_all(handle: int, block: bytes | bytearray | memoryview) -> int:
    """Write a block; fewer bytes than it has were written where the disk is full."""
    left = memoryview(block)
    while left:
        try:
            left = left[os.write(handle, left) :]
        except OSError as error:
            if error.errno not in FULL:
                raise
            break
    return len(block) - len(left)
