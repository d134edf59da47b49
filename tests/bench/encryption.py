"""What encryption costs: recordings written and read, encrypted beside plain, in turns, in this process."""

import os
import statistics
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import TypeVar

from steno.config import Settings
from steno.database.tables import Job, Upload
from steno.vault import Vault
from tests.unit.exports.transcripts import spoken, transcript_of

T = TypeVar("T")
_MIB = 2**20
_SIZE, _BLOCK = 256 * _MIB, 256 * 1024
_LARGE = 2048 * _MIB
_SEEKS = 200


def encryption(folder: Path, pairs: int) -> list[str]:
    """Throughput of one thread, and how soon a place in a large recording is found."""
    del folder
    block = os.urandom(_BLOCK)
    rows = ["| 256 MiB | plain | encrypted | ratio |", "|---|---|---|---|"]
    with tempfile.TemporaryDirectory() as place:
        vaults = [Vault.of(Settings(data_dir=Path(place) / name, encrypt=name == "on")) for name in ("off", "on")]
        writes: list[list[float]] = [[], []]
        reads: list[list[float]] = [[], []]
        for _ in range(pairs):
            for number, vault in enumerate(vaults):
                seconds, upload = _timed(partial(_write, vault, block, _SIZE))
                writes[number].append(seconds)
                reads[number].append(_timed(partial(_read, vault, upload))[0])
                vault.blobs.delete(upload.blob)
        rows += [_row("written, with one sync", writes), _row("read", reads)]
        rows += ["", "| 2 GiB, encrypted | time |", "|---|---|"]
        large = _write(vaults[1], block, _LARGE)
        opened = [_timed(lambda: vaults[1].open_recording(large).close())[0] for _ in range(_SEEKS)]
        sought = [_timed(partial(_seek, vaults[1], large, at * _LARGE // _SEEKS))[0] for at in range(_SEEKS)]
        scanned = _timed(lambda: _resume(vaults[1], large))[0]
        rows.append(f"| opened, p50 | {1000 * statistics.median(opened):.2f} ms |")
        rows.append(f"| opened and 64 KiB read anywhere, p50 | {1000 * statistics.median(sought):.2f} ms |")
        rows.append(f"| an upload of which all came but the last byte is resumed | {1000 * scanned:.0f} ms |")
        rows += _documents(vaults)
    return rows


def _documents(vaults: list[Vault]) -> list[str]:
    said = "So what do we do about the budget of the second quarter?"
    transcript = transcript_of(*(spoken(said, at, at + 1) for at in range(3000)))
    content = transcript.model_dump_json().encode()
    rows = ["", f"| transcript of {len(content) / 1e6:.1f} MB | plain | encrypted |", "|---|---|---|"]
    sizes, writes, reads = [], [], []
    for vault in vaults:
        job = Job(blob=(blob := vault.blobs.new_key("recordings")), key=vault.new_key(blob))
        written = [_timed(partial(vault.write_document, job, "transcripts", content)) for _ in range(9)]
        writes.append(statistics.median(seconds for seconds, _ in written))
        blob = written[0][1]
        reads.append(statistics.median(_timed(partial(vault.read_document, job, blob))[0] for _ in range(9)))
        sizes.append(vault.blobs.path(blob).stat().st_size)
    rows.append(f"| bytes | {sizes[0]:,} | {sizes[1]:,} |")
    for name, times in (("written", writes), ("read", reads)):
        rows.append(f"| {name} | {1000 * times[0]:.1f} ms | {1000 * times[1]:.1f} ms |")
    return rows


def _write(vault: Vault, block: bytes, size: int) -> Upload:
    blob = vault.blobs.new_key("recordings")
    upload = Upload(blob=blob, key=vault.new_key(blob))
    with vault.blobs.open_at(blob, 0) as file:
        growing = vault.growing(file.fileno(), blob, upload.key, 0)
        for _ in range(size // len(block)):
            growing.write(block)
        growing.finish()
    return upload


def _read(vault: Vault, upload: Upload) -> None:
    with vault.open_recording(upload) as file:
        while file.read(_BLOCK):
            pass


def _seek(vault: Vault, upload: Upload, at: int) -> None:
    with vault.open_recording(upload) as file:
        file.seek(at)
        file.read(64 * 1024)


def _resume(vault: Vault, upload: Upload) -> None:
    handle = os.open(vault.blobs.path(upload.blob), os.O_RDWR)
    vault.growing(handle, upload.blob, upload.key, _LARGE - 1)
    os.close(handle)


def _timed(work: Callable[[], T]) -> tuple[float, T]:
    begun = perf_counter()
    made = work()
    return perf_counter() - begun, made


def _row(name: str, times: list[list[float]]) -> str:
    plain, sealed = (statistics.median(one) for one in times)
    ratio = statistics.median(after / before for before, after in zip(*times, strict=True))
    speed = [f"{_SIZE / _MIB / seconds:.0f} MiB/s" for seconds in (plain, sealed)]
    return f"| {name} | {speed[0]} | {speed[1]} | {ratio:.2f} times as long |"
