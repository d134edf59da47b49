"""The `steno` program as a person meets it: real processes, exit codes, files, one line for each error."""

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import srt

from tests.conftest import RECORDINGS, ROOT, Steno
from tests.integration.test_line import long_recording
from tests.media_factory import silence, tone, video_without_audio

STARTER = ("--model", "starter")


def errors(run: "subprocess.CompletedProcess[bytes]") -> list[str]:
    said = run.stderr.decode()
    assert "Traceback" not in said
    return [line for line in said.splitlines() if line.startswith("error:")]


def results(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if path.is_file()}


def test_one_command_writes_text_subtitles_and_json_beside_the_recording(steno: Steno, meeting: Path) -> None:
    run = steno("transcribe", meeting, *STARTER)

    assert run.returncode == 0, run.stderr.decode()
    assert results(meeting.parent) == {"meeting.opus", "meeting.txt", "meeting.srt", "meeting.json"}
    transcript = json.loads((meeting.parent / "meeting.json").read_text())
    assert transcript["provenance"]["model"] == "starter"
    assert len(list(srt.parse((meeting.parent / "meeting.srt").read_text()))) > 5
    assert b"starter model" in run.stderr


def test_all_formats_into_a_folder(steno: Steno, meeting: Path, tmp_path: Path) -> None:
    run = steno("transcribe", meeting, *STARTER, "--format", "all", "--output", tmp_path / "new" / "out")

    assert run.returncode == 0
    suffixes = {name.partition(".")[2] for name in results(tmp_path / "new" / "out")}
    assert suffixes == {"txt", "srt", "vtt", "json", "csv", "tsv", "docx", "eaf", "TextGrid", "rttm"}


def test_recordings_of_one_name_keep_their_own_results(steno: Steno, tmp_path: Path) -> None:
    for suffix, number in ((".opus", 1), (".ogg", 2)):
        shutil.copy(RECORDINGS / f"meeting-{number:02d}.opus", tmp_path / f"a{suffix}")

    assert steno("transcribe", tmp_path / "a.opus", tmp_path / "a.ogg", *STARTER, "-f", "txt").returncode == 0
    first = (tmp_path / "a.txt").read_bytes()
    assert steno("transcribe", tmp_path / "a.ogg", *STARTER, "-f", "txt").returncode == 0

    assert {"a.txt", "a.ogg.txt"} <= results(tmp_path)
    assert (tmp_path / "a.txt").read_bytes() == first
    assert (tmp_path / "a.ogg.txt").read_bytes() != first


def test_standard_input_to_standard_output(steno: Steno, meeting: Path) -> None:
    run = steno("transcribe", "-", *STARTER, stdin=meeting.read_bytes())

    assert run.returncode == 0
    assert b"Recording: stdin" in run.stdout
    assert len(run.stdout.split()) > 100
    assert results(meeting.parent) == {"meeting.opus"}
    assert [path.name for path in steno.data.iterdir() if path.name.startswith("stdin")] == []


