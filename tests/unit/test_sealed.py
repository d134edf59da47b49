"""Sealed files: what was written is read, from any place; what was cut, changed or moved is noticed."""

import io
import os
import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from steno.errors import Damaged
from steno.vault.reading import opened
from steno.vault.sealed import HEAD, RECORD, places
from steno.vault.writing import SealedFile

KEY, NAME = bytes(range(32)), "recordings/00/" + "0" * 32
TEXT = random.Random(4).randbytes(5 * RECORD + 1234)


def seal(path: Path, *pieces: bytes, key: bytes = KEY, name: str = NAME) -> Path:
    """A finished file; every piece comes with a request of its own."""
    size = 0
    for piece in pieces:
        handle = os.open(path, os.O_RDWR | os.O_CREAT)
        file = SealedFile(handle, key, name, size)
        assert file.write(piece)
        size = file.sync()
        if piece is pieces[-1]:
            assert file.finish()
        os.close(handle)
    return path


def read(path: Path, key: bytes = KEY, name: str = NAME) -> bytes:
    with opened(os.open(path, os.O_RDONLY), key, name) as file:
        return file.read()


def records(path: Path) -> list[tuple[int, int]]:
    """Where each record begins and ends in the file."""
    with path.open("rb") as file:
        ends = [place.file for place in places(file.fileno())]
    return list(zip(ends, ends[1:], strict=False))


sizes = st.integers(1, 3 * RECORD)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lengths=st.lists(sizes, min_size=1, max_size=6), reads=st.lists(st.tuples(sizes, sizes), max_size=10))
def test_any_slice_is_what_was_written(tmp_path: Path, lengths: list[int], reads: list[tuple[int, int]]) -> None:
    text = random.Random(repr(lengths)).randbytes(sum(lengths))
    rest = io.BytesIO(text)
    path = seal(tmp_path / "file", *[rest.read(length) for length in lengths])

    with opened(os.open(path, os.O_RDONLY), KEY, NAME) as file:
        for offset, length in reads:
            file.seek(offset)
            assert file.read(length) == text[offset : offset + length]
        assert file.seek(0, io.SEEK_END) == len(text)
    assert read(path) == text
    path.unlink()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kept=st.integers(0, 2 * RECORD), torn=st.integers(1, 3 * RECORD), cut=st.integers(0, 4 * RECORD))
def test_a_file_goes_on_at_what_was_synced_however_its_tail_is_torn(
    tmp_path: Path, kept: int, torn: int, cut: int
) -> None:
    path = tmp_path / "file"
    handle = os.open(path, os.O_RDWR | os.O_CREAT)
    file = SealedFile(handle, KEY, NAME, 0)
    file.write(TEXT[:kept])
    assert file.sync() == kept
    safe = os.fstat(handle).st_size
    file.write(TEXT[kept : kept + torn] + TEXT[:RECORD])  # what the kernel had of it, up to any byte
    os.truncate(path, max(safe, os.fstat(handle).st_size - cut))
    os.close(handle)

    handle = os.open(path, os.O_RDWR)
    file = SealedFile(handle, KEY, NAME, kept)
    size = file.size
    file.write(TEXT[kept:])
    assert file.finish()
    os.close(handle)

    assert size == kept
    assert read(path) == TEXT
    path.unlink()


def test_a_file_that_lost_what_was_synced_goes_on_at_its_last_whole_record(tmp_path: Path) -> None:
    path = seal(tmp_path / "file", TEXT)
    os.truncate(path, records(path)[2][1] + 100)

    handle = os.open(path, os.O_RDWR)
    file = SealedFile(handle, KEY, NAME, 4 * RECORD)

    assert file.size == 3 * RECORD
    os.close(handle)


def swapped(content: bytes, found: list[tuple[int, int]]) -> bytes:
    (a, b), (c, d) = found[1], found[3]
    return content[:a] + content[c:d] + content[b:c] + content[a:b] + content[d:]


def without_one(content: bytes, found: list[tuple[int, int]]) -> bytes:
    begin, end = found[2]
    return content[:begin] + content[end:]


def repeated(content: bytes, found: list[tuple[int, int]]) -> bytes:
    begin, end = found[2]
    return content[:end] + content[begin:end] + content[end:]


def without_the_last(content: bytes, found: list[tuple[int, int]]) -> bytes:
    begin, end = found[-1]
    return content[:begin] + content[end:]


def flipped(at: int) -> Callable[[bytes, list[tuple[int, int]]], bytes]:
    def flip(content: bytes, found: list[tuple[int, int]]) -> bytes:
        place = at % len(content)
        return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]

    return flip


CHANGES = {
    "swapped": swapped,
    "without-one": without_one,
    "repeated": repeated,
    "without-the-last": without_the_last,
    "without-the-end": lambda content, found: content[: found[-1][1]],
    "cut-in-a-record": lambda content, found: content[: found[2][0] + 999],
    "empty": lambda content, found: b"",
    "longer": lambda content, found: content + b"x",
    "end-twice": lambda content, found: content + content[found[-1][1] :],
    "plain": lambda content, found: TEXT,
    **{f"flipped-{at}": flipped(at) for at in (0, 9, HEAD, HEAD + 4, HEAD + 20, 70_000, 200_000, -1, -4, -5, -40)},
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_was_changed_is_noticed(tmp_path: Path, change: str) -> None:
    path = seal(tmp_path / "file", TEXT[: 2 * RECORD], TEXT[2 * RECORD :])
    found = records(path)
    path.write_bytes(CHANGES[change](path.read_bytes(), found))

    with pytest.raises(Damaged):
        read(path)


def test_a_file_is_no_other_jobs_and_no_other_blobs(tmp_path: Path) -> None:
    path = seal(tmp_path / "file", TEXT)

    with pytest.raises(Damaged):
        read(path, key=bytes(32))
    with pytest.raises(Damaged):
        read(path, name="transcripts/00/" + "0" * 32)


def test_nothing_of_the_text_can_be_seen(tmp_path: Path) -> None:
    said = b"We dismiss Ms Miller on Friday. " * 10_000
    once, again = seal(tmp_path / "one", said).read_bytes(), seal(tmp_path / "two", said).read_bytes()

    assert b"Miller" not in once
    assert once[HEAD : HEAD + 1000] != again[HEAD : HEAD + 1000]
    assert once[:8] == again[:8]


def test_damage_beyond_what_is_read_does_not_hinder(tmp_path: Path) -> None:
    path = seal(tmp_path / "file", TEXT)
    begin, _ = records(path)[3]
    content = bytearray(path.read_bytes())
    content[begin + 50] ^= 1
    path.write_bytes(content)

    with opened(os.open(path, os.O_RDONLY), KEY, NAME) as file:
        assert file.read(2 * RECORD) == TEXT[: 2 * RECORD]
        file.seek(3 * RECORD)
        with pytest.raises(Damaged):
            file.read(1)


def test_handles_are_closed(tmp_path: Path) -> None:
    good, bad = seal(tmp_path / "good", TEXT), tmp_path / "bad"
    bad.write_bytes(b"x" * 1000)
    for _ in range(20):
        read(good)
        with pytest.raises(Damaged):
            read(bad)

    assert not [target for target in targets_of_handles() if target.is_relative_to(tmp_path)]


def targets_of_handles() -> Iterator[Path]:
    """What this process has open; other tests may have left something, which goes at any moment."""
    for handle in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):
            yield handle.readlink()
