"""One bounded, hardened ffmpeg process, and what its words mean.

Hostile recordings are the rule: a media file may be a playlist that names local files or internal addresses, may
decode to days of silence, or crash the decoder. So: an allow-list of demuxers that read only their own file, only the
`file` and `pipe` protocols, limits on CPU time, memory and files, a deadline on the clock, and never a shell.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from steno.config import Settings
from steno.errors import DecodingLimit, MissingProgram, NoAudio, StenoError, UnreadableMedia

# Containers that hold their own audio. Left out on purpose: hls, dash, concat, image2 and image pipes, playlists, sdp,
# rtsp, ffmetadata, subtitles and text art, which open other files or addresses, or are no recordings.
DEMUXERS = (
    "aac ac3 aiff amr ape asf au avi caf eac3 dsf dts dv f4v flac flv gsm iff "
    "matroska,webm mov,mp4,m4a,3gp,3g2,mj2 mp3 mpc mpc8 mpeg mpegts mpegvideo mxf nut oga ogg opus oma rm shn sox "
    "swf tak tta voc w64 wav wma wtv wv"
).replace(" ", ",")
_PLAYLISTS = (b"#EXTM3U", b"ffconcat", b"file ", b"<?xml", b"<MPD", b"[playlist]", b"v=0\r\n", b"v=0\n", b"[Reference]")
_STDERR_KEPT = 64 * 1024
_REFUSED = "not on whitelist"
# What ffmpeg says, and what a person needs to hear; the first that fits.
_DIAGNOSES: tuple[tuple[tuple[str, ...], type[StenoError], str, str], ...] = (
    (
        ("Cannot allocate memory", "std::bad_alloc"),
        DecodingLimit,
        "needed too much memory to decode",
        "It may be damaged; else raise STENO_DECODE_MEMORY.",
    ),
    (
        (_REFUSED, "not in whitelist"),
        UnreadableMedia,
        "is no recording but a playlist, script, picture or text",
        "Hand in the audio or video file itself.",
    ),
    (
        ("moov atom not found",),
        UnreadableMedia,
        "is cut off: its index is missing",
        "Copy or export it again and check its size.",
    ),
    (
        ("matches no streams", "does not contain any stream"),
        NoAudio,
        "has no audio track",
        "Hand in a file with sound.",
    ),
    (
        ("Decoder not found", "Unknown decoder", "no decoder found"),
        UnreadableMedia,
        "uses a codec that this ffmpeg lacks",
        "Convert it to WAV, FLAC, MP3 or M4A first.",
    ),
)


@dataclass(frozen=True)
class DecodeLimits:
    """Bounds of one decoding: seconds of audio, bytes of address space, seconds of CPU and of clock."""

    max_duration: float
    memory: int
    cpu_time: float
    wall_time: float

    @classmethod
    def from_settings(cls, settings: Settings) -> "DecodeLimits":
        return cls(settings.max_duration, settings.decode_memory, settings.decode_cpu_time, settings.decode_timeout)


def find_ffmpeg(configured: Path | None = None) -> Path:
    """ffmpeg as configured, else the system's, else the one that `imageio-ffmpeg` brings. Raises MissingProgram."""
    if configured is not None:
        found = shutil.which(configured)
        if found is None:
            raise MissingProgram(f"STENO_FFMPEG={configured} is no program", "Correct or unset STENO_FFMPEG.")
        return Path(found)
    if found := shutil.which("ffmpeg"):
        return Path(found)
    try:
        import imageio_ffmpeg

        return Path(imageio_ffmpeg.get_ffmpeg_exe())
    except (ImportError, RuntimeError) as error:
        raise MissingProgram("ffmpeg is not installed", "Install it (apt install ffmpeg), or steno[worker].") from error


def input_options() -> dict[str, str | int]:
    """The options, for ffmpeg-python's `input`, that keep a file from opening anything but itself."""
    return {
        "protocol_whitelist": "file,pipe",
        "format_whitelist": DEMUXERS,
        "probesize": 20_000_000,
        "analyzeduration": 20_000_000,
        "max_streams": 200,
    }