def bad_media(folder: Path) -> dict[str, str]:
    """Bad recordings by name, each with words its error must have."""
    (folder / "empty.wav").touch()
    (folder / "text.mp3").write_text("This is a letter, not a recording. " * 40)
    whole = tone(folder / "whole.m4a", seconds=20).read_bytes()
    (folder / "whole.m4a").unlink()
    (folder / "truncated.mp4").write_bytes(whole[: len(whole) // 2])
    video_without_audio(folder / "video.mp4")
    (folder / "list.m3u8").write_text("#EXTM3U\n#EXTINF:5,\n/etc/hostname\n#EXT-X-ENDLIST\n")
    (folder / "concat.mp3").write_text("ffconcat version 1.0\nfile '/etc/hostname'\n")
    (folder / "byte.wav").write_bytes(b"R")
    return {
        "empty.wav": "Copy or export it again",
        "text.mp3": "convert it to WAV",
        "truncated.mp4": "Copy or export it again",
        "video.mp4": "Hand in a file with sound",
        "list.m3u8": "Hand in the audio or video file itself",
        "concat.mp3": "Hand in the audio or video file itself",
        "byte.wav": "convert it to WAV",
        "missing.wav": "Check the path",
    }


def test_bad_files_are_each_one_line_and_the_good_ones_are_done(steno: Steno, tmp_path: Path) -> None:
    bad = bad_media(tmp_path)
    shutil.copy(RECORDINGS / "meeting-01.opus", tmp_path / "good.opus")
    silence(tmp_path / "silence.wav", seconds=5)
    before = results(tmp_path)

    names = [*bad, "good.opus", "silence.wav"]
    run = steno("transcribe", *(tmp_path / name for name in names), *STARTER, "--format", "txt,json")

    assert run.returncode == 1
    complaints = errors(run)
    assert len(complaints) == len(bad) + 1
    for name, cure in bad.items():
        (line,) = [complaint for complaint in complaints if name in complaint]
        assert cure in line
    assert results(tmp_path) - before == {"good.txt", "good.json", "silence.txt", "silence.json"}
    assert json.loads((tmp_path / "silence.json").read_text())["segments"] == []
    assert not list((steno.data / "unfinished").iterdir())


@pytest.mark.parametrize(
    ("arguments", "cure"),
    [
        (("--model", "nope"), "Known names: auto, starter, tiny"),
        (("--model", "starter", "--language", "klingon"), "It knows: en"),
        (("--model", "starter", "--translate"), "multilingual"),
        (("--model", "starter", "--format", "pdf"), "Known: txt, srt"),
        (("--model", "starter", "--start", "soon"), "h:mm:ss"),
        (("--model", "starter", "--start", "10", "--end", "5"), "later --end"),
        (("--model", "starter", "--device", "tpu"), "STENO_DEVICE"),
    ],
)
def test_what_cannot_be_done_is_said_before_any_work(
    arguments: tuple[str, ...], cure: str, steno: Steno, meeting: Path
) -> None:
    run = steno("transcribe", meeting, *arguments)

    assert run.returncode == 1
    (line,) = errors(run)
    assert cure in line
    assert results(meeting.parent) == {"meeting.opus"}


def test_a_model_that_cannot_be_downloaded(steno: Steno, meeting: Path) -> None:
    steno.environment |= {"HF_ENDPOINT": "http://127.0.0.1:9", "HF_HOME": str(steno.data / "hub")}
    run = steno("transcribe", meeting, "--model", "tiny")

    assert run.returncode == 1
    (line,) = errors(run)
    assert "steno models pull" in line
    assert "--model starter" in line


def test_auto_falls_back_to_the_starter_and_every_output_says_so(steno: Steno, meeting: Path) -> None:
    steno.environment |= {"HF_ENDPOINT": "http://127.0.0.1:9", "HF_HOME": str(steno.data / "hub")}
    run = steno("transcribe", meeting, "--format", "txt,vtt,json,eaf,rttm")

    assert run.returncode == 0
    assert b"starter model" in run.stderr
    for suffix in ("txt", "vtt", "json", "eaf", "rttm"):
        assert "starter model" in (meeting.parent / f"meeting.{suffix}").read_text()


def test_a_folder_that_cannot_be_read(steno: Steno, tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir()
    shutil.copy(RECORDINGS / "meeting-02.opus", tmp_path / "open.opus")
    closed.chmod(0)
    drop = as_nobody(steno, tmp_path)
    command = [
        *steno.command,
        "transcribe",
        str(closed),
        str(tmp_path / "open.opus"),
        *STARTER,
        "-f",
        "txt",
        "-o",
        str(tmp_path / "out"),
    ]
    run = subprocess.run(command, env=steno.env, capture_output=True, timeout=120, check=False, preexec_fn=drop)

    closed.chmod(0o700)
    assert run.returncode == 1
    assert "Check its rights" in errors(run)[0]
    assert results(tmp_path / "out") == {"open.txt"}


def as_nobody(steno: Steno, folder: Path):  # type: ignore[no-untyped-def]  # a closure for preexec_fn
    """Root reads every folder: as root the program is run without that privilege."""
    if os.getuid() != 0:
        return None
    (folder / "out").mkdir()
    folder.chmod(0o777)
    (folder / "out").chmod(0o777)
    steno.data.chmod(0o777)
    import ctypes

    libc = ctypes.CDLL(None)

    def drop() -> None:
        for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH: out of the bounding set, then exec
            libc.prctl(24, capability, 0, 0, 0)

    return drop


def test_a_full_disk(steno: Steno, meeting: Path, tmp_path: Path) -> None:
    """As root on a real full file system, else with a limit on file size, which the kernel reports alike."""
    small = tmp_path / "small"
    small.mkdir()
    mounted = (
        os.getuid() == 0
        and not subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(small)], capture_output=True, check=False
        ).returncode
    )

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))

    try:
        steno.environment["STENO_DATA_DIR"] = str(small)
        run = subprocess.run(
            [*steno.command, "transcribe", str(meeting), *STARTER],
            env=steno.env, capture_output=True, timeout=120, check=False, preexec_fn=None if mounted else limit,
        )  # fmt: skip
        left = [path for path in small.rglob("*") if path.is_file()]
    finally:
        if mounted:
            subprocess.run(["umount", str(small)], check=True)

    assert run.returncode == 1
    assert "No space left" in errors(run)[0]
    assert left == []
    assert results(meeting.parent) == {"meeting.opus"}


