"""Subtitles back to words: SRT by the library `srt`, WebVTT by `webvtt-py`."""

import io
import re

from steno.evaluation.spoken import Run

# `[Anna] ...`, `Anna: ...` (at most three words, so that few sentences pass for a name), or WebVTT's `<v Anna>...`.
_NAMED = re.compile(
    r"^(?:\[(?P<bracket>[^\]]{1,60})\]:?|(?P<colon>[^\W\d_][^:.!?,\s]*(?: [^:.!?,\s]+){0,2}):)\s+(?=\S)"
)
_VOICE = re.compile(r"<v(?:\.[^ >]*)? (?P<name>[^>]+)>")
_TAG = re.compile(r"<[^>]*>|\{\\[^}]*\}")


def read_srt(text: str) -> list[Run]:
    """A run for each subtitle. Raises ValueError for what is no SRT."""
    import srt

    try:
        found = list(srt.parse(text))
    except (srt.SRTParseError, ValueError) as error:
        raise ValueError(f"no SRT ({str(error).splitlines()[0][:120]})") from error
    if not found:
        raise ValueError("no subtitle in it")
    return _spread([(cue.start.total_seconds(), cue.end.total_seconds(), cue.content) for cue in found])


def read_vtt(text: str) -> list[Run]:
    """A run for each cue. Raises ValueError for what is no WebVTT."""
    import webvtt

    try:
        found = webvtt.from_buffer(io.StringIO(text)).captions
    except (webvtt.errors.MalformedFileError, ValueError) as error:
        raise ValueError(f"no WebVTT ({str(error).splitlines()[0][:120] if str(error) else 'malformed'})") from error
    return _spread([(_seconds(cue.start), _seconds(cue.end), cue.raw_text) for cue in found])


def _seconds(clock: str) -> float:
    """Of `hh:mm:ss.mmm`; the library's own conversion drops the fraction."""
    hours, minutes, seconds = clock.split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(seconds)


def _spread(cues: list[tuple[float, float, str]]) -> list[Run]:
    """A cue without a name belongs to whoever was named last: names stand where the speaker changes."""
    runs, speaker = [], None
    for start, end, content in cues:
        if end < start:
            raise ValueError(f"a cue at {start:.3f} s ends before it begins")
        body = _TAG.sub("", content).strip()
        if voice := _VOICE.search(content):
            speaker = voice["name"].strip()
        elif named := _NAMED.match(body):
            speaker = (named["bracket"] or named["colon"]).strip()
            body = body[named.end() :]
        runs.append(Run(" ".join(body.split()), speaker, start, end))
    return runs
