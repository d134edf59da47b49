"""Bad and hostile files: each a clear error or what can be heard; never a crash, a hang, or a look at another file."""

import os
import random
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from steno.errors import NoAudio, RecordingTooLong, StenoError, StorageDenied, UnreadableMedia
from tests.media_factory import both_ffmpegs, movie_of_another_file, silence, tone, video_without_audio
from worker.ffmpeg import DecodeLimits
from worker.media import decode, probe

Decode = Callable[[Path], tuple[np.ndarray, str | None]]


@pytest.fixture(params=both_ffmpegs(), ids=lambda path: "bundled" if "imageio" in str(path) else "system")
def ffmpeg(request: pytest.FixtureRequest) -> Path:
    return Path(request.param)


@pytest.fixture(autouse=True)
def nothing_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """After each test: no process of ours, and no scratch file."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    yield
    assert list(scratch.iterdir()) == []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            name, fields = entry.read_text().split("(", 1)[1].rsplit(")", 1)
        except OSError:
            continue  # it ended while we looked
        assert not (name.startswith("ffmpeg") and int(fields.split()[1]) == os.getpid())


@pytest.fixture
def read(ffmpeg: Path, limits: DecodeLimits) -> Decode:
    def probe_and_decode(recording: Path) -> tuple[np.ndarray, str | None]:
        facts = probe(recording, ffmpeg=ffmpeg, limits=limits)
        with decode(recording, ffmpeg=ffmpeg, limits=limits, duration=facts.duration) as stream:
            return np.concatenate([*stream]), stream.notice

    return probe_and_decode


def written(path: Path, content: bytes | str) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize(
    ("name", "content", "cure"),
    [
        ("empty.mp3", b"", "Copy or export it again"),
        ("text.mp3", b"Dear all, please find attached the recording.\n" * 50, "WAV, FLAC, MP3 or M4A"),
        ("one.wav", b"R", "WAV, FLAC, MP3 or M4A"),
        ("riff.wav", b"RIFF\xff\xff\xff\xffWAVEfmt ", "WAV, FLAC, MP3 or M4A"),
        ("zeros.mp4", bytes(4096), "WAV, FLAC, MP3 or M4A"),
        ("picture.jpg", b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01" + bytes(200), ""),
    ],
)
def test_what_is_no_recording_is_said_with_the_cure(
    name: str, content: bytes, cure: str, read: Decode, tmp_path: Path
) -> None:
    with pytest.raises(UnreadableMedia, match=name) as caught:
        read(written(tmp_path / name, content))
    assert cure in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "template"),
    [
        ("list.m3u8", "#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\n{canary}\n#EXT-X-ENDLIST\n"),
        ("list.mp3", "\ufeff#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:5,\nfile://{canary}\n#EXT-X-ENDLIST\n"),
        ("concat.txt", "ffconcat version 1.0\nfile '{canary}'\n"),
        ("concat.wav", "file '{canary}'\nfile '{canary}'\n"),
        ("manifest.mpd", "<?xml version='1.0'?><MPD><BaseURL>{canary}</BaseURL></MPD>"),
        ("session.sdp", "v=0\no=- 0 0 IN IP4 127.0.0.1\nm=audio 5004 RTP/AVP 0\n"),
        ("playlist.pls", "[playlist]\nFile1={canary}\nNumberOfEntries=1\n"),
        ("late.m3u8", "\n\n   #EXTM3U\n#EXTINF:5,\nsubfile,,start,0,end,100,,:{canary}\n"),
    ],
)
def test_files_that_name_other_files_are_refused(name: str, template: str, read: Decode, tmp_path: Path) -> None:
    canary = tone(tmp_path / "canary.wav")
    with pytest.raises(UnreadableMedia, match="playlist, script, picture or text"):
        read(written(tmp_path / name, template.format(canary=canary)))


def test_even_undisguised_by_our_own_look_ffmpeg_refuses_playlists(
    monkeypatch: pytest.MonkeyPatch, read: Decode, tmp_path: Path
) -> None:
    monkeypatch.setattr("worker.media.refused_kind", lambda recording: False)
    monkeypatch.setattr("worker.diagnosis.refused_kind", lambda recording: False)
    canary = tone(tmp_path / "canary.wav")
    for content in (
        f"#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\n{canary}\n#EXT-X-ENDLIST\n",
        f"ffconcat version 1.0\nfile {canary}\n",
    ):
        with pytest.raises(UnreadableMedia):
            read(written(tmp_path / "innocent", content))


def test_video_without_sound(read: Decode, tmp_path: Path) -> None:
    with pytest.raises(NoAudio, match="no audio track"):
        read(video_without_audio(tmp_path / "silent.mp4"))


def test_an_audio_track_of_no_length(read: Decode, tmp_path: Path) -> None:
    whole = tone(tmp_path / "a.wav", options=["-fflags", "+bitexact"]).read_bytes()

    with pytest.raises(NoAudio, match="holds no sound"):
        read(written(tmp_path / "none.wav", whole[:40] + bytes(4)))


@pytest.mark.parametrize("entry", [b"enca", b"drms"])
def test_a_protected_recording_is_named_so(entry: bytes, read: Decode, tmp_path: Path) -> None:
    plain = tone(tmp_path / "plain.m4a").read_bytes()

    with pytest.raises(UnreadableMedia, match="DRM"):
        read(written(tmp_path / "bought.m4a", plain.replace(b"mp4a", entry)))


def test_a_codec_that_is_not_known_is_named_so(read: Decode, tmp_path: Path) -> None:
    plain = tone(tmp_path / "plain.mka", options=["-c:a", "flac"]).read_bytes()

    with pytest.raises(UnreadableMedia, match="codec that this ffmpeg lacks"):
        read(written(tmp_path / "future.mka", plain.replace(b"A_FLAC", b"A_FUTU")))


def test_a_movie_whose_sound_is_another_file_does_not_open_it(ffmpeg: Path, read: Decode, tmp_path: Path) -> None:
    canary = tone(tmp_path / "canary.mov", options=["-c:a", "pcm_s16le"])
    hostile = movie_of_another_file(tmp_path / "hostile.mov", canary)
    permitted = ["-enable_drefs", "1", "-use_absolute_path", "1", "-i", str(hostile), "-f", "s16le", "-"]
    leak = subprocess.run([str(ffmpeg), "-v", "error", *permitted], capture_output=True, check=False).stdout
    assert np.abs(np.frombuffer(leak, np.int16)).max() > 1000, "the file does not do what this test is about"

    with pytest.raises(UnreadableMedia, match="another file"):
        read(hostile)


def test_ffmpeg_writes_no_report(read: Decode, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    recording = tone(tmp_path / "a.wav")
    monkeypatch.setenv("FFREPORT", f"file={tmp_path / 'report.log'}")

    read(recording)

    assert not (tmp_path / "report.log").exists()


def test_an_mp4_cut_off_before_its_index(read: Decode, tmp_path: Path) -> None:
    whole = tone(tmp_path / "whole.m4a", seconds=20).read_bytes()
    with pytest.raises(UnreadableMedia, match="cut off"):
        read(written(tmp_path / "half.m4a", whole[: len(whole) // 2]))


def test_what_can_be_heard_of_a_cut_off_recording_is_kept_and_said(read: Decode, tmp_path: Path) -> None:
    whole = tone(tmp_path / "whole.wav", seconds=20).read_bytes()

    pcm, notice = read(written(tmp_path / "half.wav", whole[: len(whole) // 2]))

    assert pcm.size / 16_000 == pytest.approx(10, abs=0.5)
    assert notice == "The recording is damaged or cut off; 10 s of it could be decoded."

    faststart = tone(tmp_path / "fast.m4a", seconds=60, options=["-movflags", "+faststart"]).read_bytes()
    pcm, notice = read(written(tmp_path / "part.m4a", faststart[: len(faststart) * 2 // 3]))
    assert 20 < pcm.size / 16_000 < 50
    assert notice is not None
    assert "cut off" in notice


def test_what_is_no_file_is_no_recording(read: Decode, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.wav")
    cases = [
        (tmp_path, StorageDenied, "is a folder"),
        (tmp_path / "pipe.wav", UnreadableMedia, "no regular file"),
        (Path("/dev/zero"), UnreadableMedia, "no regular file"),
        (tmp_path / "missing.wav", UnreadableMedia, "does not exist"),
        (tmp_path / "pipe.wav" / "below.wav", UnreadableMedia, "does not exist"),
        (tmp_path / "nul\0.wav", UnreadableMedia, "does not exist"),
    ]
    for path, kind, words in cases:
        with pytest.raises(kind, match=words):
            read(path)


def test_a_file_that_may_not_be_read(read: Decode, tmp_path: Path) -> None:
    secret = tone(tmp_path / "secret.wav")
    secret.chmod(0)
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        with pytest.raises(StorageDenied, match="Check its rights"):
            read(secret)
    finally:
        if root:
            os.seteuid(0)


def test_a_bomb_that_decodes_to_days_is_stopped(ffmpeg: Path, limits: DecodeLimits, tmp_path: Path) -> None:
    bomb = silence(tmp_path / "bomb.flac", seconds=5_000)
    assert bomb.stat().st_size < 5_000_000

    short = DecodeLimits(600, limits.memory, limits.cpu_time, limits.wall_time)
    with (
        pytest.raises(RecordingTooLong),
        decode(bomb, ffmpeg=ffmpeg, limits=short) as stream,
    ):
        for _ in stream:
            pass
    assert stream.seconds < 700


@pytest.mark.parametrize("suffix", ["wav", "mp3", "m4a", "mkv", "ogg", "flac", "avi", "aiff", "wma", "ts"])
def test_three_hundred_malformed_files_each_give_an_error_or_a_stream(
    suffix: str, limits: DecodeLimits, tmp_path: Path
) -> None:
    program = both_ffmpegs()[0]  # it starts in half the time
    rng = random.Random(suffix)
    good = tone(tmp_path / f"good.{suffix}", seconds=3).read_bytes()  # an Ogg page is a second
    silent = 0
    for number in range(30):
        bad = bytearray(good)
        if number % 3 == 0:
            del bad[rng.randrange(1, len(bad)) :]
        else:
            where = len(bad) if number % 3 == 1 else min(len(bad), 400)  # anywhere, or in the header
            for _ in range(rng.randint(1, 40)):
                bad[rng.randrange(where)] = rng.randrange(256)
        recording = written(tmp_path / f"bad.{suffix}", bytes(bad))
        try:
            probe(recording, ffmpeg=program, limits=limits)
            with decode(recording, ffmpeg=program, limits=limits) as stream:
                assert sum(block.size for block in stream) == stream.samples > 0
        except StenoError as error:
            assert not any(word in str(error) for word in (str(tmp_path), "steno-media", "0x"))
            silent += 1
    assert silent < 30
