"""Bytes of a request into the vault: in blocks, synced before they count, one writer at a time.

The offset in the database is the truth. It moves only after the bytes are on the disk, so that whatever dies, the
upload goes on from there; what lies behind it in the file is cut off.
"""

import fcntl
import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from werkzeug.exceptions import ClientDisconnected

from steno.config import Settings
from steno.database import Database
from steno.database.tables import Upload
from steno.errors import StenoError, StorageFull
from steno.ledger import uploads
from steno.storage import sync_folder
from steno.vault import Vault
from steno.vault.writing import FULL, Growing

BLOCK = 256 * 1024
MIB = 1024**2
# How much a killed server may lose, and how often a disk is asked to sync.
_STEP_BYTES = 32 * MIB
_STEP_SECONDS = 2.0
# Given back on a full disk: the database that is to note the offset may lie on the same one.
_ROOM = MIB


class UploadBusy(StenoError):
    """Another request is writing to this upload."""

    code = "upload-busy"


class WrongOffset(StenoError):
    """The bytes sent are not those that come next."""

    code = "offset-mismatch"


class ChecksumMismatch(StenoError):
    """The bytes that arrived are not those that were sent, or not all of them."""

    code = "checksum-mismatch"


class Stream(Protocol):
    """What a request's body offers."""

    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True)
class Checksum:
    """Of the bytes of one request. `algorithm` is a name that hashlib knows."""

    algorithm: str
    digest: bytes


