"""A transcript in the formats of OpenAI's audio API."""

import math
import zlib
from collections.abc import Callable, Mapping
from itertools import count
from typing import Literal

from flask import Response
from pydantic import BaseModel

from steno.errors import StenoError
from steno.exports import render
from steno.transcript import Segment, Transcript
from web.contract import json_answer
from web.openai_api.languages import name_of
from web.openai_api.requests import AudioRequest, Format

_NOBODY = "unknown"  # who says a segment that diarization gave to nobody
_UNDETERMINED = "und"


class NoSpeakers(StenoError):
    """Speakers were asked for and could not be told apart."""

    code = "no-speakers"


class Usage(BaseModel):
    """How much was listened to, seconds."""

    type: Literal["duration"] = "duration"
    seconds: float


class Language(BaseModel):
    """A language that was heard."""

    code: str


class Plain(BaseModel):
    """The text."""

    text: str
    languages: list[Language]
    usage: Usage


class TimedWord(BaseModel):
    """A word, as written."""

    word: str
    start: float
    end: float


class TimedSegment(BaseModel):
    """A segment. Steno keeps neither tokens, windows nor probabilities of silence: those are empty or 0."""

    id: int
    seek: int = 0
    start: float
    end: float
    text: str
    tokens: list[int] = []
    temperature: float = 0.0
    avg_logprob: float
    compression_ratio: float
    no_speech_prob: float = 0.0


class Verbose(BaseModel):
    """The text with times. `language` is a name such as `english`."""

    task: Literal["transcribe", "translate"]
    language: str
    duration: float
    text: str
    segments: list[TimedSegment] | None
    words: list[TimedWord] | None
    usage: Usage


class SpokenSegment(BaseModel):
    """A segment by one speaker: `A`, `B`, ... in order of appearance."""

    type: Literal["transcript.text.segment"] = "transcript.text.segment"
    id: str
    start: float
    end: float
    speaker: str
    text: str


class Diarized(BaseModel):
    """Who said what."""

    task: Literal["transcribe"] = "transcribe"
    duration: float
    text: str
    segments: list[SpokenSegment]
    usage: Usage


def answer(transcript: Transcript, asked: AudioRequest) -> Response:
    """The transcript in the format that was asked for. Raises NoSpeakers."""
    return _FORMATS[asked.response_format](transcript, asked)


def spoken_segments(transcript: Transcript) -> list[SpokenSegment]:
    """Segments with their speakers. Raises NoSpeakers where nobody could be told apart."""
    if transcript.segments and transcript.provenance.diarization is None:
        why = [notice for notice in transcript.provenance.notices if "peakers" in notice]
        raise NoSpeakers("Speakers could not be told apart", " ".join(why) or "Ask the operator.")
    order = dict.fromkeys(one.speaker for one in transcript.segments if one.speaker is not None)
    labels = dict(zip(order, map(_label, count()), strict=False))
    return [
        SpokenSegment(
            id=segment_id(one),
            start=one.start,
            end=one.end,
            speaker=labels[one.speaker] if one.speaker is not None else _NOBODY,
            text=one.text,
        )
        for one in transcript.segments
    ]


def segment_id(segment: Segment) -> str:
    """As OpenAI names segments of speakers."""
    return f"seg_{segment.id:03d}"


def languages(transcript: Transcript) -> list[Language]:
    """What was spoken; nothing where nobody spoke."""
    return [Language(code=transcript.language)] if transcript.language != _UNDETERMINED else []


def _label(number: int) -> str:
    return (_label(number // 26 - 1) if number >= 26 else "") + chr(ord("A") + number % 26)


def _plain(transcript: Transcript, asked: AudioRequest) -> Response:
    del asked
    return json_answer(Plain(text=transcript.text, languages=languages(transcript), usage=_usage(transcript)))


def _verbose(transcript: Transcript, asked: AudioRequest) -> Response:
    wanted = asked.timestamp_granularities
    words = [TimedWord(word=word.text, start=word.start, end=word.end) for word in transcript.words()]
    return json_answer(
        Verbose(
            task=transcript.task,
            language=name_of(transcript.as_written().language),
            duration=transcript.duration,
            text=transcript.text,
            segments=[_timed(one) for one in transcript.segments] if "segment" in wanted else None,
            words=words if "word" in wanted else None,
            usage=_usage(transcript),
        )
    )


def _diarized(transcript: Transcript, asked: AudioRequest) -> Response:
    del asked
    return json_answer(
        Diarized(
            duration=transcript.duration,
            text=transcript.text,
            segments=spoken_segments(transcript),
            usage=_usage(transcript),
        )
    )


def _text(transcript: Transcript, asked: AudioRequest) -> Response:
    del asked
    return Response(f"{transcript.text}\n".encode("utf-8", "replace"), content_type="text/plain; charset=utf-8")


def _subtitles(transcript: Transcript, asked: AudioRequest) -> Response:
    name = asked.response_format
    media = "text/vtt" if name == "vtt" else "text/plain"
    return Response(render(name, transcript), content_type=f"{media}; charset=utf-8")


def _timed(segment: Segment) -> TimedSegment:
    text = segment.text.encode("utf-8", "replace")
    return TimedSegment(
        id=segment.id,
        start=segment.start,
        end=segment.end,
        text=segment.text,
        avg_logprob=round(math.log(max(segment.confidence, 1e-5)), 4) if segment.confidence is not None else 0.0,
        compression_ratio=round(len(text) / len(zlib.compress(text)), 4),
    )


def _usage(transcript: Transcript) -> Usage:
    return Usage(seconds=transcript.duration)


_FORMATS: Mapping[Format, Callable[[Transcript, AudioRequest], Response]] = {
    "json": _plain,
    "text": _text,
    "srt": _subtitles,
    "verbose_json": _verbose,
    "vtt": _subtitles,
    "diarized_json": _diarized,
}
