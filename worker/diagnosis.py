"""What ffmpeg's end and words mean, for a person: errors with a cure, never its own dump or our scratch names."""

import re
import signal
from contextlib import suppress
from pathlib import Path

from steno.errors import DecodingLimit, MissingProgram, NoAudio, StenoError, UnreadableMedia
from steno.sayings.marking import said
from worker.ffmpeg import Outcome

_PLAYLISTS = (b"#EXTM3U", b"ffconcat", b"file ", b"<?xml", b"<MPD", b"[playlist]", b"v=0\r\n", b"v=0\n", b"[Reference]")
# A shell around ffmpeg answers 128 + the signal. SIGKILL that is not ours: the CPU limit, or the kernel's memory guard.
_KILLED = (-signal.SIGXCPU, -signal.SIGKILL, 128 + signal.SIGXCPU, 128 + signal.SIGKILL)
_NO_MEMORY = re.compile(
    r"Cannot allocate memory|std::bad_alloc|Resource temporarily unavailable"
    r"|failed to map segment|cannot create shared object descriptor"
)
_REFUSAL = (
    said("{name} is no recording but a playlist, script, picture or text"),
    said("Hand in the audio or video file itself."),
)
_UNKNOWN_CODEC = said("{name} uses a codec that this ffmpeg lacks"), said("Convert it to WAV, FLAC, MP3 or M4A first.")
# What ffmpeg says (5 to 9 differ), and what a person needs to hear; the first that fits.
_DIAGNOSES: tuple[tuple[str, type[StenoError], str, str], ...] = (
    (
        "error while loading shared libraries",
        MissingProgram,
        said("{name} cannot be read: ffmpeg does not start"),
        said("Reinstall ffmpeg, or correct STENO_FFMPEG."),
    ),
    ("not on whitelist", UnreadableMedia, *_REFUSAL),
    (
        "moov atom not found",
        UnreadableMedia,
        said("{name} is cut off: its index is missing"),
        said("Copy or export it again and check its size."),
    ),
    (
        "Skipped opening external track",
        UnreadableMedia,
        said("{name} keeps its sound in another file"),
        said("Export it as one self-contained file."),
    ),
    (
        "matches no streams|does not contain any stream",
        NoAudio,
        said("{name} has no audio track"),
        said("Hand in a file with sound."),
    ),
    (r"Decoder \(codec|no decoder found|Unknown decoder", UnreadableMedia, *_UNKNOWN_CODEC),
)
_DAMAGE = re.compile(
    r"(?i)packet corrupt|ended prematurely|partial file|invalid data found|do not match|error while decoding"
)
# MPEG-TS marks the first and last packets of any cut as corrupt: no sign of damage.
_CUT_PACKET = re.compile(r"^\[(?!.*mpegts).*Packet corrupt", re.M)


def limit_reached(recording: Path, outcome: Outcome, *, samples: int = 0) -> DecodingLimit | None:
    """The limit that ended ffmpeg, if one did, after so many samples."""
    if outcome.timed_out:
        return DecodingLimit(
            f"{recording.name} took too long to decode", "It may be damaged; else raise STENO_DECODE_TIMEOUT."
        )
    if outcome.status in _KILLED:
        return DecodingLimit(
            f"{recording.name} needed too much computing to decode",
            "It may be damaged or hostile; else raise STENO_DECODE_CPU_TIME.",
        )
    # A single frame of a damaged file may ask for absurd memory and be passed over.
    if (outcome.status != 0 or not samples) and _NO_MEMORY.search(outcome.said):
        return DecodingLimit(
            f"{recording.name} needed too much memory to decode", "It may be damaged; else raise STENO_DECODE_MEMORY."
        )
    return None


def diagnose(recording: Path, outcome: Outcome) -> StenoError:
    """The error that a person can act upon, for an ffmpeg that gave no sample."""
    if limit := limit_reached(recording, outcome):
        return limit
    if refused_kind(recording):
        return refusal(recording)
    for words, kind, what, cure in _DIAGNOSES:
        if re.search(words, outcome.said):
            return kind(what.replace("{name}", recording.name), cure)
    return UnreadableMedia(
        f"{recording.name} is no audio or video that can be read, or is damaged",
        "Play it to check; convert it to WAV, FLAC, MP3 or M4A if it plays.",
    )


def refusal(recording: Path) -> UnreadableMedia:
    what, cure = _REFUSAL
    return UnreadableMedia(what.replace("{name}", recording.name), cure)


def unknown_codec(recording: Path) -> UnreadableMedia:
    what, cure = _UNKNOWN_CODEC
    return UnreadableMedia(what.replace("{name}", recording.name), cure)


def early_end(outcome: Outcome, *, seconds: float, expected: float | None) -> str | None:
    """What to tell of a recording that gave `seconds` where it had promised `expected`; None where all is well."""
    damaged = outcome.status != 0 or bool(_DAMAGE.search(outcome.said))
    if expected is not None and expected - seconds > max(1.0, 0.02 * expected):
        if "Failed to compensate for timestamp delta" in outcome.said:  # else it was made up for later
            return said(
                "A pause in the recording was too long to be kept as silence: times after it are too early. "
                "Raise STENO_DECODE_MEMORY."
            )
        if damaged:
            return said(
                f"The recording ends early: {seconds:.0f} s of {expected:.0f} s could be decoded; "
                "the file is damaged or cut off."
            )
        return said(f"The sound ends early: {seconds:.0f} s of {expected:.0f} s hold audio.")  # video may just go on
    if outcome.status != 0 or _CUT_PACKET.search(outcome.said):
        return said(f"The recording is damaged or cut off; {seconds:.0f} s of it could be decoded.")
    return None


def refused_kind(recording: Path) -> bool:
    """Whether the file begins as a playlist, a concatenation script or a session description does."""
    with suppress(OSError), recording.open("rb") as file:
        head = file.read(64).removeprefix(b"\xef\xbb\xbf").lstrip()
        return head.startswith(_PLAYLISTS)
    return False
