"""One bounded, hardened ffmpeg process.

Hostile recordings are the rule: a media file may be a playlist that names local files or internal addresses, may
decode to days of silence, or crash the decoder. So: an allow-list of demuxers that read only their own file, only the
`file` and `pipe` protocols, limits on CPU time, memory and files, a deadline on the clock, and never a shell.
"""

import errno
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
from steno.errors import MissingProgram, StorageDenied, StorageFull

# Containers that hold their own audio. Left out on purpose: hls, dash, concat, image2 and image pipes, playlists, sdp,
# rtsp, ffmetadata, subtitles and text art, which open other files or addresses, or are no recordings. MOV references
# to other files (`enable_drefs`) are off by default; ffmpeg refuses the option itself where the input is no MOV.
DEMUXERS = (
    "aac ac3 aiff amr amrnb amrwb ape asf au avi caf dsf dss dts dtshd dv eac3 flac flv gsm loas "
    "matroska,webm mov,mp4,m4a,3gp,3g2,mj2 mp3 mpc mpc8 mpeg mpegts mxf nistsphere nut ogg oma qcp rm shn sox "
    "tak truehd tta voc w64 wav wtv wv"
).replace(" ", ",")
_STDERR_KEPT = 64 * 1024
_LARGEST = 2**62  # what a resource limit can hold; a setting may be any number


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


@dataclass(frozen=True)
class Outcome:
    """How a process ended: exit status (negative: the signal), its words, whether the deadline ended it."""

    status: int
    said: str
    timed_out: bool


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
        "max_probe_packets": 2500,
        "max_streams": 200,
        "threads": 1,
    }


@contextmanager
def our_name_for(recording: Path) -> Iterator[Path]:
    """A link of our own naming: a person's file name is never part of a command."""
    try:
        scratch = tempfile.TemporaryDirectory(prefix="steno-media-")
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageFull("No space left for scratch files", "Free some, or set TMPDIR to another disk.") from error
        raise StorageDenied("No folder for scratch files can be written", "Set TMPDIR to one.") from error
    with scratch as folder:
        link = Path(folder) / "recording"
        link.symlink_to(recording.absolute())  # not resolved: it may lead to a file that has no name
        yield link


class Process:
    """A running ffmpeg: its standard output as `output`; killed and reaped by `stop`."""

    def __init__(self, command: list[str], limits: DecodeLimits) -> None:
        self._timed_out = False
        self._tail = bytearray()
        try:
            self._child = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                process_group=0,  # Ctrl-C is ours to handle
                env=_environment(),
            )
        except OSError as error:
            raise MissingProgram(
                f"{command[0]} cannot be started ({error.strerror})", "Reinstall ffmpeg, or correct STENO_FFMPEG."
            ) from error
        assert self._child.stdout is not None
        assert self._child.stderr is not None
        self.output: IO[bytes] = self._child.stdout
        self._errors: IO[bytes] = self._child.stderr
        self._reader = threading.Thread(target=self._drain, name="ffmpeg-stderr", daemon=True)
        self._deadline = threading.Timer(min(limits.wall_time, threading.TIMEOUT_MAX), self._expire)
        self._deadline.daemon = True
        try:
            _restrict(self._child.pid, limits)
            self._reader.start()
            self._deadline.start()
        except BaseException:  # an interrupt, or no thread to be had: nothing may be left running
            self._kill()
            self._child.wait()
            raise

    def _drain(self) -> None:
        while piece := self._errors.read(8192):
            self._tail += piece
            if len(self._tail) > 2 * _STDERR_KEPT:
                del self._tail[_STDERR_KEPT:-_STDERR_KEPT]  # the head names the streams, the end the failure

    def _expire(self) -> None:
        if self._child.poll() is None:  # else it is the reader of our samples that is slow
            self._timed_out = True
            self._kill()

    def _kill(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._child.pid, signal.SIGKILL)  # STENO_FFMPEG may be a script around the real one

    def wait(self) -> Outcome:
        """How it ended, once it has."""
        status = self._child.wait()
        self._reader.join(timeout=5)
        return Outcome(status, self._tail.decode("utf-8", "replace"), self._timed_out)

    def stop(self) -> None:
        """End the process, whatever it is doing."""
        self._deadline.cancel()
        if self._child.poll() is None:
            self._kill()
        self._child.wait()
        self.output.close()
        self._reader.join(timeout=5)
        self._errors.close()


def _environment() -> dict[str, str]:
    """Little of ours: FFREPORT, for one, would have ffmpeg write a file."""
    own = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "AV_LOG_FORCE_NOCOLOR": "1"}
    libraries = os.environ.get("LD_LIBRARY_PATH")
    return own if libraries is None else {**own, "LD_LIBRARY_PATH": libraries}


def _restrict(pid: int, limits: DecodeLimits) -> None:
    """Bound a child from outside: `preexec_fn` is not safe in a program with threads."""
    if sys.platform != "linux":
        return  # the deadline and the output limit still hold
    import resource

    wanted = {
        # The hard limit too, so that it is a kill: at the soft one ffmpeg ends as if all were well.
        resource.RLIMIT_CPU: int(min(limits.cpu_time, _LARGEST)) + 1,
        resource.RLIMIT_AS: min(limits.memory, _LARGEST),
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
    }
    for kind, value in wanted.items():
        with suppress(ProcessLookupError, PermissionError, ValueError):  # it has ended, or is bounded more tightly
            resource.prlimit(pid, kind, (value, value))
