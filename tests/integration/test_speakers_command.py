"""Speakers on the command line, with the real program; machines without the extra, and what is said then."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Steno
from tests.speech import SPEAKERS

ABSENT = """
import importlib.abc, sys
class Absent(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name.split(".")[0] in {"torch", "torchaudio", "pyannote"}:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Absent())
"""


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    copy = tmp_path / "meeting.opus"
    copy.write_bytes((SPEAKERS / "meeting-01.opus").read_bytes())
    return copy


@pytest.fixture
def diarizing(steno: Steno) -> Steno:
    steno.environment["STENO_DIARIZE"] = "1"
    return steno


def test_every_export_names_the_speakers(diarizing: Steno, recording: Path) -> None:
    result = diarizing("transcribe", recording, "--model", "starter", "--language", "en", "--format", "all")

    assert result.returncode == 0, result.stderr.decode()
    assert b"2 speakers" in result.stderr
    assert b"Speakers were told apart by the bundled starter" in result.stderr
    for suffix in ("txt", "srt", "vtt", "csv", "tsv", "eaf", "TextGrid", "rttm", "json"):
        content = recording.with_suffix(f".{suffix}").read_text()
        assert "Speaker" in content, suffix
        assert "2" in content
    document = json.loads(recording.with_suffix(".json").read_text())
    assert [speaker["name"] for speaker in document["speakers"]] == ["Speaker 1", "Speaker 2"]
    lines = [line.split() for line in recording.with_suffix(".rttm").read_text().splitlines() if line[0] != ";"]
    assert len(lines) == len(document["turns"])
    assert {line[7] for line in lines} == {"Speaker_1", "Speaker_2"}


def test_switched_off_is_said_in_the_transcript(diarizing: Steno, recording: Path) -> None:
    result = diarizing("transcribe", recording, "-m", "starter", "-l", "en", "--no-diarize", "-f", "json")

    document = json.loads(recording.with_suffix(".json").read_text())
    assert result.returncode == 0
    assert document["speakers"] == document["turns"] == []
    assert document["provenance"]["diarization"] is None
    assert any("switched off" in notice for notice in document["provenance"]["notices"])


def test_a_machine_without_the_extra_says_what_to_install_and_transcribes(
    diarizing: Steno, recording: Path, tmp_path: Path
) -> None:
    (tmp_path / "absent").mkdir()
    (tmp_path / "absent/sitecustomize.py").write_text(ABSENT)
    diarizing.environment["PYTHONPATH"] = str(tmp_path / "absent")

    result = diarizing("transcribe", recording, "-m", "starter", "-l", "en", "--speakers", "2", "-f", "json")
    doctor = diarizing("doctor")

    document = json.loads(recording.with_suffix(".json").read_text())
    assert result.returncode == 0, result.stderr.decode()
    assert [line for line in result.stderr.decode().splitlines() if "pip install 'steno[diarization]'" in line]
    assert document["segments"]
    assert any("steno[diarization]" in notice for notice in document["provenance"]["notices"])
    assert b"steno[diarization]" in doctor.stdout
    assert b"Traceback" not in result.stderr + doctor.stderr


def test_an_installation_that_does_not_load_says_so_and_transcribes(
    diarizing: Steno, recording: Path, tmp_path: Path
) -> None:
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken/torch.py").write_text("raise OSError('libcudart.so.13: cannot open shared object file')")
    diarizing.environment["PYTHONPATH"] = str(tmp_path / "broken")

    result = diarizing("transcribe", recording, "-m", "starter", "-l", "en", "-f", "json")

    notices = json.loads(recording.with_suffix(".json").read_text())["provenance"]["notices"]
    assert result.returncode == 0, result.stderr.decode()
    assert any("libcudart" in notice and "pip install" in notice for notice in notices)
    assert b"Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--speakers", "2", "--max-speakers", "3"], "--speakers says it all"),
        (["--min-speakers", "4", "--max-speakers", "2"], "--min-speakers is more than --max-speakers"),
        (["--speakers", "0"], "--speakers"),
        (["--channels", "left"], "left"),
        (["--channels", "separate", "--speakers", "2"], "every channel is one speaker"),
        (["--channels", "separate"], "one channel"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, list) else "",
)
def test_options_that_make_no_sense_are_said(diarizing: Steno, recording: Path, options: list[str], said: str) -> None:
    result = diarizing("transcribe", recording, "-m", "starter", "-l", "en", *options)

    assert result.returncode != 0
    assert said in result.stderr.decode()
    assert b"Traceback" not in result.stderr


def test_a_pipeline_that_is_not_there_is_said_and_the_transcript_delivered(diarizing: Steno, recording: Path) -> None:
    diarizing.environment["STENO_DIARIZATION_MODEL"] = "no-such-pipeline"

    result = diarizing("transcribe", recording, "-m", "starter", "-l", "en", "-f", "txt")

    assert result.returncode == 0
    assert "No diarization pipeline is called" in recording.with_suffix(".txt").read_text()


def test_doctor_tells_of_the_diarization(diarizing: Steno) -> None:
    said = diarizing("doctor").stdout.decode()

    assert "ok   speakers: cpu heard somebody" in said
    assert "steno models pull community-1" in said


def test_models_knows_pipelines(diarizing: Steno) -> None:
    listed = diarizing("models", "list").stdout.decode()
    place = diarizing("models", "path", "community-1")

    assert "community-1" in listed
    assert place.returncode != 0
    assert b"STENO_OFFLINE" in place.stderr


def test_pyannotes_telemetry_is_off() -> None:
    code = (
        "from worker.diarization.libraries import import_pyannote; import_pyannote();"
        "from pyannote.audio.telemetry.metrics import is_metrics_enabled; print(is_metrics_enabled())"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert said.stdout.split() == ["False"]
