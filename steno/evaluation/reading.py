"""Read what was said from JSON, STM, RTTM, SRT, WebVTT, CTM or TXT."""

import json
import re
from collections.abc import Callable, Iterator
from math import isfinite
from pathlib import Path

from pydantic import ValidationError

from steno.errors import StenoError
from steno.evaluation.spoken import Run, Spoken, Turn, from_runs, from_transcript
from steno.evaluation.timed_text import read_srt, read_vtt
from steno.transcript import Transcript

_LARGEST = 200_000_000  # bytes
_OURS = re.compile(r"^\[(\d+):(\d\d):(\d\d)\](?: (?P<speaker>.+?):)?$")


class UnreadableTranscript(StenoError):
    """A file that is no transcript in a format that is known, or a damaged one."""

    code = "unreadable-transcript"


def read(path: Path) -> Spoken:
    """What a file says was said. Raises UnreadableTranscript, which names the line where there is one."""
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise UnreadableTranscript(f"{path.name} is of no known format", f"Known: {', '.join(sorted(READERS))}.")
    try:
        if path.stat().st_size > _LARGEST:
            raise UnreadableTranscript(f"{path.name} is larger than 200 MB", "Evaluate recordings one by one.")
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableTranscript(f"{path.name} is not UTF-8", "Save it again as UTF-8 text.") from error
    except OSError as error:
        raise UnreadableTranscript(f"{path.name} cannot be read ({error.strerror})", "Check the path.") from error
    if not text.strip():
        raise UnreadableTranscript(f"{path.name} is empty", "Nothing can be measured against it.")
    try:
        return reader(text, path)
    except ValueError as error:
        raise UnreadableTranscript(f"{path.name}: {error}", "Correct the file.") from error


def _json(text: str, path: Path) -> Spoken:
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"line {error.lineno} is no JSON ({error.msg})") from error
    if isinstance(document, dict) and "schema_version" in document:
        try:
            return from_transcript(Transcript.model_validate_json(text))
        except ValidationError as error:
            first = error.errors()[0]
            raise ValueError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from error
    if not isinstance(document, dict) or not isinstance(document.get("segments"), list):
        raise ValueError(f"{path.name} has neither schema_version nor segments")
    return _segments(document)


def _segments(document: dict[str, object]) -> Spoken:
    """A list `segments` of text, speaker, start, end; maybe `turns` and `duration`."""
    segments, turns, duration = document["segments"], document.get("turns"), document.get("duration")
    assert isinstance(segments, list)
    runs = []
    for number, segment in enumerate(segments, 1):
        if not isinstance(segment, dict) or not isinstance(segment.get("text"), str):
            raise ValueError(f"segment {number} has no text")
        start, end = (_time(str(segment[key]), number) if key in segment else None for key in ("start", "end"))
        speaker = segment.get("speaker")
        runs.append(Run(segment["text"], None if speaker is None else str(speaker), start, end))
    length = _time(str(duration), 0) if duration is not None else None
    spoken = from_runs(runs, duration=length)
    if not isinstance(turns, list):
        return spoken
    found = []
    for number, turn in enumerate(turns, 1):
        if not isinstance(turn, dict) or not {"speaker", "start", "end"} <= turn.keys():
            raise ValueError(f"turn {number} needs speaker, start and end")
        start, end = _span(str(turn["start"]), str(turn["end"]), number)
        found.append(Turn(str(turn["speaker"]), start, end))
    return Spoken(spoken.runs, tuple(found), spoken.duration, spoken.language)


def _stm(text: str, path: Path) -> Spoken:
    """NIST STM: file, channel, speaker, start, end, maybe <labels>, text."""
    runs, files = [], set()
    for number, line in _lines(text):
        fields = line.split(maxsplit=5)
        if len(fields) < 5:
            raise ValueError(f"line {number} has {len(fields)} of 5 fields")
        start, end = _span(fields[3], fields[4], number)
        words = re.sub(r"^<[^>]*>\s*", "", fields[5]) if len(fields) > 5 else ""
        if words.strip().lower() != "ignore_time_segment_in_scoring":
            files.add(fields[0])
            runs.append(Run(words, fields[2], start, end))
    _one(files, path)
    return from_runs(runs)


def _rttm(text: str, path: Path) -> Spoken:
    """NIST RTTM: SPEAKER, file, channel, start, duration, <NA>, <NA>, speaker."""
    turns, files = [], set()
    for number, line in _lines(text):
        fields = line.split()
        if fields[0] != "SPEAKER":
            continue
        if len(fields) < 8:
            raise ValueError(f"line {number} has {len(fields)} of 8 fields")
        start, duration = _time(fields[3], number), _time(fields[4], number)
        files.add(fields[1])
        turns.append(Turn(fields[7], start, start + duration))
    _one(files, path)
    return Spoken(None, tuple(turns))


def _ctm(text: str, path: Path) -> Spoken:
    """NIST CTM: file, channel, start, duration, word, maybe confidence."""
    runs, files = [], set()
    for number, line in _lines(text):
        fields = line.split()
        if len(fields) < 5:
            raise ValueError(f"line {number} has {len(fields)} of 5 fields")
        start, duration = _time(fields[2], number), _time(fields[3], number)
        files.add(fields[0])
        runs.append(Run(fields[4], None, start, start + duration))
    _one(files, path)
    return from_runs(runs)


def _txt(text: str, path: Path) -> Spoken:
    """Plain text; of our own export the header is left out and the speakers are read."""
    del path
    lines = text.splitlines()
    if not any(_OURS.match(line) for line in lines):
        return from_runs([Run(text)])
    runs: list[Run] = []
    speaker, started = None, False
    for line in lines:
        if heading := _OURS.match(line):
            speaker, started = heading["speaker"], True
        elif started and line.strip():
            runs.append(Run(line, speaker))
    return from_runs(runs)


def _subtitles(reader: Callable[[str], list[Run]]) -> Callable[[str, Path], Spoken]:
    def read_them(text: str, path: Path) -> Spoken:
        del path
        return from_runs(reader(text))

    return read_them


READERS: dict[str, Callable[[str, Path], Spoken]] = {
    ".json": _json,
    ".stm": _stm,
    ".rttm": _rttm,
    ".ctm": _ctm,
    ".txt": _txt,
    ".srt": _subtitles(read_srt),
    ".vtt": _subtitles(read_vtt),
}


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines that say something, with their numbers; `;;` begins a comment."""
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip() and not line.lstrip().startswith(";;"):
            yield number, line


def _span(start: str, end: str, number: int) -> tuple[float, float]:
    begins, ends = _time(start, number), _time(end, number)
    if ends < begins:
        raise ValueError(f"line {number} ends before it begins")
    return begins, ends


def _time(text: str, number: int) -> float:
    try:
        seconds = float(text)
    except ValueError as error:
        raise ValueError(f"line {number}: '{text[:40]}' is no time in seconds") from error
    if not isfinite(seconds) or seconds < 0:
        raise ValueError(f"line {number}: {text[:40]} is no time in a recording")
    return seconds


def _one(files: set[str], path: Path) -> None:
    if len(files) > 1:
        some = ", ".join(sorted(files)[:5])
        raise UnreadableTranscript(
            f"{path.name} holds {len(files)} recordings ({some} ...)", "Split it into a file for each."
        )
