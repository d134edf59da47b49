"""What a worker is called where it holds leases: by its machine and slot, the same after a restart."""

from hashlib import sha256

_LONGEST = 80  # characters: with the number of a process behind it it fits in the column of a lease's owner
_DIGEST = 16


def name_of(host: str, slot: str | None = None) -> str:
    """The name. Of one that is too long, such as pods have, the end is replaced by a digest."""
    name = f"{host}/{slot}" if slot else host
    if len(name) <= _LONGEST:
        return name
    return f"{name[: _LONGEST - _DIGEST - 1]}~{sha256(name.encode('utf-8', 'replace')).hexdigest()[:_DIGEST]}"
