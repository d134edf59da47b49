"""Recordings come in: by tus in pieces (`web.tus`), or whole in a form.

A form's recording is streamed to the disk where it stays, as a file without a name until it is kept: whatever dies
meanwhile, nothing is left over.
"""

import io
import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import IO, cast

from flask import Flask, Request, g
from werkzeug.exceptions import RequestEntityTooLarge

from steno.config import Settings
from steno.database import Database
from steno.database.tables import Upload
from steno.errors import StenoError
from steno.ledger import uploads
from steno.storage import sync_folder
from steno.vault import Vault
from steno.vault.writing import write_all
from web.bodies import drain, patience
from web.intake import BLOCK, MIB, Intake, disk_errors
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
    database: Database, vault: Vault, settings: Settings, user_id: str, stream: IO[bytes], filename: str
) -> Upload:
    """A complete upload of a form's file; `stream` is that of werkzeug's FileStorage.

    Raises EmptyRecording, RecordingTooLarge, QuotaExceeded, TooManyUploads, StorageFull, StorageDenied, KeyUnusable.
    """
    intake, blobs = Intake(database, vault, settings), vault.blobs
    file = stream if isinstance(stream, IncomingFile) else _taken(stream, vault, settings)
    # Its bytes lie on the disk already.
    free = blobs.free() + file.size
    upload = database.write(
        lambda session: uploads.create(
            session, user_id, filename, file.size, blob=file.blob, key=file.key, settings=settings, free_bytes=free
        )
    )
    try:
        with disk_errors():
            file.keep(blobs.path(file.blob))
            sync_folder(blobs.path(file.blob).parent)
        intake.seal(upload)
    except BaseException:
        database.write(lambda session: uploads.terminate(session, uploads.get(session, user_id, upload.id)))
        blobs.delete(file.blob)
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
        try:
            g.setdefault("body", self.stream)
            with patience():
                super()._load_form_data()
        except RequestEntityTooLarge as error:
            if (self.content_length or 0) <= (self.max_content_length or 0):
                raise  # it is not the recording: too many fields, or too long ones
            drain()
            raise uploads.too_large(services().settings) from error
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
        return cast(IO[bytes], IncomingFile(here.vault, here.settings))


class IncomingFile(io.RawIOBase):
    """A file in the folder of recordings that has no name yet, for the blob that it will be. It is only written."""

    def __init__(self, vault: Vault, settings: Settings) -> None:
        self._vault, self._settings, self._handle = vault, settings, -1
        self.blob = vault.blobs.new_key("recordings")
        self.key = vault.new_key(self.blob)
        folder = vault.blobs.path(self.blob).parent.parent
        with disk_errors():
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._handle = _nameless(folder)
            self._file = vault.growing(self._handle, self.blob, self.key, 0)

    @property
    def size(self) -> int:
        """Bytes of the recording."""
        return self._file.size

    def writable(self) -> bool:
        return True

    def write(self, block: bytes, /) -> int:  # type: ignore[override]  # a form's parser gives bytes
        """Write all of it. Raises RecordingTooLarge, StorageFull."""
        before = self._file.size
        if before + len(block) > self._settings.max_upload:
            raise uploads.too_large(self._settings)
        looked = before // _LOOK_EVERY == (before + len(block)) // _LOOK_EVERY
        if not looked and self._vault.blobs.free() < self._settings.keep_free:
            raise uploads.full()
        if not self._file.write(block):
            raise uploads.full()
        return len(block)

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Nothing: a form's parser goes back to the beginning for whoever reads, and nobody does."""
        del whence
        return offset

    def keep(self, path: Path) -> None:
        """Put it on the disk whole, and give it its name. Raises StorageFull, OSError."""
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not self._file.finish():
            raise uploads.full()
        with suppress(OSError):
            # With a folder given, Python calls linkat(), which follows the link in /proc; link() would not.
            os.link(f"/proc/self/fd/{self._handle}", path, src_dir_fd=self._handle)
            return
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            os.lseek(self._handle, 0, os.SEEK_SET)
            while block := os.read(self._handle, BLOCK):
                if write_all(file.fileno(), block) < len(block):
                    raise uploads.full()
            os.fsync(file.fileno())

    def close(self) -> None:
        if not self.closed and self._handle >= 0:
            os.close(self._handle)
        super().close()


def _nameless(folder: Path) -> int:
    with suppress(OSError):  # not on every file system
        return os.open(folder, os.O_TMPFILE | os.O_RDWR | os.O_CLOEXEC, 0o600)
    handle, name = tempfile.mkstemp(dir=folder)
    Path(name).unlink()
    return handle


def _taken(stream: IO[bytes], vault: Vault, settings: Settings) -> IncomingFile:
    file = IncomingFile(vault, settings)
    while block := stream.read(BLOCK):
        file.write(block)
    return file
