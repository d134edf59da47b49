"""A sealed file as one that can be read and sought in: what the player, ffmpeg and exports see is the text."""

import io
import os
from typing import BinaryIO, cast

from steno.vault.sealed import RECORD, Records


class _Opened(io.RawIOBase):
    """The text of a finished file. It holds one record at a time."""

    def __init__(self, handle: int, records: Records) -> None:
        self._handle, self._records = handle, records
        self._at = self._start = 0
        self._text = b""

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._records.size}[whence]
        if base + offset < 0:
            raise ValueError("no place before the beginning")
        self._at = base + offset
        return self._at

    def readinto(self, buffer: "memoryview | bytearray", /) -> int:  # type: ignore[override]
        if self._at >= self._records.size:
            return 0
        if not self._start <= self._at < self._start + len(self._text):
            self._start, self._text = self._records.record_at(self._at)
        begin = self._at - self._start
        piece = memoryview(self._text)[begin : begin + len(buffer)]
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def close(self) -> None:
        if not self.closed:
            os.close(self._handle)
        super().close()


def opened(handle: int, key: bytes, name: str) -> BinaryIO:
    """The text behind an open file, which is closed with it. Raises Damaged; so does reading."""
    try:
        raw = _Opened(handle, Records(handle, key, name))
    except BaseException:
        os.close(handle)
        raise
    return cast(BinaryIO, io.BufferedReader(raw, RECORD))
