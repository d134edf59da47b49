"""Files that are written whole: with the rights that the umask leaves, whoever else writes at the same moment."""

import os
from pathlib import Path

import pytest

from steno.storage import write_atomically


@pytest.mark.parametrize(("mask", "rights"), [(0o027, 0o640), (0o077, 0o600)])
def test_a_file_has_the_rights_that_the_umask_leaves(tmp_path: Path, mask: int, rights: int) -> None:
    before = os.umask(mask)
    try:
        write_atomically(tmp_path / "results.txt", b"said")
    finally:
        os.umask(before)

    assert (tmp_path / "results.txt").stat().st_mode & 0o777 == rights
    assert [path.name for path in tmp_path.iterdir()] == ["results.txt"]


def test_the_umask_is_let_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the whole process's: what other threads make at that moment would be open to everybody."""
    asked: list[int] = []
    monkeypatch.setattr(os, "umask", asked.append)

    write_atomically(tmp_path / "results.txt", b"said")

    assert asked == []
