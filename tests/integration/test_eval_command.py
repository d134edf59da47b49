"""`steno eval` with the real program on real files of every format."""

import json
from pathlib import Path

import pytest

from tests.conftest import RECORDINGS, Steno

MEETING = RECORDINGS / "speakers/meeting-02.json"


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """One short conversation in every format that is read."""
    folder = tmp_path / "files"
    folder.mkdir()
    contents = {
        "stm": ";; made by hand\ntalk 1 Anna 0.0 2.0 <o,f0> good morning everybody\n"
        "talk 1 David 2.0 4.0 thank you anna\n",
        "rttm": "SPEAKER talk 1 0.0 2.0 <NA> <NA> Anna <NA> <NA>\nSPEAKER talk 1 2.0 2.0 <NA> <NA> David <NA> <NA>\n",
        "srt": "1\n00:00:00,000 --> 00:00:02,000\nAnna: Good morning,\neverybody.\n\n"
        "2\n00:00:02,000 --> 00:00:04,000\n[David] Thank you, Anna.\n",
        "vtt": "WEBVTT\n\n00:00.000 --> 00:02.000\n<v Anna>Good morning, everybody.\n\n"
        "00:02.000 --> 00:04.000\n<v David>Thank you, Anna.\n",
        "ctm": "".join(
            f"talk 1 {start} 0.6 {word}\n"
            for start, word in zip(
                (0, 0.7, 1.4, 2, 2.7, 3.4), "good morning everybody thank you anna".split(), strict=True
            )
        ),
        "txt": "Good morning, everybody. Thank you, Anna.\n",
    }
    for suffix, content in contents.items():
        (folder / f"talk.{suffix}").write_text(content)
    return folder


@pytest.mark.parametrize(
    ("suffix", "measures"),
    [
        ("stm", {"wer", "cpwer", "tcpwer", "der", "word_speakers"}),
        ("srt", {"wer", "cpwer", "tcpwer", "der", "word_speakers"}),
        ("vtt", {"wer", "cpwer", "tcpwer", "der", "word_speakers"}),
        ("ctm", {"wer"}),
        ("txt", {"wer"}),
        ("rttm", {"der"}),
    ],
)
def test_every_format_serves_what_it_can(steno: Steno, files: Path, suffix: str, measures: set[str]) -> None:
    result = steno("eval", "--reference", files / "talk.stm", "--hypothesis", files / f"talk.{suffix}", "--json")

    assert result.returncode == 0, result.stderr.decode()
    found = json.loads(result.stdout)
    taken = {name for name in ("wer", "cpwer", "tcpwer", "der", "word_speakers") if found[name] is not None}
    assert taken == measures
    rates = [found[name].get("rate", 0) for name in taken - {"word_speakers"}]
    assert rates == pytest.approx([0] * len(rates))
    assert "word_speakers" not in taken or found["word_speakers"]["accuracy"] == 1


def test_a_reference_measured_against_itself_is_perfect(steno: Steno) -> None:
    result = steno("eval", "--reference", MEETING, "--hypothesis", MEETING, "--json")

    found = json.loads(result.stdout)
    assert found["wer"]["rate"] == found["der"]["rate"] == 0
    assert found["word_speakers"]["accuracy"] == 1
    assert found["der"]["speech_seconds"] > 30


def test_a_folder_gives_a_table_with_a_total(steno: Steno, tmp_path: Path) -> None:
    heard = tmp_path / "heard"
    heard.mkdir()
    for number in (1, 2):
        name = f"meeting-{number:02d}.json"
        (heard / name).write_text((MEETING.parent / name).read_text())
    (heard / "meeting-02.txt").write_text("the JSON says more than this")
    truth = tmp_path / "truth"
    truth.mkdir()
    for number in (1, 2):
        name = f"meeting-{number:02d}.json"
        (truth / name).write_text((MEETING.parent / name).read_text())

    table = steno("eval", "--reference", truth, "--hypothesis", heard)
    document = json.loads(steno("eval", "--reference", truth, "--hypothesis", heard, "--json").stdout)

    assert table.returncode == 0, table.stderr.decode()
    lines = table.stdout.decode().splitlines()
    assert [line.split()[0] for line in lines[-3:]] == ["meeting-01", "meeting-02", "total"]
    assert "100.0%" in lines[-1]
    assert [one["name"] for one in document["recordings"]] == ["meeting-01", "meeting-02"]
    words = sum(one["wer"]["reference_words"] for one in document["recordings"])
    assert document["total"]["wer"]["reference_words"] == words


