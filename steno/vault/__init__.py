"""The vault: recordings and documents as they are stored, encrypted with a key for each job; deletion destroys the key.

A master key wraps the key of each upload, which its job takes over, under the name of the recording's blob. Rows
without a key were stored plain, and stay readable. Nobody else reads or writes the blobs of jobs.
"""

import io
import os
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from steno.blobs import BlobStore
from steno.config import Settings
from steno.database.tables import Job, Upload
from steno.storage import storage_errors
from steno.vault.keys import LENGTH, MasterKeys
from steno.vault.reading import opened
from steno.vault.sealed import RECORD, Cipher, damaged, new_head
from steno.vault.writing import Growing, PlainFile, SealedFile

_COPY = 1024**2
_QUICK = 3  # of zlib: a transcript shrinks to an eighth in some 20 ms


@dataclass(frozen=True)
class Vault:
    """Blobs, and the keys that open them. Reading raises KeyUnusable, Damaged and FileNotFoundError."""

    blobs: BlobStore
    keys: MasterKeys
    encrypting: bool = True

    @classmethod
    def of(cls, settings: Settings) -> "Vault":
        """The vault of the settings. Nothing is opened or made yet."""
        return cls(BlobStore.of(settings), MasterKeys(settings), settings.encrypt)

    def new_key(self, blob: str) -> str | None:
        """A wrapped key for a new recording that will lie in `blob`; None where new ones are not encrypted.

        Raises KeyUnusable, StorageDenied, StorageFull.
        """
        return self.keys.wrap(os.urandom(LENGTH), blob) if self.encrypting else None

    def growing(self, handle: int, blob: str, key: str | None, size: int) -> Growing:
        """An open file that is written on from byte `size` of the recording, or earlier where less is there."""
        if key is None:
            return PlainFile(handle, size)
        return SealedFile(handle, self.keys.unwrap(key, blob), blob, size)

    def open_recording(self, owner: Job | Upload) -> BinaryIO:
        """The whole recording, to be read and sought in."""
        return self._open(owner, owner.blob)

    @contextmanager
    def recording_file(self, job: Job, folder: Path) -> Iterator[Path]:
        """The recording as a file for ffmpeg, under the name of its blob.

        Decrypted, it is one without a name in `folder`, which is gone with this process whatever happens; only a link
        to it can be left over. Raises StorageFull, StorageDenied.
        """
        if job.key is None:
            yield self.blobs.path(job.blob)
            return
        with storage_errors(folder):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            scratch = tempfile.TemporaryDirectory(prefix="recording-", dir=folder)
        with scratch as place, self.open_recording(job) as recording:
            link = Path(place) / Path(job.blob).name
            with storage_errors(folder), _nameless(link) as file:
                while block := recording.read(_COPY):
                    file.write(block)
                file.flush()
                yield link

    def write_document(self, job: Job, kind: str, content: bytes, suffix: str = ".json") -> str:
        """Keep a document of a job; the key of its blob. `kind` names a folder, such as `transcripts`.

        Raises StorageFull, StorageDenied, KeyUnusable.
        """
        blob = self.blobs.new_key(kind, suffix)
        self.blobs.write(blob, content if job.key is None else self._sealed(job, job.key, blob, content))
        return blob

    def read_document(self, job: Job, blob: str) -> bytes:
        """A document of a job."""
        if job.key is None:
            return self.blobs.read(blob)
        with self._open(job, blob) as file:
            try:
                return zlib.decompress(file.read())
            except zlib.error as error:
                raise damaged() from error

    def _open(self, owner: Job | Upload, blob: str) -> BinaryIO:
        path = self.blobs.path(blob)
        if owner.key is None:
            return path.open("rb")
        key = self.keys.unwrap(owner.key, owner.blob)
        return opened(os.open(path, os.O_RDONLY | os.O_CLOEXEC), key, blob)

    def _sealed(self, job: Job, key: str, blob: str, content: bytes) -> bytes:
        head = new_head()
        cipher, made = Cipher(self.keys.unwrap(key, job.blob), head, blob), io.BytesIO()
        made.write(head)
        packed = memoryview(zlib.compress(content, _QUICK))
        for offset in range(0, len(packed), RECORD):
            made.write(cipher.record(packed[offset : offset + RECORD], offset))
        full, rest = divmod(len(packed), RECORD)
        runs = [run for run in ((full, RECORD), (1, rest)) if all(run)]
        made.write(cipher.end(runs, made.tell()))
        return made.getvalue()


@contextmanager
def _nameless(link: Path) -> Iterator[BinaryIO]:
    """A new file without a name; `link` leads to it while this process has it open."""
    folder = link.parent
    try:
        handle = os.open(folder, os.O_TMPFILE | os.O_RDWR | os.O_CLOEXEC, 0o600)
    except (OSError, AttributeError):  # not on every file system
        handle, name = tempfile.mkstemp(dir=folder)
        if not Path("/proc/self/fd").exists():
            Path(name).rename(link)
        else:
            Path(name).unlink()
    with os.fdopen(handle, "r+b") as file:
        with suppress(FileExistsError):
            link.symlink_to(f"/proc/{os.getpid()}/fd/{handle}")
        yield file
