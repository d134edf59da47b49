"""The blob store: recordings, transcripts and minutes as files under keys of ours, on a disk that all workers share.

Beside them each job has a workspace: a folder for what its stages leave on the way, which goes with the job.
"""

import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from steno.config import Settings
from steno.storage import SCRATCH, storage_errors, sync_folder, write_atomically

_KEY = re.compile(r"[a-z]+/[0-9a-f]{2}/[0-9a-f]{32}(?:\.[a-z0-9]{1,8})?")
_JOB = re.compile(r"[0-9a-f]{32}")


class BlobStore:
    """Files by key. A key is made here, never of a person's text: `recordings/4f/4f...`."""

    def __init__(self, root: Path, work: Path | None = None) -> None:
        """`work` is where workspaces are, by default a folder beside the blobs."""
        self._root, self._work = root, work or root / "work"

    @classmethod
    def of(cls, settings: Settings) -> "BlobStore":
        """The store of the settings."""
        return cls(settings.data_dir / "blobs", settings.scratch_dir)

    def new_key(self, kind: str, suffix: str = "") -> str:
        """A key that nobody has: `kind` is `recordings`, `transcripts` or `minutes`, `suffix` such as `.json`."""
        name = secrets.token_hex(16)
        return f"{kind}/{name[:2]}/{name}{suffix}"

    def path(self, key: str) -> Path:
        """The file of a key. Raises ValueError for what is no key."""
        if _KEY.fullmatch(key) is None:
            raise ValueError("no key of a blob")
        return self._root / key

    def write(self, key: str, content: bytes) -> None:
        """Write a blob whole, and on the disk before a row names it. Raises StorageFull, StorageDenied."""
        path = self.path(key)
        write_atomically(path, content)
        with storage_errors(self._root):
            sync_folder(path.parent)

    def read(self, key: str) -> bytes:
        """A blob's content. Raises FileNotFoundError."""
        return self.path(key).read_bytes()

    def open_at(self, key: str, offset: int) -> BinaryIO:
        """The blob for writing on from `offset`, made where it is not there; what lies behind is cut off."""
        path = self.path(key)
        with storage_errors(self._root):
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
            os.ftruncate(handle, offset)
            os.lseek(handle, offset, os.SEEK_SET)
        return os.fdopen(handle, "wb")

    def delete(self, key: str) -> None:
        """Delete a blob; one that is not there is deleted already."""
        self.path(key).unlink(missing_ok=True)

    def workspace(self, job_id: str) -> Path:
        """The folder of a job, perhaps not there yet. Raises ValueError for what is no id."""
        if _JOB.fullmatch(job_id) is None:
            raise ValueError("no id of a job")
        return self._work / job_id

    def workspaces(self) -> list[str]:
        """Ids of the jobs that have a workspace."""
        work = self._work
        return [folder.name for folder in work.iterdir() if _JOB.fullmatch(folder.name)] if work.is_dir() else []

    def delete_workspace(self, job_id: str) -> None:
        """Delete a job's workspace. What somebody is writing to it just now may stay."""
        shutil.rmtree(self.workspace(job_id), ignore_errors=True)

    def written_between(self, begin: float, end: float) -> Iterator[list[str]]:
        """Keys of the files last written in this time (seconds since 1970), a folder at a time.

        What a program that died left half written is not given, but deleted.
        """
        for folder in sorted(self._root.glob("[a-z]*/[0-9a-f][0-9a-f]")):
            found = []
            for path in folder.iterdir():
                with suppress(FileNotFoundError):  # deleted meanwhile
                    if not begin < path.stat().st_mtime < end:
                        continue
                    key = path.relative_to(self._root).as_posix()
                    if _KEY.fullmatch(key) is not None:
                        found.append(key)
                    elif path.name.startswith(SCRATCH):
                        path.unlink()
            yield found

    def free(self) -> int:
        """Bytes free on the disk."""
        place = next(parent for parent in (self._root, *self._root.absolute().parents) if parent.exists())
        return shutil.disk_usage(place).free