@dataclass(frozen=True)
class Intake:
    """Where recordings arrive."""

    database: Database
    vault: Vault
    settings: Settings

    def begin(self, user_id: str, name: str, size: int) -> Upload:
        """A new upload with an empty blob. Raises what `uploads.weigh` raises, StorageFull, StorageDenied."""
        blobs = self.vault.blobs
        blob, free = blobs.new_key("recordings"), blobs.free()
        key = self.vault.new_key(blob)
        upload = self.database.write(
            lambda session: uploads.create(
                session, user_id, name, size, blob=blob, key=key, settings=self.settings, free_bytes=free
            )
        )
        try:
            with disk_errors():
                blobs.open_at(blob, 0).close()
                sync_folder(blobs.path(blob).parent)
        except StenoError:
            self.database.write(lambda session: uploads.terminate(session, uploads.get(session, user_id, upload.id)))
            raise
        return upload

    def find(self, user_id: str, upload_id: str) -> Upload:
        """A person's upload. Raises UnknownUpload, UploadExpired."""
        with self.database.reading() as session:
            return uploads.get(session, user_id, upload_id)

    def append(
        self,
        user_id: str,
        upload_id: str,
        offset: int,
        stream: Stream,
        *,
        length: int | None = None,
        checksum: Checksum | None = None,
    ) -> Upload:
        """Keep what the stream brings; the upload as it is then, complete where those were the last bytes.

        A stream that ends early or breaks is no error: what it brought is kept, unless there is a checksum to meet.
        `length` is the number of bytes announced, where that is known. Raises UnknownUpload, UploadExpired, UploadBusy,
        WrongOffset, ChecksumMismatch, RecordingTooLarge, StorageFull, StorageDenied.
        """
        with self._held(self.find(user_id, upload_id)) as handle:
            upload = self.find(user_id, upload_id)
            file = self._opened(handle, upload) if upload.sha256 is None else None
            if offset != upload.received:
                raise WrongOffset(
                    f"The next byte is number {upload.received}, not {offset}", "Ask with HEAD; go on there."
                )
            if length is not None and length > upload.size - offset:
                raise _more_than_announced()
            if self.vault.blobs.free() - (length or 0) < self.settings.keep_free:
                raise uploads.full()
            if file is not None:
                with disk_errors():
                    self._receive(upload, file, stream, checksum)
        return self.find(user_id, upload_id)

    def abandon(self, user_id: str, upload_id: str) -> None:
        """Delete an upload and its bytes. Raises UnknownUpload, UploadExpired, UploadBusy."""
        with self._held(self.find(user_id, upload_id)):
            blob = self.database.write(
                lambda session: uploads.terminate(session, uploads.get(session, user_id, upload_id, lock=True))
            )
            self.vault.blobs.delete(blob)

    def seal(self, upload: Upload) -> None:
        """The blob is whole and synced: hash what it says, and say so. Raises UnknownUpload, Damaged."""
        digest = hashlib.sha256()
        with self.vault.open_recording(upload) as file:
            while block := file.read(BLOCK):
                digest.update(block)
        sha256 = digest.hexdigest()
        self.database.write(lambda session: uploads.complete(session, upload.id, sha256, self.settings))

    def _receive(self, upload: Upload, file: Growing, stream: Stream, checksum: Checksum | None) -> None:
        kept, kept_at = upload.received, time.monotonic()
        digest = hashlib.new(checksum.algorithm, usedforsecurity=False) if checksum is not None else None
        while file.size < upload.size and (block := _read(stream, min(BLOCK, upload.size - file.size))):
            if not file.write(block):
                file.cut(max(kept, file.size - _ROOM) if digest is None else kept)
                self._keep(upload, file)
                raise uploads.full()
            if digest is not None:
                digest.update(block)
            elif file.size - kept >= _STEP_BYTES or time.monotonic() - kept_at >= _STEP_SECONDS:
                self._keep(upload, file)
                kept, kept_at = file.size, time.monotonic()
                if self.vault.blobs.free() < self.settings.keep_free:
                    raise uploads.full()
        too_many = file.size == upload.size and bool(_read(stream, 1))
        if too_many or (checksum is not None and digest is not None and digest.digest() != checksum.digest):
            file.cut(kept)
            if too_many:
                raise _more_than_announced()
            raise ChecksumMismatch("The checksum does not match; nothing of this request was kept", "Send it again.")
        if file.size < upload.size:
            self._keep(upload, file)
        elif file.finish():
            # The offset reaches the size together with the hash: an upload that looks complete is complete.
            self.seal(upload)
        else:
            file.cut(max(kept, file.size - _ROOM))
            self._keep(upload, file)
            raise uploads.full()

    def _keep(self, upload: Upload, file: Growing) -> None:
        # After a failed sync the kernel forgets what it could not write, and a second one succeeds: never sync twice.
        wanted, kept = file.size, file.sync()
        self.database.write(lambda session: uploads.grow(session, upload.id, kept, self.settings))
        if kept < wanted:
            raise uploads.full()

    def _opened(self, handle: int, upload: Upload) -> Growing:
        """A blob that is too short (a disk restored from elsewhere) gets its bytes again, never zeros."""
        with disk_errors():
            file = self.vault.growing(handle, upload.blob, upload.key, upload.received)
        if (there := file.size) < upload.received:
            self.database.write(lambda session: uploads.grow(session, upload.id, there, self.settings))
            upload.received = there
        return file

    @contextmanager
    def _held(self, upload: Upload) -> Iterator[int]:
        """The blob, locked against other requests, threads and processes. Ends with the process at the latest."""
        try:
            handle = os.open(self.vault.blobs.path(upload.blob), os.O_RDWR)
        except FileNotFoundError as error:
            raise uploads.UnknownUpload("The upload is gone", "Start a new one.") from error
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise UploadBusy("Another request is writing to this upload", "Wait until it ends.") from error
            yield handle
        finally:
            os.close(handle)


@contextmanager
def disk_errors() -> Iterator[None]:
    """Say that the disk is full without saying where it is."""
    try:
        yield
    except StorageFull as error:
        raise uploads.full() from error
    except OSError as error:
        if error.errno in FULL:
            raise uploads.full() from error
        raise


def _read(stream: Stream, most: int) -> bytes:
    try:
        return stream.read(most)
    except (OSError, ClientDisconnected):
        return b""  # whoever sent it is gone; what came so far counts


def _more_than_announced() -> uploads.RecordingTooLarge:
    return uploads.RecordingTooLarge("More bytes came than the upload announced", "Start a new one with its real size.")
