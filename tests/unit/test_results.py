from pathlib import Path

import pytest

from steno.errors import StorageDenied
from steno.results import ResultWriter

A, B = "a" * 64, "b" * 64


@pytest.fixture
def writer(tmp_path: Path) -> ResultWriter:
    return ResultWriter(tmp_path / "ledger")


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if path.is_file()}


def test_results_bear_the_name_of_the_recording(writer: ResultWriter, tmp_path: Path) -> None:
    written = writer.write(tmp_path, "talk.mp3", A, {"srt": b"1", "txt": b"2"})

    assert [path.name for path in written] == ["talk.srt", "talk.txt"]
    assert (tmp_path / "talk.srt").read_bytes() == b"1"


def test_the_same_recording_replaces_its_own_results(writer: ResultWriter, tmp_path: Path) -> None:
    writer.write(tmp_path, "talk.mp3", A, {"srt": b"1"})
    writer.write(tmp_path, "talk.mp3", A, {"srt": b"2"})

    assert names(tmp_path) == {"talk.srt"}
    assert (tmp_path / "talk.srt").read_bytes() == b"2"


def test_another_recording_never_replaces_them(writer: ResultWriter, tmp_path: Path) -> None:
    writer.write(tmp_path, "talk.mp3", A, {"srt": b"1"})
    writer.write(tmp_path, "talk.wav", B, {"srt": b"2"})
    writer.write(tmp_path, "talk.wav", "c" * 64, {"srt": b"3"})

    assert names(tmp_path) == {"talk.srt", "talk.wav.srt", "talk.wav.cccccccc.srt"}
    assert (tmp_path / "talk.srt").read_bytes() == b"1"


def test_a_file_that_a_person_made_or_changed_is_left_alone(writer: ResultWriter, tmp_path: Path) -> None:
    (tmp_path / "talk.srt").write_bytes(b"mine")
    writer.write(tmp_path, "talk.mp3", A, {"srt": b"1"})
    (tmp_path / "talk.mp3.srt").write_bytes(b"corrected by hand")
    writer.write(tmp_path, "talk.mp3", A, {"srt": b"2"})

    assert (tmp_path / "talk.srt").read_bytes() == b"mine"
    assert (tmp_path / "talk.mp3.srt").read_bytes() == b"corrected by hand"
    assert (tmp_path / "talk.mp3.aaaaaaaa.srt").read_bytes() == b"2"


def test_all_formats_of_a_recording_share_one_name(writer: ResultWriter, tmp_path: Path) -> None:
    (tmp_path / "talk.txt").write_bytes(b"mine")
    written = writer.write(tmp_path, "talk.mp3", A, {"srt": b"1", "txt": b"2"})

    assert [path.name for path in written] == ["talk.mp3.srt", "talk.mp3.txt"]


def test_when_one_file_cannot_be_written_none_is_left(writer: ResultWriter, tmp_path: Path) -> None:
    (tmp_path / "talk.srt").mkdir()  # in the way of the first two names
    (tmp_path / "out").mkdir()
    blocked = ResultWriter(tmp_path / "out")
    (tmp_path / "ledger-is-a-file").write_bytes(b"")

    with pytest.raises((StorageDenied, OSError)):
        ResultWriter(tmp_path / "ledger-is-a-file" / "x").write(tmp_path / "out", "talk.mp3", A, {"srt": b"1"})

    assert names(tmp_path / "out") == set()
    assert blocked.write(tmp_path, "talk.mp3", A, {"srt": b"1"})[0].name == "talk.mp3.srt"
