"""Where artifacts lie: named blobs, written whole or not at all."""

import errno
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from steno.errors import StorageDenied, StorageFull

SCRATCH = ".steno-"  # begins the name of a file that is being written
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_DENIED = {errno.EACCES, errno.EPERM, errno.EROFS}


@contextmanager
def storage_errors(place: Path) -> Iterator[None]:
    """Turn what the file system says while writing to `place` into StorageFull or StorageDenied."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise StorageFull(
                f"No space left in {place}", "Free some, or choose another folder, and run again."
            ) from error
        if error.errno in _DENIED:
            raise StorageDenied(
                f"{place} cannot be written", "Choose a folder of yours, or correct its rights."
            ) from error
        raise


def write_atomically(target: Path, content: bytes, *, replace: bool = True) -> None:
    """Write a file that is either complete or not there.

    With `replace=False` an existing file is left alone and FileExistsError raised. Raises StorageFull, StorageDenied.
    """
    with storage_errors(target.parent):
        target.parent.mkdir(parents=True, exist_ok=True)
        scratch = target.with_name(f"{SCRATCH}{secrets.token_hex(8)}")
        # With the rights that the umask leaves, as any program's file: a folder of results may be a group's.
        handle = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            if replace:
                scratch.replace(target)
            else:
                os.link(scratch, target)
        finally:
            with suppress(FileNotFoundError):
                scratch.unlink()


class ArtifactStore:
    """Artifacts of one job in a local directory. Keys are relative paths that we make, never a person's text."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, key: str) -> Path:
        """The file of an artifact that is too large to hold in memory."""
        return self.root / key

    def write(self, key: str, content: bytes) -> None:
        write_atomically(self.root / key, content)

    def read(self, key: str) -> bytes | None:
        """The artifact, or None where it is not made yet."""
        try:
            return (self.root / key).read_bytes()
        except FileNotFoundError:
            return None

    def clear(self) -> None:
        """Delete every artifact."""
        shutil.rmtree(self.root, ignore_errors=True)


def sync_folder(folder: Path) -> None:
    """Make names of new files in it last."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
