"""Master keys, which wrap the key of each job. The first is used, further ones only open what they have wrapped.

They come from STENO_ENCRYPTION_KEY, a file of the operator's, or a file that is made at the first start. Which of them
are in use stands in `encryption.ids` beside the data, so that a lost key is noticed before a new one takes its place.
"""

import base64
import binascii
import hashlib
import os
import re
from contextlib import suppress
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from steno.config import Settings
from steno.errors import KeyUnusable
from steno.storage import storage_errors, sync_folder, write_atomically

LENGTH = 32
_NONCE = 12
_WRAPPED = re.compile(r"v1\.([0-9a-f]{16})\.([A-Za-z0-9+/=]+)")


@dataclass(frozen=True)
class MasterKey:
    """A key and the id by which what it wrapped names it."""

    secret: bytes = field(repr=False)

    @property
    def id(self) -> str:
        """Sixteen hexadecimal digits that say nothing about the key."""
        return hashlib.sha256(b"steno master key" + self.secret).hexdigest()[:16]


class MasterKeys:
    """Those of one installation. Files are read whenever they are needed: another process may have changed them."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._own = settings.data_dir / "encryption.key"
        self._ids = settings.data_dir / "encryption.ids"

    def wrap(self, key: bytes, name: str) -> str:
        """A job's key as it may be stored. Only together with the same `name` it is unwrapped again.

        Raises KeyUnusable, StorageDenied, StorageFull.
        """
        master, nonce = self._first(), os.urandom(_NONCE)
        sealed = nonce + AESGCM(master.secret).encrypt(nonce, key, name.encode())
        return f"v1.{master.id}.{base64.b64encode(sealed).decode('ascii')}"

    def unwrap(self, wrapped: str, name: str) -> bytes:
        """The job's key. Raises KeyUnusable."""
        found = _WRAPPED.fullmatch(wrapped)
        if found is None:
            raise KeyUnusable("A stored key is damaged", "Restore the database from a backup.")
        master = next((one for one in self._known() if one.id == found[1]), None)
        if master is None:
            raise _not_ours()
        sealed = base64.b64decode(found[2])
        try:
            return AESGCM(master.secret).decrypt(sealed[:_NONCE], sealed[_NONCE:], name.encode())
        except InvalidTag as error:
            raise KeyUnusable("A stored key is damaged", "Restore the database from a backup.") from error

    def check(self) -> None:
        """Whether what is stored can be opened. Raises KeyUnusable."""
        known = {one.id for one in self._known()}
        if not set(self.in_use()) <= known:
            raise _missing(self._where()) if not known else _not_ours()

    def ensure(self) -> None:
        """Make the first key where there is none yet and never was one. Raises KeyUnusable, StorageDenied."""
        self._first()

    def ids(self) -> list[str]:
        """Ids of the keys that are there, the first one first. Raises KeyUnusable."""
        return [one.id for one in self._known()]

    def in_use(self) -> list[str]:
        """Ids of the keys that have wrapped something."""
        with suppress(FileNotFoundError):
            return self._ids.read_text(encoding="ascii").split()
        return []

    @property
    def are_ours(self) -> bool:
        """Whether they lie in the file that was made at the first start; else the operator keeps them."""
        return self._settings.encryption_key is None and self._settings.encryption_key_file is None

    def renew(self) -> None:
        """Put a new key before those of our own file."""
        self._write([os.urandom(LENGTH), *(one.secret for one in self._known())])

    def forget(self) -> None:
        """Nothing is wrapped by any key but the first any more: drop the others, where the file is ours."""
        first = self._first()
        write_atomically(self._ids, f"{first.id}\n".encode())
        if self.are_ours:
            self._write([first.secret])

    @property
    def first_id(self) -> str:
        """Id of the key that wraps. Raises KeyUnusable."""
        return self._first().id

    def _first(self) -> MasterKey:
        """The key that wraps, made where there is none yet and never was one."""
        self.check()
        if not (known := self._known()):
            if self._settings.encryption_key_file is not None:
                raise _missing(self._where())
            self._make()
            known = self._known()
        if known[0].id not in (ids := self.in_use()):
            # Two processes add at most the same id: keys are changed by one command, a first key is made once.
            write_atomically(self._ids, "".join(f"{one}\n" for one in [*ids, known[0].id]).encode())
            self._ids.chmod(0o600)
        return known[0]

    def _known(self) -> list[MasterKey]:
        if self._settings.encryption_key is not None:
            return _parsed(self._settings.encryption_key.get_secret_value(), "STENO_ENCRYPTION_KEY")
        place = self._settings.encryption_key_file or self._own
        try:
            return _parsed(place.read_text(encoding="ascii"), str(place))
        except FileNotFoundError:
            return []
        except (OSError, UnicodeDecodeError) as error:
            raise KeyUnusable("The encryption key cannot be read", f"Let Steno's user read {place}.") from error

    def _make(self) -> None:
        line = base64.b64encode(os.urandom(LENGTH)) + b"\n"
        with storage_errors(self._own.parent):
            self._own.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            # Whole before it has its name: of several processes that start at once one key wins, for all.
            scratch = self._own.with_name(f".encryption-{os.getpid()}-{os.urandom(4).hex()}")
            handle = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(line)
                    file.flush()
                    os.fsync(file.fileno())
                with suppress(FileExistsError):
                    os.link(scratch, self._own)
            finally:
                scratch.unlink()
        sync_folder(self._own.parent)

    def _write(self, keys: list[bytes]) -> None:
        scratch = self._own.with_name(f".encryption-{os.getpid()}")
        handle = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(b"".join(base64.b64encode(key) + b"\n" for key in keys))
            file.flush()
            os.fsync(file.fileno())
        scratch.replace(self._own)
        sync_folder(self._own.parent)

    def _where(self) -> str:
        if self._settings.encryption_key is not None:
            return "STENO_ENCRYPTION_KEY"
        return str(self._settings.encryption_key_file or self._own)


def _parsed(text: str, where: str) -> list[MasterKey]:
    keys = []
    for part in re.split(r"[\s,]+", text.strip()):
        try:
            secret = base64.b64decode(part.replace("-", "+").replace("_", "/"), validate=True)
        except binascii.Error:
            secret = b""
        if len(secret) != LENGTH:
            raise KeyUnusable(f"{where} is no key", "It must be 32 random bytes in base64: openssl rand -base64 32")
        keys.append(MasterKey(secret))
    return keys


def _missing(where: str) -> KeyUnusable:
    return KeyUnusable(
        f"The key that encrypts the recordings is missing ({where})",
        "Restore it from its backup, or set STENO_ENCRYPTION_KEY; without it nothing that is stored can be read.",
    )


def _not_ours() -> KeyUnusable:
    return KeyUnusable(
        "The encryption key is not the one that what is stored was encrypted with",
        "Restore that key, or put it, after a comma, behind the new one in STENO_ENCRYPTION_KEY.",
    )
