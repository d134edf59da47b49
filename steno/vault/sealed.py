"""Sealed files: encrypted in records that can be added to, read from any place, and not be cut, changed or moved.

    head    8 bytes that name this format, 16 random bytes
    record  length of the text (4 bytes), nonce (12), ciphertext, tag (16); it knows the offset of its text
    end     0 (4 bytes), nonce, ciphertext of an index of all records, tag, length of the index (4 bytes)

Every file has a key of its own, derived from the job's key, the random bytes of its head and the name of its blob
(HKDF). Records are AES-256-GCM with random nonces: a tail that was torn off by a kill is written again, and must not
meet the nonces of before. A file without an end is not finished; one whose end is missing or moved was cut.
"""

import os
import struct
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from steno.errors import Damaged

RECORD = 64 * 1024  # bytes of text in a record, at most
_MAGIC = b"STENO\x00\x00\x01"
_SALT = 16
HEAD = len(_MAGIC) + _SALT
_NONCE, _TAG = 12, 16
_LENGTH = struct.Struct("<I")
_RUN = struct.Struct("<II")  # so many records one after the other, with so many bytes of text each
_OVERHEAD = _LENGTH.size + _NONCE + _TAG
_TRAILER = _LENGTH.size


def new_head() -> bytes:
    """The head of a new file."""
    return _MAGIC + os.urandom(_SALT)


@dataclass(frozen=True)
class Place:
    """A boundary between records: so many bytes of text lie before it, in so many bytes of the file."""

    text: int
    file: int


class Cipher:
    """The key of one file."""

    def __init__(self, key: bytes, head: bytes, name: str) -> None:
        """`key` is the job's, `name` the blob's. Raises Damaged where `head` is none."""
        if len(head) != HEAD or not head.startswith(_MAGIC):
            raise damaged()
        derived = HKDF(SHA256(), 32, salt=head[len(_MAGIC) :], info=b"steno blob " + name.encode()).derive(key)
        self._gcm = AESGCM(derived)

    def record(self, text: bytes | memoryview, offset: int) -> bytes:
        """A record of at most `RECORD` bytes of text that begin at `offset`."""
        nonce = os.urandom(_NONCE)
        return _LENGTH.pack(len(text)) + nonce + self._gcm.encrypt(nonce, text, _at(b"record", offset))

    def text(self, record: bytes | memoryview, offset: int) -> bytes:
        """What a record says, where it is the one that belongs there. Raises Damaged."""
        return self._open(record[_LENGTH.size :], _at(b"record", offset))

    def end(self, runs: "list[tuple[int, int]]", position: int) -> bytes:
        """The end of a file; it begins at `position`."""
        nonce, index = os.urandom(_NONCE), b"".join(_RUN.pack(*run) for run in runs)
        sealed = self._gcm.encrypt(nonce, index, _at(b"end", position))
        return _LENGTH.pack(0) + nonce + sealed + _LENGTH.pack(len(index))

    def index(self, end: bytes, position: int) -> "list[tuple[int, int]]":
        """The runs of an end that begins at `position`. Raises Damaged."""
        if _LENGTH.unpack_from(end) != (0,):
            raise damaged()
        return list(_RUN.iter_unpack(self._open(end[_LENGTH.size : -_TRAILER], _at(b"end", position))))

    def _open(self, sealed: bytes | memoryview, place: bytes) -> bytes:
        if len(sealed) < _NONCE + _TAG:
            raise damaged()
        try:
            return self._gcm.decrypt(bytes(sealed[:_NONCE]), sealed[_NONCE:], place)
        except InvalidTag as error:
            raise damaged() from error


class Records:
    """Where the records of a finished file lie; opened by its end, however long it is."""

    def __init__(self, handle: int, key: bytes, name: str) -> None:
        """Raises Damaged where the file is not finished or not whole."""
        self._handle = handle
        size = os.fstat(handle).st_size
        self._cipher = Cipher(key, os.pread(handle, HEAD, 0), name)
        position, end = _end_of(handle, size)
        self._runs: list[tuple[Place, int]] = []  # where it begins, length of each record
        self._starts: list[int] = []
        at = Place(0, HEAD)
        for count, length in self._cipher.index(end, position):
            self._runs.append((at, length))
            self._starts.append(at.text)
            at = Place(at.text + count * length, at.file + count * (length + _OVERHEAD))
        if at.file != position:
            raise damaged()
        self.size = at.text

    def record_at(self, offset: int) -> tuple[int, bytes]:
        """The record that has the byte of text at `offset`, and where its text begins. Raises Damaged."""
        begins, length = self._runs[bisect_right(self._starts, offset) - 1]
        number = (offset - begins.text) // length
        start = begins.text + number * length
        record = os.pread(self._handle, length + _OVERHEAD, begins.file + number * (length + _OVERHEAD))
        if len(record) != length + _OVERHEAD or _LENGTH.unpack_from(record) != (length,):
            raise damaged()
        return start, self._cipher.text(memoryview(record), start)


def places(handle: int) -> Iterator[Place]:
    """The boundaries of whole records in a file that grows, first to last; what lies behind the last one is torn."""
    size, at = os.fstat(handle).st_size, Place(0, HEAD)
    if size < HEAD:
        return
    yield at
    while len(head := os.pread(handle, _LENGTH.size, at.file)) == _LENGTH.size:
        (length,) = _LENGTH.unpack(head)
        after = Place(at.text + length, at.file + length + _OVERHEAD)
        if not 0 < length <= RECORD or after.file > size:
            return
        yield (at := after)


def runs_of(found: Iterator[Place]) -> list[tuple[int, int]]:
    """The index of a file: how many records of which length, in their order."""
    runs: list[tuple[int, int]] = []
    before = next(found, None)
    for place in found:
        assert before is not None
        length, before = place.text - before.text, place
        count, last = runs[-1] if runs else (0, 0)
        if length == last:
            runs[-1] = (count + 1, length)
        else:
            runs.append((1, length))
    return runs


def damaged() -> Damaged:
    """The error for a file that is not what was written."""
    return Damaged("A stored file is damaged", "Hand the recording in again; the operator may have a backup.")


def _end_of(handle: int, size: int) -> tuple[int, bytes]:
    if size < HEAD + _OVERHEAD + _TRAILER:
        raise damaged()
    (length,) = _LENGTH.unpack(os.pread(handle, _TRAILER, size - _TRAILER))
    position = size - _TRAILER - length - _OVERHEAD
    if position < HEAD:
        raise damaged()
    return position, os.pread(handle, size - position, position)


def _at(kind: bytes, number: int) -> bytes:
    return kind + struct.pack("<Q", number)