def test_a_missing_hypothesis_is_named_and_fails(steno: Steno, tmp_path: Path) -> None:
    heard = tmp_path / "heard"
    heard.mkdir()
    (heard / "meeting-02.json").write_text(MEETING.read_text())

    result = steno("eval", "--reference", MEETING.parent, "--hypothesis", heard)

    assert result.returncode == 1
    assert b"meeting-01.json has no counterpart" in result.stderr
    assert b"meeting-02" in result.stdout


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.stm", b"talk 1 Anna 0.0\n", "line 1 has 4 of 5 fields"),
        ("a.stm", b"talk 1 Anna 3.0 1.0 hello\n", "line 1 ends before it begins"),
        ("a.stm", b"talk 1 Anna nan 1.0 hello\n", "line 1: nan is no time"),
        ("a.stm", b"one 1 A 0 1 hello\ntwo 1 A 0 1 hello\n", "holds 2 recordings"),
        ("a.rttm", b"SPEAKER talk 1 -1 2 <NA> <NA> A\n", "-1 is no time"),
        ("a.ctm", b"talk 1 soon 1 hello\n", "'soon' is no time in seconds"),
        ("a.srt", b"hello", "no SRT"),
        ("a.vtt", b"hello", "no WebVTT"),
        ("a.json", b"{", "line 1 is no JSON"),
        ("a.json", b"[]", "neither schema_version nor segments"),
        ("a.json", b'{"schema_version": "1.0"}', "language"),
        ("a.json", b'{"segments": [{"text": 3}]}', "segment 1 has no text"),
        ("a.txt", b"", "is empty"),
        ("a.txt", b"\xff\xfe\x00", "is not UTF-8"),
        ("a.docx", b"PK", "no known format"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_what_cannot_be_read_is_said(steno: Steno, tmp_path: Path, name: str, content: bytes, said: str) -> None:
    (tmp_path / name).write_bytes(content)

    result = steno("eval", "--reference", MEETING, "--hypothesis", tmp_path / name)

    assert result.returncode == 1
    assert said in " ".join(result.stderr.decode().split())
    assert b"Traceback" not in result.stderr


def test_a_file_and_a_folder_do_not_go_together(steno: Steno, tmp_path: Path) -> None:
    mixed = steno("eval", "--reference", MEETING, "--hypothesis", tmp_path)
    absent = steno("eval", "--reference", MEETING, "--hypothesis", tmp_path / "nowhere.json")
    empty = steno("eval", "--reference", MEETING.parent, "--hypothesis", tmp_path)

    assert b"Give two files or two folders" in mixed.stderr
    assert b"does not exist" in absent.stderr
    assert b"Names must agree" in empty.stderr
    assert {result.returncode for result in (mixed, absent, empty)} == {1}


def test_a_machine_without_the_extra_is_told_what_to_install(steno: Steno, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import sys\nclass Absent:\n    def find_spec(self, name, path, target=None):\n"
        "        if name.split('.')[0] == 'meeteval':\n            raise ModuleNotFoundError(name)\n"
        "sys.meta_path.insert(0, Absent())\n"
    )
    steno.environment["PYTHONPATH"] = str(tmp_path)

    result = steno("eval", "--reference", MEETING, "--hypothesis", MEETING)

    assert result.returncode == 1
    assert b"pip install 'steno[evaluation]'" in result.stderr