def test_a_place_for_results_that_cannot_be_is_said_before_any_work(
    steno: Steno, meeting: Path, tmp_path: Path
) -> None:
    (tmp_path / "out").write_text("a file where the folder should be")
    run = steno("transcribe", meeting, *STARTER, "--output", tmp_path / "out")

    assert run.returncode == 1
    assert "out is no folder" in errors(run)[0]
    assert results(tmp_path) == {"meeting.opus", "out"}


def test_ctrl_c_in_the_middle_and_started_again(steno: Steno, tmp_path: Path) -> None:
    recording = long_recording(tmp_path / "long.opus", copies=6)
    ranges = steno.data / "unfinished"
    process = steno.start("transcribe", recording, *STARTER, "-f", "txt")
    deadline = time.monotonic() + 120
    while not list(ranges.glob("*/ranges/*.json")) and time.monotonic() < deadline and process.poll() is None:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)

    assert process.returncode == 130
    assert b"run the same command again" in said
    assert b"Traceback" not in said
    assert results(tmp_path) == {"long.opus", "long.ffconcat"}
    kept = list(ranges.glob("*/ranges/*.json"))
    written = {path: path.stat().st_mtime_ns for path in kept}
    assert kept

    untouched = True
    with steno.start("transcribe", recording, *STARTER, "-f", "txt") as again:
        while again.poll() is None:
            stamps = {path: path.stat().st_mtime_ns for path in written if path.exists()}
            untouched = untouched and all(written[path] == stamp for path, stamp in stamps.items())
            time.sleep(0.05)

    assert again.returncode == 0
    assert untouched, "finished ranges are not done again"
    assert "long.txt" in results(tmp_path)
    assert not list(ranges.iterdir())


def test_models_and_doctor(steno: Steno) -> None:
    listed = steno("models", "list")
    path = steno("models", "path", "starter")
    doctor = steno("doctor")

    assert b"large-v3-turbo" in listed.stdout
    assert path.stdout.decode().strip() == str(ROOT / "worker/models/starter")
    assert doctor.returncode == 0, doctor.stdout.decode()
    assert b"ok   decode" in doctor.stdout


def test_doctor_finds_a_missing_ffmpeg_and_names_the_cure(steno: Steno) -> None:
    steno.environment["STENO_FFMPEG"] = "/no/such/ffmpeg"
    run = steno("doctor")

    assert run.returncode == 1
    assert b"FAIL ffmpeg: STENO_FFMPEG=/no/such/ffmpeg is no program. Correct or unset STENO_FFMPEG." in run.stdout


def test_a_machine_that_only_transcribes_is_well_and_told_what_it_has_not(steno: Steno) -> None:
    """As after `pip install 'steno[worker]'`."""
    hide = "import sys; sys.modules.update(dict.fromkeys(['sqlalchemy', 'cryptography']));"
    program = f"{hide} from steno.cli import main; main()"
    run = subprocess.run([sys.executable, "-c", program, "doctor"], env=steno.env, capture_output=True, check=False)

    assert run.returncode == 0, run.stdout.decode()
    assert b"note service: not installed: sqlalchemy is missing. Install it: pip install 'steno[web]'" in run.stdout


@pytest.mark.parametrize("arguments", [("transcribe", "a.mp3"), ("models", "list"), ("models", "path", "starter")])
def test_without_the_worker_part_one_line_says_what_to_install(arguments: tuple[str, ...], steno: Steno) -> None:
    """As after a plain `pip install steno`: the worker's libraries are hidden from the program."""
    hide = (
        "import sys; sys.modules.update(dict.fromkeys(['faster_whisper', 'ctranslate2', 'numpy', 'huggingface_hub']));"
    )
    program = f"{hide} from steno.cli import main; main()"
    run = subprocess.run([sys.executable, "-c", program, *arguments], env=steno.env, capture_output=True, check=False)

    assert run.returncode == 1
    (line,) = errors(run)
    assert "pip install 'steno[worker]'" in line
