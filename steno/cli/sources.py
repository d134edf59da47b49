"""From what a person names on the command line to recordings and times."""

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from steno.errors import InvalidOption, StenoError, StorageDenied, UnreadableMedia

# What is taken from a folder; a file that is named is always tried.
_SUFFIXES = frozenset(
    "3gp aac ac3 aif aiff amr ape asf au avi caf flac flv m4a m4b m4v mka mkv mov mp2 mp3 mp4 mpeg mpg mts mxf oga ogg "
    "ogv opus ra rm tta ts voc w64 wav webm wma wmv wv".split()
)
_CLOCK = re.compile(r"(?:(?:(\d+):)?(\d{1,2}):)?(\d+(?:\.\d*)?)")


def expand(names: Sequence[str]) -> list[Path | StenoError]:
    """The recordings, each once, folders searched; in place of what cannot be opened the error that says so."""
    found: dict[str, Path | StenoError] = {}
    for name in names:
        for source in _sources(name):
            found.setdefault(str(source), source)
    return list(found.values())


def _sources(name: str) -> Iterator[Path | StenoError]:
    path = Path(name)
    if name == "-" or not path.is_dir():
        yield path
        return
    errors: list[OSError] = []
    recordings: list[Path] = []
    for folder, _, files in os.walk(path, onerror=errors.append):
        recordings += [Path(folder) / file for file in files if _is_media(file)]
    yield from sorted(recordings)
    for error in errors:
        yield StorageDenied(f"The folder {error.filename} cannot be read", "Check its rights.")
    if not recordings and not errors:
        yield UnreadableMedia(f"The folder {name} holds no recording", "Name the files themselves.")


def _is_media(file: str) -> bool:
    return not file.startswith(".") and file.rpartition(".")[2].lower() in _SUFFIXES


def seconds(text: str | None, option: str) -> float | None:
    """`90`, `1:30` or `0:01:30.5` as seconds. Raises InvalidOption naming the option."""
    if text is None:
        return None
    match = _CLOCK.fullmatch(text.strip())
    if match is None:
        raise InvalidOption(f"{option} {text} is no time", "Write seconds or h:mm:ss, e.g. 90 or 0:01:30.")
    return int(match[1] or 0) * 3600 + int(match[2] or 0) * 60 + float(match[3])
