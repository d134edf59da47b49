"""Where the results of a recording are written: beside it or in a folder, never over those of another recording."""

import hashlib
import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from steno.errors import StorageDenied
from steno.storage import storage_errors, write_atomically


@dataclass(frozen=True)
class ResultWriter:
    """Writes results and remembers, in `ledger`, which recording each file came from."""

    ledger: Path

    def write(self, folder: Path, recording: str, sha256: str, contents: Mapping[str, bytes]) -> Sequence[Path]:
        """Write `contents` (suffix: bytes) under one name in `folder`; the files, in order.

        The name is the recording's own without its suffix. Where that would replace a file of another recording, or
        one that was changed since, it is the full name, then the name with a part of the recording's SHA-256.
        Raises StorageFull or StorageDenied; then nothing of this recording is left.
        """
        stem = Path(recording).stem or recording
        candidates = [stem, recording, f"{recording}.{sha256[:8]}"]
        candidates += [f"{recording}.{sha256[:8]}-{number}" for number in range(2, 1000)]
        for name in candidates:
            targets = {suffix: folder / f"{name}.{suffix}" for suffix in contents}
            if not all(self._ours(target, sha256) for target in targets.values()):
                continue
            try:
                return self._write_all(targets, contents, sha256)
            except FileExistsError:  # another process was quicker: take the next name
                continue
        raise FileExistsError(folder / stem)

    def check(self, folder: Path) -> None:
        """Raise StorageDenied or StorageFull now, not after hours of work, if `folder` cannot be written."""
        with storage_errors(folder):
            try:
                folder.mkdir(parents=True, exist_ok=True)
                tempfile.TemporaryFile(dir=folder).close()
            except (FileExistsError, NotADirectoryError) as error:
                raise StorageDenied(f"{folder} is no folder", "Choose another one for --output.") from error

    def _write_all(self, targets: Mapping[str, Path], contents: Mapping[str, bytes], sha256: str) -> Sequence[Path]:
        written: list[Path] = []
        try:
            for suffix, target in targets.items():
                replace = target.exists()
                write_atomically(target, contents[suffix], replace=replace)
                if not replace:
                    written.append(target)
                note = {"recording": sha256, "content": hashlib.sha256(contents[suffix]).hexdigest()}
                write_atomically(self._note(target), json.dumps(note).encode())
        except BaseException:
            for target in written:
                target.unlink(missing_ok=True)
                self._note(target).unlink(missing_ok=True)
            raise
        return list(targets.values())

    def _ours(self, target: Path, sha256: str) -> bool:
        """Whether a target is free, or was written by us for this very recording and not changed since."""
        if not target.exists() and not target.is_symlink():
            return True
        try:
            note: object = json.loads(self._note(target).read_text())
            expected: object = {"recording": sha256, "content": hashlib.sha256(target.read_bytes()).hexdigest()}
            return note == expected
        except (OSError, ValueError):
            return False

    def _note(self, target: Path) -> Path:
        return self.ledger / (hashlib.sha256(bytes(target.absolute())).hexdigest() + ".json")