@contextmanager
def our_name_for(recording: Path) -> Iterator[Path]:
    """A link of our own naming: a person's file name is never part of a command."""
    with tempfile.TemporaryDirectory(prefix="steno-media-") as folder:
        link = Path(folder) / "recording"
        link.symlink_to(recording.resolve())
        yield link


class Process:
    """A running ffmpeg: its standard output as `output`; killed and reaped by `stop`."""

    def __init__(self, command: list[str], limits: DecodeLimits) -> None:
        self.timed_out = False
        self._tail = bytearray()
        self._child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            process_group=0,  # Ctrl-C is ours to handle
            env={"PATH": os.defpath, "LC_ALL": "C", "AV_LOG_FORCE_NOCOLOR": "1"},
        )
        assert self._child.stdout is not None
        assert self._child.stderr is not None
        self.output: IO[bytes] = self._child.stdout
        self._errors: IO[bytes] = self._child.stderr
        _restrict(self._child.pid, limits)
        self._reader = threading.Thread(target=self._drain, name="ffmpeg-stderr", daemon=True)
        self._reader.start()
        self._deadline = threading.Timer(limits.wall_time, self._expire)
        self._deadline.daemon = True
        self._deadline.start()

    def _drain(self) -> None:
        while piece := self._errors.read(8192):
            self._tail += piece
            if len(self._tail) > 2 * _STDERR_KEPT:
                del self._tail[_STDERR_KEPT:-_STDERR_KEPT]  # the head names the streams, the end the failure

    def _expire(self) -> None:
        self.timed_out = True
        self._kill()

    def _kill(self) -> None:
        with suppress(ProcessLookupError):
            self._child.kill()

    def wait(self) -> tuple[int, str]:
        """Exit status, and what was said on standard error."""
        status = self._child.wait()
        self._reader.join(timeout=5)
        return status, self._tail.decode("utf-8", "replace")

    def stop(self) -> None:
        """End the process, whatever it is doing."""
        self._deadline.cancel()
        if self._child.poll() is None:
            self._kill()
        self._child.wait()
        self.output.close()
        self._reader.join(timeout=5)
        self._errors.close()


def _restrict(pid: int, limits: DecodeLimits) -> None:
    """Bound a child from outside: `preexec_fn` is not safe in a program with threads."""
    if sys.platform != "linux":
        return  # the deadline and the output limit still hold
    import resource

    wanted = {
        resource.RLIMIT_CPU: int(limits.cpu_time) + 1,
        resource.RLIMIT_AS: limits.memory,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
    }
    for kind, value in wanted.items():
        with suppress(ProcessLookupError, PermissionError, ValueError):
            resource.prlimit(pid, kind, (value, value))


def diagnose(recording: Path, status: int, said: str, *, timed_out: bool) -> StenoError:
    """The error that a person can act upon, for an ffmpeg that gave no sample."""
    if timed_out:
        return DecodingLimit(
            f"{recording.name} took too long to decode", "It may be damaged; else raise STENO_DECODE_TIMEOUT."
        )
    if status in (-signal.SIGXCPU, -signal.SIGKILL, 152, 137):
        return DecodingLimit(
            f"{recording.name} needed too much computing to decode",
            "It may be damaged or hostile; else raise STENO_DECODE_CPU_TIME.",
        )
    if refused_kind(recording):
        said += _REFUSED
    for words, kind, what, cure in _DIAGNOSES:
        if any(word in said for word in words):
            return kind(f"{recording.name} {what}", cure)
    return UnreadableMedia(
        f"{recording.name} is no audio or video that can be read, or is damaged",
        "Play it to check; convert it to WAV, FLAC, MP3 or M4A if it plays.",
    )


def refused_kind(recording: Path) -> bool:
    """Whether the file begins as a playlist, a concatenation script or a session description does."""
    with suppress(OSError), recording.open("rb") as file:
        head = file.read(64).removeprefix(b"\xef\xbb\xbf").lstrip()
        return head.startswith(_PLAYLISTS)
    return False
