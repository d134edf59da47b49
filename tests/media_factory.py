"""Media made on the spot with ffmpeg, for tests."""

import shutil
import struct
import subprocess
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from worker.ffmpeg import find_ffmpeg


def ffmpeg(*arguments: str) -> None:
    subprocess.run([str(find_ffmpeg()), "-v", "error", "-nostdin", "-y", *arguments], check=True, capture_output=True)


def tone(path: Path, *, seconds: float = 3.0, options: Sequence[str] = ()) -> Path:
    """A 440 Hz tone in the container that the suffix names."""
    ffmpeg("-f", "lavfi", "-i", f"sine=frequency=440:duration={seconds}", *options, str(path))
    return path


def silence(path: Path, *, seconds: float) -> Path:
    ffmpeg("-f", "lavfi", "-i", f"anullsrc=r=16000:cl=mono:d={seconds}", str(path))
    return path


def video_without_audio(path: Path) -> Path:
    ffmpeg("-f", "lavfi", "-i", "testsrc=d=1:s=64x64", str(path))
    return path


def both_ffmpegs() -> list[Path]:
    """The one of imageio-ffmpeg, and the system's where there is one."""
    import imageio_ffmpeg

    return [Path(imageio_ffmpeg.get_ffmpeg_exe()), *map(Path, filter(None, [shutil.which("ffmpeg")]))]


def clicks(path: Path, *times: float, seconds: float, options: Sequence[str] = ()) -> Path:
    """Faint noise with a 10 ms click at each of `times`."""
    at = "+".join(f"between(t,{time},{time + 0.01})" for time in times)
    noise = f"aevalsrc='0.002*random(0)+if({at},0.8*sin(6283*t),0)':d={seconds}:s=44100"
    ffmpeg("-f", "lavfi", "-i", noise, *options, str(path))
    return path


def video_with_late_sound(path: Path, sound: Path, *, late: float, seconds: float) -> Path:
    """A video of `seconds` whose audio track begins `late` seconds after it."""
    picture = f"testsrc=d={seconds}:s=32x32:r=5"
    late_sound = ["-itsoffset", str(late), "-i", str(sound)]
    ffmpeg("-f", "lavfi", "-i", picture, *late_sound, "-map", "0:v", "-map", "1:a", "-c:a", "copy", str(path))
    return path


def movie_of_another_file(path: Path, other: Path) -> Path:
    """A MOV whose samples are said to lie in the MOV `other` (a Macintosh alias), and which holds none itself."""
    target = str(other).encode()
    target += bytes(len(target) % 2)
    alias = bytes(150) + struct.pack(">HH", 2, len(target)) + target + struct.pack(">HH", 0xFFFF, 0)
    reference = struct.pack(">I4sI", 12 + len(alias), b"alis", 0) + alias
    inside = struct.pack(">II", 0, 1) + reference

    def rebuilt(atoms: bytes) -> bytes:
        done = b""
        while atoms:
            size, kind = struct.unpack(">I4s", atoms[:8])
            body, atoms = atoms[8:size], atoms[size:]
            if kind in (b"moov", b"trak", b"mdia", b"minf", b"dinf"):
                body = rebuilt(body)
            elif kind == b"dref":
                body = inside
            elif kind == b"mdat":
                body = bytes(len(body))
            done += struct.pack(">I4s", len(body) + 8, kind) + body
        return done

    path.write_bytes(rebuilt(other.read_bytes()))
    return path


def read_pcm(path: Path) -> np.ndarray:
    """16 kHz mono int16 samples of a media file, by plain ffmpeg."""
    out = subprocess.run(
        [
            str(find_ffmpeg()),
            "-v",
            "error",
            "-nostdin",
            "-i",
            str(path),
            "-f",
            "s16le",
            "-ac",
            "1",
            "-ar",
            "16000",
            "-",
        ],
        check=True,
        capture_output=True,
    ).stdout
    return np.frombuffer(out, np.int16)
