"""The vault: recordings and documents as they are stored, encrypted with a key for each job; deletion destroys the key.

Each upload, and the job that takes it over, has two keys, wrapped by a master key under the name of the recording's
blob: one for documents, one for the recording, which can go alone. Rows without keys were stored plain, and stay
readable. Nobody else reads or writes the blobs of jobs.
"""

import errno
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
        """Wrapped keys for a new recording that will lie in `blob`; None where new ones are not encrypted.

        Raises KeyUnusable, StorageDenied, StorageFull.
        """
        names = (_documents(blob), blob)
        return " ".join(self.keys.wrap(os.urandom(LENGTH), name) for name in names) if self.encrypting else None

    def rewrapped(self, key: str, blob: str) -> str:
        """The same keys, wrapped by the first master key. Raises KeyUnusable, StorageDenied, StorageFull."""
        names = (_documents(blob), blob)
        return " ".join(
            self.keys.wrap(self.keys.unwrap(part, name), name)
            for part, name in zip(key.split(" "), names, strict=False)
        )

    def growing(self, handle: int, blob: str, key: str | None, size: int) -> Growing:
        """An open file that is written on from byte `size` of the recording, or earlier where less is there."""
        if key is None:
            return PlainFile(handle, size)
        return SealedFile(handle, self._recordings(key, blob), blob, size)

    def open_recording(self, owner: Job | Upload) -> BinaryIO:
        """The whole recording, to be read and sought in. Raises FileNotFoundError too where its key is destroyed."""
        if owner.key is None:
            return self.blobs.path(owner.blob).open("rb")
        return self._open(owner.blob, self._recordings(owner.key, owner.blob))

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
        with self._open(blob, self._documents(job.key, job.blob)) as file:
            try:
                return zlib.decompress(file.read())
            except zlib.error as error:
                raise damaged() from error

    def _open(self, blob: str, key: bytes) -> BinaryIO:
        return opened(os.open(self.blobs.path(blob), os.O_RDONLY | os.O_CLOEXEC), key, blob)

    def _documents(self, key: str, blob: str) -> bytes:
        return self.keys.unwrap(key.split(" ", maxsplit=1)[0], _documents(blob))

    def _recordings(self, key: str, blob: str) -> bytes:
        if " " not in key:
            raise FileNotFoundError(errno.ENOENT, "the recording's key is destroyed")
        return self.keys.unwrap(key.split(" ")[1], blob)

    def _sealed(self, job: Job, key: str, blob: str, content: bytes) -> bytes:
        head = new_head()
        cipher, made = Cipher(self._documents(key, job.blob), head, blob), io.BytesIO()
        made.write(head)
        packed = memoryview(zlib.compress(content, _QUICK))
        for offset in range(0, len(packed), RECORD):
            made.write(cipher.record(packed[offset : offset + RECORD], offset))
        full, rest = divmod(len(packed), RECORD)
        runs = [run for run in ((full, RECORD), (1, rest)) if all(run)]
        made.write(cipher.end(runs, made.tell()))
        return made.getvalue()


def without_recording(key: str | None) -> str | None:
    """A job's wrapped keys without that of its recording: nobody can read it any more."""
    return key.split(" ")[0] if key is not None else None


def _documents(blob: str) -> str:
    return f"documents of {blob}"


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
