"""Recordings come in: by tus in pieces (`web.tus`), or whole in a form.

A form's recording is streamed to the disk where it stays, as a file without a name until it is kept: whatever dies
meanwhile, nothing is left over.
"""

import io
import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import IO

from flask import Flask, Request, g

from steno.blobs import BlobStore
from steno.config import Settings
from steno.database import Database
from steno.database.tables import Upload
from steno.errors import StenoError
from steno.ledger import uploads
from web.bodies import drain
from web.intake import BLOCK, MIB, Intake, disk_errors, sync_folder, write_all
from web.problems import Forbidden
from web.services import services

# What a form has beside the recording: its other fields, the lines between them.
_ENVELOPE = MIB
_LOOK_EVERY = 32 * MIB  # bytes, at the space that is left


def register(app: Flask) -> None:
    """Let the application take recordings."""
    from web.tus import blueprint

    app.request_class = UploadRequest
    app.register_blueprint(blueprint)


def receive_multipart(
    database: Database, blobs: BlobStore, settings: Settings, user_id: str, stream: IO[bytes], filename: str
) -> Upload:
    """A complete upload of a form's file; `stream` is that of werkzeug's FileStorage.

    Raises EmptyRecording, RecordingTooLarge, QuotaExceeded, TooManyUploads, StorageFull, StorageDenied.
    """
    intake, key = Intake(database, blobs, settings), blobs.new_key("recordings")
    size = stream.seek(0, os.SEEK_END)
    stream.seek(0)
    free = blobs.free() + (size if isinstance(stream, IncomingFile) else 0)
    upload = database.write(
        lambda session: uploads.create(session, user_id, filename, size, blob=key, settings=settings, free_bytes=free)
    )
    try:
        with disk_errors():
            if not (isinstance(stream, IncomingFile) and stream.name_it(blobs.path(key))):
                _copy(stream, blobs, key)
            sync_folder(blobs.path(key).parent)
        intake.seal(upload)
    except BaseException:
        database.write(lambda session: uploads.terminate(session, uploads.get(session, user_id, upload.id)))
        blobs.delete(key)
        raise
    return intake.find(user_id, upload.id)


class UploadRequest(Request):
    """A request whose form may bring a recording, from somebody who is signed in and has room for it."""

    @property
    def max_content_length(self) -> int | None:
        """Bytes of the body that are read."""
        if self._max_content_length is None and self.mimetype == "multipart/form-data":
            return services().settings.max_upload + _ENVELOPE
        return super().max_content_length

    @max_content_length.setter
    def max_content_length(self, value: int | None) -> None:
        self._max_content_length = value

    def _load_form_data(self) -> None:
        if "form" in self.__dict__:
            return
        g.setdefault("body", self.stream)
        try:
            super()._load_form_data()
        except StenoError:
            drain()
            raise

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        del content_type, filename, content_length
        here = services()
        if "caller" not in g:
            raise Forbidden("Nobody is signed in", "Sign in first; then send the file.")
        # Before the first byte is kept. `receive_multipart` weighs again, with the size as it turned out.
        least = max(1, (total_content_length or 0) - _ENVELOPE)
        with here.database.reading() as session:
            uploads.weigh(session, g.caller.user_id, least, settings=here.settings, free_bytes=here.blobs.free())
        return IncomingFile(here.blobs, here.settings)


class IncomingFile(io.FileIO):
    """A file in the folder of recordings that has no name yet."""

    def __init__(self, blobs: BlobStore, settings: Settings) -> None:
        self._blobs, self._settings, self._written = blobs, settings, 0
        folder = blobs.path(blobs.new_key("recordings")).parent.parent
        with disk_errors():
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            super().__init__(_nameless(folder), "r+b")

    def write(self, block: bytes, /) -> int:  # type: ignore[override]  # a form's parser gives bytes
        """Write all of it. Raises RecordingTooLarge, StorageFull."""
        before, self._written = self._written, self._written + len(block)
        if self._written > self._settings.max_upload:
            raise uploads.too_large(self._settings)
        looked = before // _LOOK_EVERY == self._written // _LOOK_EVERY
        if not looked and self._blobs.free() < self._settings.keep_free:
            raise uploads.full()
        if write_all(self.fileno(), block) < len(block):
            raise uploads.full()
        return len(block)

    def name_it(self, path: Path) -> bool:
        """Give the file a name, without copying; False where the file system cannot."""
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.fsync(self.fileno())
        with suppress(OSError):
            # With a folder given, Python calls linkat(), which follows the link in /proc; link() would not.
            os.link(f"/proc/self/fd/{self.fileno()}", path, src_dir_fd=self.fileno())
            return True
        return False


def _nameless(folder: Path) -> int:
    with suppress(OSError):  # not on every file system
        return os.open(folder, os.O_TMPFILE | os.O_RDWR | os.O_CLOEXEC, 0o600)
    handle, name = tempfile.mkstemp(dir=folder)
    Path(name).unlink()
    return handle


def _copy(stream: IO[bytes], blobs: BlobStore, key: str) -> None:
    with blobs.open_at(key, 0) as file:
        while block := stream.read(BLOCK):
            if write_all(file.fileno(), block) < len(block):
                raise uploads.full()
        os.fsync(file.fileno())
