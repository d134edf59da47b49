"""What lies in the vault, also of recordings that are still on their way: for tests that look behind the service."""

import os
from itertools import pairwise

from steno.database.tables import Upload
from steno.vault import Vault
from steno.vault.sealed import HEAD, Cipher, places


def there(vault: Vault, upload: Upload) -> int:
    """Bytes of a recording in the whole records of its file, so far."""
    path = vault.blobs.path(upload.blob)
    if upload.key is None:
        return path.stat().st_size
    with path.open("rb") as file:
        return max((place.text for place in places(file.fileno())), default=0)


def stored(vault: Vault, upload: Upload) -> bytes:
    """The recording itself, so far."""
    path = vault.blobs.path(upload.blob)
    if upload.key is None:
        return path.read_bytes()
    with path.open("rb") as file:
        handle = file.fileno()
        key = vault.keys.unwrap(upload.key.split(" ")[1], upload.blob)
        cipher = Cipher(key, os.pread(handle, HEAD, 0), upload.blob)
        records = pairwise(places(handle))
        return b"".join(
            cipher.text(os.pread(handle, after.file - before.file, before.file), before.text)
            for before, after in records
        )
